from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.venues import binance_frames, kraken_frames

from wsdash.domain.instrument import MarketKey, told_apart
from wsdash.feed.playback import Playback
from wsdash.feed.recording import Record, Recording, RecordingError
from wsdash.feed.summary import summarise
from wsdash.feed.survey import survey
from wsdash.venues import registry

KRAKEN = "wss://ws.kraken.com/v2"
KRAKEN_ACCOUNT = "wss://ws-auth.kraken.com/v2"
BINANCE = "wss://stream.binance.com:9443/stream"
BINANCE_ACCOUNT = "wss://ws-api.binance.com:443/ws-api/v3"


def line(t: float | None, conn: str, data: bytes | str, kind: str = "in") -> dict[str, Any]:
    text = data if isinstance(data, str) else data.decode()
    return {"t": t, "conn": conn, "dir": kind, "data": text}


def link(t: float, event: str, conn: str = KRAKEN, reason: str = "") -> dict[str, Any]:
    return {
        "t": t, "conn": conn, "dir": "link", "venue": "kraken", "role": "public",
        "event": event, "reason": reason,
    }  # fmt: skip


def recording(folder: Path, lines: list[dict[str, Any]]) -> Path:
    file = folder / "session.jsonl"
    file.write_text("".join(json.dumps(entry) + "\n" for entry in lines))
    return file


def test_the_summary_has_exactly_the_promised_members(tmp_path: Path) -> None:
    result = summarise(recording(tmp_path, [line(1.0, KRAKEN, kraken_frames.matic_snapshot())]))
    assert set(result) == {
        "venue", "frames", "damaged", "sequence_gaps", "checksum_pass", "checksum_fail",
        "ever_crossed", "unparsed", "books", "trades", "balances",
    }  # fmt: skip
    book = result["books"]["MATIC/USD"]
    assert set(book) == {"best_bid", "best_ask", "bids", "asks"}
    assert book["best_bid"] == ("0.5666", "4831.75496356")
    assert json.loads(json.dumps(result))["books"]["MATIC/USD"]["best_ask"] == [
        "0.5668", "4410.79769741",
    ]  # fmt: skip


def test_an_empty_recording_has_an_empty_summary(tmp_path: Path) -> None:
    result = summarise(recording(tmp_path, []))
    assert (result["venue"], result["frames"], result["books"]) == (None, 0, {})


def test_history_sent_on_subscribing_is_no_live_print(tmp_path: Path) -> None:
    history = kraken_frames.TRADE.replace(b'"update"', b'"snapshot"')
    live = kraken_frames.TRADE.replace(b"10218209", b"10218210")
    lines = [line(1.0, KRAKEN, frame) for frame in (history, live, live)]
    assert summarise(recording(tmp_path, lines))["trades"] == {
        "BTC/USD": {"count": 1, "taker_buy": "0", "taker_sell": "0.0001246"}
    }


def test_balances_of_both_venues_add_up_in_their_own_words(tmp_path: Path) -> None:
    lines = [
        line(1.0, KRAKEN_ACCOUNT, kraken_frames.BALANCES),
        line(2.0, KRAKEN_ACCOUNT, kraken_frames.ledger(2, "1.21")),
        line(3.0, BINANCE_ACCOUNT, binance_frames.event(binance_frames.POSITION)),
    ]
    assert summarise(recording(tmp_path, lines))["balances"] == {
        "BTC": {"total": "12000.00000000", "available": "11818.00000000"},
        "USDT": {"total": "10650.00000000", "available": "10580.00000000"},
    }
    assert summarise(recording(tmp_path, lines[:2]))["balances"] == {
        "BTC": {"total": "1.21", "available": None}
    }


def test_a_book_that_was_lost_is_not_in_the_summary(tmp_path: Path) -> None:
    lines = [
        line(1.0, KRAKEN, kraken_frames.matic_snapshot()),
        line(2.0, KRAKEN, kraken_frames.matic_update(checksum=1)),
    ]
    result = summarise(recording(tmp_path, lines))
    assert (result["checksum_pass"], result["checksum_fail"], result["books"]) == (1, 1, {})


def test_a_book_does_not_outlive_its_connection(tmp_path: Path) -> None:
    lines = [
        link(0.5, "opened"),
        line(1.0, KRAKEN, kraken_frames.matic_snapshot()),
        link(2.0, "lost", reason="1006 no close frame"),
    ]
    assert summarise(recording(tmp_path, lines))["books"] == {}
    lines += [link(3.0, "opened"), line(4.0, KRAKEN, kraken_frames.matic_snapshot())]
    assert list(summarise(recording(tmp_path, lines))["books"]) == ["MATIC/USD"]


def test_a_new_connection_knows_nothing_of_the_old_one(tmp_path: Path) -> None:
    lines = [
        link(0.5, "opened"),
        line(1.0, KRAKEN, kraken_frames.matic_snapshot()),
        link(2.0, "lost"),
        link(3.0, "opened"),
        line(4.0, KRAKEN, kraken_frames.matic_update()),
    ]
    result = summarise(recording(tmp_path, lines))
    assert (result["checksum_pass"], result["checksum_fail"], result["books"]) == (1, 0, {})


def test_a_market_that_stayed_quiet_after_its_snapshot_is_in_the_summary(tmp_path: Path) -> None:
    answer = binance_frames.snapshot(160, [("0.0024", "10")], [("0.0026", "1")]).body
    where = "https://api.binance.com/api/v3/depth?symbol=BNBBTC&limit=1000"
    lines = [
        line(None, BINANCE, binance_frames.depth(157, 160)),
        line(None, where, answer, "rest"),
    ]
    books = summarise(recording(tmp_path, lines))["books"]
    assert books["BNBBTC"]["best_ask"] == ("0.0026", "1")
    assert "BNBBTC" in summarise(recording(tmp_path, lines[1:]))["books"]


@pytest.mark.parametrize(
    "conn",
    [
        "wss://[broken",
        "wss://[::1",
        "http://℀@x/",
        "wss://h:99999999/v2",
        "",
        "x",
        "\x1b[31m",
        "//",
    ],
)
def test_an_address_that_is_none_is_told_by_what_it_said(tmp_path: Path, conn: str) -> None:
    lines = [
        line(1.0, conn, kraken_frames.matic_snapshot()),
        line(1.0, conn, "[]", "rest"),
    ]
    assert summarise(recording(tmp_path, lines))["venue"] == "kraken"


def test_an_unknown_connection_is_said_and_can_be_named(tmp_path: Path) -> None:
    file = recording(tmp_path, [line(1.0, "wss://example.com/x?token=CANARY", '{"a":1}')])
    with pytest.raises(RecordingError, match=r"example\.com/x; try --venue") as refusal:
        summarise(file)
    assert "CANARY" not in str(refusal.value)
    assert summarise(file, registry.BINANCE)["frames"] == 1


@pytest.mark.parametrize(
    "address",
    ["wss://fstream.binance.com/stream", "wss://ws.kraken.com", "wss://futures.kraken.com/ws/v1"],
)
def test_another_product_of_a_venue_is_not_taken_for_the_one_we_speak(address: str) -> None:
    assert registry.of_connection(address, '{"e":"depthUpdate","channel":"book"}') is None


def test_a_hostile_recording_is_no_crash(tmp_path: Path) -> None:
    root = "https://api.binance.com/api/v3"
    lines = [
        line(1e9, BINANCE, binance_frames.depth(1, 2)),
        line(0.0, f"{root}/depth", "{}", "rest"),
        line(0.0, f"{root}/depth?symbol=", '{"lastUpdateId":5,"bids":[],"asks":[]}', "rest"),
        line(0.0, f"{root}/klines", "[]", "rest"),
        line(0.0, f"{root}/exchangeInfo", '{"symbols":[' + "[" * 2_000, "rest"),
        {"t": 1.0, "conn": "", "dir": "link", "venue": "nowhere", "event": "opened"},
        {"t": 1.0, "conn": "", "dir": "link", "venue": "kraken", "event": "\x1b[31m"},
    ]
    assert summarise(recording(tmp_path, lines))["books"] == {}


def test_a_survey_names_the_markets_with_books_first_and_the_time(tmp_path: Path) -> None:
    lines = [
        line(100.0, KRAKEN, kraken_frames.TRADE),
        line(101.5, KRAKEN, kraken_frames.matic_snapshot()),
        line(99.0, KRAKEN, kraken_frames.HEARTBEAT),
        line(110.0, KRAKEN, kraken_frames.HEARTBEAT),
    ]
    look = survey(Recording(recording(tmp_path, lines)), None)
    assert [str(key) for key in look.markets] == ["kraken:MATIC/USD", "kraken:BTC/USD"]
    assert (look.start, look.end, look.whole, look.records) == (100.0, 110.0, True, 4)


def test_playing_out_frames_says_nothing() -> None:
    playback = Playback()
    assert playback.feed(Record(1.0, KRAKEN, "out", kraken_frames.TRADE.decode())) == []
    assert playback.feed(Record(1.0, KRAKEN, "in", "")) == []


def test_two_venues_markets_of_one_name_are_told_apart() -> None:
    keys = [MarketKey("binance", "BTCUSDT"), MarketKey("bybit", "BTCUSDT"), MarketKey("k", "X")]
    assert list(told_apart(keys).values()) == ["binance:BTCUSDT", "bybit:BTCUSDT", "X"]
    assert told_apart(keys[1:]) == {keys[1]: "BTCUSDT", keys[2]: "X"}
