from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from tests.feed.test_summary import BINANCE, KRAKEN, line, link, recording
from tests.venues import binance_frames, captures, kraken_frames
from tests.venues.reference import BinanceReference, KrakenReference, Side

from wsdash.feed import figures as module
from wsdash.feed.figures import BadInterval, Figures
from wsdash.feed.recording import Record, Recording
from wsdash.feed.summary import summarise
from wsdash.feed.survey import timed
from wsdash.venues import registry

BOOKED = (
    "best_bid", "best_ask", "mid", "spread", "spread_bps", "microprice", "imbalance",
)  # fmt: skip
NO_COST = {"price": None, "bps": None, "filled": None}
TRADED = "BTC/USD"


def lines_of(file: Path, every: float = 1.0, venue: str | None = None) -> list[dict[str, Any]]:
    figures = Figures(file, registry.find(venue) if venue else None, every)
    return [json.loads(entry.encoded()) for entry in figures]


def states(lines: list[dict[str, Any]], symbol: str = "MATIC/USD") -> dict[float, str]:
    return {entry["time"]: entry["state"] for entry in lines if entry["symbol"] == symbol}


def assert_no_book(entry: dict[str, Any]) -> None:
    assert {entry[name] for name in BOOKED} == {None}
    assert entry["slippage"] == {"buy": NO_COST, "sell": NO_COST}


# Every figure, by another way: the whole past in fractions, at the end of an interval.


class Past:
    """What a capture held until a moment, kept as dumbly as can be."""

    def __init__(self) -> None:
        self.prints: list[tuple[float, float, Fraction, Fraction, str]] = []
        self.seen: set[int] = set()

    def take(self, text: str, now: float) -> None:
        message = json.loads(text)
        data = message.get("data", message)
        if isinstance(data, dict) and data.get("e") in ("trade", "aggTrade"):
            number = data["t"] if data["e"] == "trade" else data["a"]
            if number not in self.seen:
                self.seen.add(number)
                side = "sell" if data["m"] else "buy"
                price, size = Fraction(data["p"]), Fraction(data["q"])
                self.prints.append((now, data["T"] / 1000, price, size, side))

    def check(self, entry: dict[str, Any]) -> None:
        sums = {
            side: sum((size for _, _, _, size, s in self.prints if s == side), Fraction(0))
            for side in ("buy", "sell")
        }
        assert Fraction(entry["volume_buy"]) == sums["buy"]
        assert Fraction(entry["volume_sell"]) == sums["sell"]
        assert Fraction(entry["cvd"]) == sums["buy"] - sums["sell"]
        recent = [now for now, *_ in self.prints if now >= entry["time"] - 10]
        assert entry["pace"] == len(recent) / 10
        if not self.prints:
            assert (entry["vwap"], entry["ewma"]) == (None, None)
            return
        paid = sum((price * size for _, _, price, size, _ in self.prints), Fraction(0))
        average = paid / (sums["buy"] + sums["sell"])
        assert abs(Fraction(entry["vwap"]) - average) <= Fraction(1, 2 * 10**18)
        _, last, price, _, _ = self.prints[0]
        moving = float(price)
        for _, time, price, _, _ in self.prints[1:]:
            weight = 2 ** (-max(0.0, time - last) / 60)
            moving, last = weight * moving + (1 - weight) * float(price), max(last, time)
        assert entry["ewma"] == pytest.approx(moving, rel=1e-10)


def check_book(entry: dict[str, Any], bids: Side, asks: Side) -> None:
    buyers = [(Fraction(p), Fraction(bids[p])) for p in sorted(bids, reverse=True)]
    sellers = [(Fraction(p), Fraction(asks[p])) for p in sorted(asks)]
    (bid, bid_size), (ask, ask_size) = buyers[0], sellers[0]
    mid = (bid + ask) / 2
    assert (Fraction(entry["best_bid"]), Fraction(entry["best_ask"])) == (bid, ask)
    assert (Fraction(entry["mid"]), Fraction(entry["spread"])) == (mid, ask - bid)
    assert entry["spread_bps"] == pytest.approx(float((ask - bid) / mid * 10_000), rel=1e-12)
    micro = (bid * ask_size + ask * bid_size) / (bid_size + ask_size)
    assert entry["microprice"] == pytest.approx(float(micro), rel=1e-15)
    bought = sum(size for _, size in buyers[:10])
    sold = sum(size for _, size in sellers[:10])
    weighed = float((bought - sold) / (bought + sold))
    assert entry["imbalance"] == pytest.approx(weighed, rel=1e-12, abs=1e-15)
    for side, levels, sign in (("buy", sellers, 1), ("sell", buyers, -1)):
        base = quote = Fraction(0)
        for price, size in levels:
            part = min(size, (10_000 - quote) / price)
            base, quote = base + part, quote + part * price
        cost = entry["slippage"][side]
        assert cost["filled"] == pytest.approx(float(quote / 10_000), rel=1e-15)
        assert cost["price"] == pytest.approx(float(quote / base), rel=1e-15)
        worse = float((quote / base - mid) * sign / mid * 10_000)
        assert cost["bps"] == pytest.approx(worse, rel=1e-12, abs=1e-15)


def with_records(
    file: Path, lines: list[dict[str, Any]]
) -> Iterator[tuple[Record, float, list[Any]]]:
    """The records, each with the lines whose interval had ended before it."""
    left = list(lines)
    for record in timed(Recording(file)):
        now = record.t or 0.0
        due = []
        while left and left[0]["time"] <= now:
            due.append(left.pop(0))
        yield record, now, due
    yield Record(None, "", "out"), left[0]["time"], left


@pytest.mark.parametrize("every", [0.5, 3.0])
@pytest.mark.parametrize("capture", captures.found("*/kraken_v2-*.jsonl.gz"))
def test_every_figure_of_a_kraken_capture_is_that_of_its_fractions(
    capture: Path, every: float
) -> None:
    lines = lines_of(capture, every)
    reference = KrakenReference(*((2, 8) if "ethusd" in capture.name else (1, 8)))
    past, compared = Past(), 0
    for record, now, due in with_records(capture, lines):
        for entry in due:
            assert entry["state"] in ("LIVE", "QUIET")
            check_book(entry, reference.bids, reference.asks)
            past.check(entry)
            compared += 1
        if record.dir == "in":
            reference.take(record.data)
            past.take(record.data, now)
    assert compared == len(lines) > 1


@pytest.mark.parametrize("capture", captures.found("hftbacktest/binance-*.jsonl.gz"))
def test_every_figure_of_a_binance_capture_is_that_of_its_fractions(capture: Path) -> None:
    lines = lines_of(capture, 10.0)
    reference, past, compared = BinanceReference(), Past(), 0
    for record, now, due in with_records(capture, lines):
        for entry in due:
            past.check(entry)
            if compared % 5 == 0:
                check_book(entry, reference.bids["ETHUSDT"], reference.asks["ETHUSDT"])
            compared += 1
        if record.dir == "in":
            reference.take(record.data)
            past.take(record.data, now)
        elif record.dir == "rest" and "/depth" in record.conn:
            reference.seed("ETHUSDT", record.data)
    assert compared == len(lines) > 30
    assert len(past.prints) > 5_000
    assert {entry["state"] for entry in lines} == {"LIVE"}


@pytest.mark.parametrize("capture", captures.found("cryptofeed/binance*-2021*.jsonl.gz"))
def test_every_book_of_a_capture_of_many_markets_is_believed_only_when_right(capture: Path) -> None:
    if "usdm" in capture.name or "coinm" in capture.name:
        return  # another product
    lines, reference, compared = lines_of(capture), BinanceReference(), 0
    for record, _, due in with_records(capture, lines):
        for entry in due:
            symbol = entry["symbol"]
            if entry["mid"] is not None:
                check_book(entry, reference.bids[symbol], reference.asks[symbol])
                compared += 1
        if record.dir == "in":
            reference.take(record.data)
        elif record.dir == "rest" and "/depth" in record.conn:
            symbol = dict(parse_qsl(urlsplit(record.conn).query))["symbol"]
            reference.seed(symbol, record.data)
    assert compared > 50


@pytest.mark.parametrize(
    "capture", captures.found("*/kraken_v2-*.jsonl.gz", "hftbacktest/binance-*.jsonl.gz")
)
def test_the_last_line_says_what_the_summary_says(capture: Path) -> None:
    summary, ends = summarise(capture), {e["symbol"]: e for e in lines_of(capture)}
    for name, book in summary["books"].items():
        assert (ends[name]["best_bid"], ends[name]["best_ask"]) == (
            book["best_bid"][0], book["best_ask"][0],
        )  # fmt: skip
    for name, trades in summary["trades"].items():
        assert Decimal(ends[name]["volume_buy"]) == Decimal(trades["taker_buy"])
        assert Decimal(ends[name]["volume_sell"]) == Decimal(trades["taker_sell"])


# What a line is, and when there is one.


def test_a_line_has_exactly_the_promised_members(tmp_path: Path) -> None:
    file = recording(tmp_path, [line(1.5, KRAKEN, kraken_frames.matic_snapshot())])
    [entry] = lines_of(file)
    assert list(entry) == [
        "time", "symbol", "state", "best_bid", "best_ask", "mid", "spread", "spread_bps",
        "microprice", "imbalance", "vwap", "ewma", "cvd", "volume_buy", "volume_sell", "pace",
        "slippage",
    ]  # fmt: skip
    assert (entry["time"], entry["symbol"], entry["state"]) == (2.0, "MATIC/USD", "LIVE")
    assert (entry["best_bid"], entry["best_ask"]) == ("0.5666", "0.5668")
    assert (entry["mid"], entry["spread"]) == ("0.5667", "0.0002")
    assert (entry["vwap"], entry["ewma"], entry["cvd"], entry["pace"]) == (None, None, "0", 0.0)
    assert (entry["volume_buy"], entry["volume_sell"]) == ("0", "0")
    assert entry["slippage"]["buy"]["filled"] == 1.0
    assert set(entry["slippage"]["sell"]) == {"price", "bps", "filled"}


def test_prints_alone_have_a_flow_and_no_book(tmp_path: Path) -> None:
    history = kraken_frames.TRADE.replace(b'"update"', b'"snapshot"')
    live = kraken_frames.TRADE.replace(b"10218209", b"10218210")
    lines = lines_of(
        recording(
            tmp_path, [line(float(t), KRAKEN, f) for t, f in enumerate([history, live, live])]
        )
    )
    assert [entry["time"] for entry in lines] == [1.0, 2.0, 3.0]
    assert states(lines, TRADED) == {1.0: "SYNCING", 2.0: "SYNCING", 3.0: "SYNCING"}
    for entry in lines:
        assert_no_book(entry)
    assert [entry["volume_sell"] for entry in lines] == ["0", "0.0001246", "0.0001246"]
    assert [entry["cvd"] for entry in lines] == ["0", "-0.0001246", "-0.0001246"]
    assert [entry["pace"] for entry in lines] == [0.0, 0.1, 0.1]
    assert lines[0]["vwap"] is None
    assert float(lines[1]["vwap"]) == lines[1]["ewma"] > 0


def seeded(bids: list[tuple[str, str]], asks: list[tuple[str, str]]) -> list[dict[str, Any]]:
    where = "https://api.binance.com/api/v3/depth?symbol=BNBBTC&limit=1000"
    body = binance_frames.snapshot(160, bids, asks).body
    return [
        line(1.0, BINANCE, binance_frames.depth(157, 160)),
        line(1.1, where, body, "rest"),
        line(1.5, BINANCE, binance_frames.depth(161, 161)),
    ]


def test_a_side_that_is_empty_has_no_figures(tmp_path: Path) -> None:
    [entry] = lines_of(recording(tmp_path, seeded([("0.00000812", "10")], [])))
    assert entry["state"] == "LIVE"
    assert (entry["best_bid"], entry["best_ask"]) == ("0.00000812", None)
    assert {entry[name] for name in ("mid", "spread", "spread_bps", "microprice")} == {None}
    assert entry["imbalance"] == 1.0
    assert entry["slippage"]["buy"] == {"price": None, "bps": None, "filled": 0.0}
    assert entry["slippage"]["sell"] == {"price": 8.12e-06, "bps": None, "filled": 8.12e-09}


def test_an_amount_that_is_the_whole_book_is_filled_and_a_larger_one_in_part(
    tmp_path: Path,
) -> None:
    [entry] = lines_of(recording(tmp_path, seeded([("50", "100")], [("100", "50"), ("200", "25")])))
    assert entry["slippage"]["sell"]["filled"] == 0.5
    assert entry["slippage"]["buy"]["filled"] == 1.0
    assert entry["slippage"]["buy"]["price"] == pytest.approx(10_000 / 75, rel=1e-15)


def test_times_are_whole_multiples_and_an_interval_holds_its_beginning(tmp_path: Path) -> None:
    lines = [line(t, KRAKEN, kraken_frames.matic_snapshot()) for t in (0.3, 0.6, 0.65)]
    lines.append(line(0.7, KRAKEN, kraken_frames.matic_update(checksum=1)))
    made = lines_of(recording(tmp_path, lines), 0.1)
    assert [entry["time"] for entry in made] == [0.4, 0.5, 0.6, 0.7, 0.8]
    assert [entry["state"] for entry in made] == ["LIVE"] * 4 + ["RESYNC"]


def test_records_without_a_time_are_a_hundredth_apart(tmp_path: Path) -> None:
    frames = [line(None, KRAKEN, kraken_frames.matic_snapshot())] * 250
    assert list(states(lines_of(recording(tmp_path, frames)))) == [1.0, 2.0, 3.0]


def test_without_a_clock_nothing_comes_late(tmp_path: Path) -> None:
    """The venue's time stands still here: by a clock that runs, what comes is ever later."""
    frames = seeded([("1", "1")], [("2", "1")])
    frames += [line(1.5 + i / 100, BINANCE, binance_frames.depth(i, i)) for i in range(162, 900)]
    assert lines_of(recording(tmp_path, frames))[-1]["state"] == "STALE"
    untimed = recording(tmp_path, [{**frame, "t": None} for frame in frames])
    assert set(states(lines_of(untimed), "BNBBTC").values()) == {"LIVE"}


def test_a_silence_is_quiet_then_stale_and_ends_with_the_next_change(tmp_path: Path) -> None:
    lines = [
        line(0.5, KRAKEN, kraken_frames.matic_snapshot()),
        line(200.5, KRAKEN, kraken_frames.HEARTBEAT),
        line(201.5, KRAKEN, kraken_frames.matic_update()),
    ]
    made = lines_of(recording(tmp_path, lines))
    assert [entry["time"] for entry in made] == [float(time) for time in range(1, 203)]
    said = states(made)
    assert [said[time] for time in (2.0, 3.0, 120.0)] == ["LIVE", "QUIET", "QUIET"]
    assert [said[time] for time in (121.0, 201.0, 202.0)] == ["STALE", "STALE", "LIVE"]
    assert made[119]["mid"] is not None
    assert_no_book(made[120])


def test_a_silence_of_years_is_cut_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST_SILENCE", 5)
    snapshot = kraken_frames.matic_snapshot()
    file = recording(tmp_path, [line(t, KRAKEN, snapshot) for t in (0.5, 1e9)])
    assert list(states(lines_of(file))) == [1.0, 2.0, 3.0, 4.0, 5.0, 1e9 + 1]


@pytest.mark.parametrize("every", [0.0, -1.0, 0.0009, float("nan"), float("inf")])
def test_an_interval_that_is_none_is_refused(tmp_path: Path, every: float) -> None:
    with pytest.raises(BadInterval, match="seconds or more"):
        Figures(tmp_path / "x", every=every)


# Never a figure from a book that is not to be believed.


def test_a_lost_book_has_no_figures_until_it_is_synced_again(tmp_path: Path) -> None:
    frames = [
        kraken_frames.matic_snapshot(),
        kraken_frames.matic_update(checksum=1),
        kraken_frames.matic_update(),
        kraken_frames.matic_snapshot(),
    ]
    lines = lines_of(
        recording(tmp_path, [line(i + 0.5, KRAKEN, frame) for i, frame in enumerate(frames)])
    )
    assert list(states(lines).values()) == ["LIVE", "RESYNC", "RESYNC", "LIVE"]
    for entry in lines[1:3]:
        assert_no_book(entry)
    assert lines[3]["mid"] == "0.5667"


def test_a_book_does_not_outlive_its_connection(tmp_path: Path) -> None:
    other = KRAKEN + "#2"
    lines = [
        link(0.1, "opened"),
        line(0.5, KRAKEN, kraken_frames.matic_snapshot()),
        link(1.2, "opened", other),
        link(1.5, "lost", other),  # not the one that the book comes over
        link(2.5, "lost"),
        link(3.5, "opened"),
        line(4.5, KRAKEN, kraken_frames.matic_snapshot()),
        link(5.2, "opened", other),
        line(5.5, other, kraken_frames.matic_snapshot()),
        link(6.5, "closed"),  # it was followed by the other, and is not missed
        link(7.5, "closed", other),
    ]
    made = lines_of(recording(tmp_path, lines))
    assert list(states(made).values()) == [
        "LIVE", "LIVE", "STALE", "SYNCING", "LIVE", "LIVE", "LIVE", "STALE",
    ]  # fmt: skip
    for entry in made:
        if entry["state"] not in ("LIVE", "QUIET"):
            assert_no_book(entry)


def test_the_same_name_at_two_venues_is_two_markets(tmp_path: Path) -> None:
    there = "wss://stream.binance.us:9443/stream"
    frames = seeded([("1", "1")], [("2", "1")])
    frames += [
        {**frame, "conn": frame["conn"].replace("binance.com", "binance.us"), "t": 2.0}
        for frame in seeded([("3", "1")], [("4", "1")])
    ]
    frames += [
        {**link(3.2, "opened", there), "venue": "binance_us"},
        line(4.5, BINANCE, binance_frames.depth(162, 162)),
    ]
    made = lines_of(recording(tmp_path, frames))
    assert [entry["best_bid"] for entry in made if entry["time"] == 3.0] == ["1", "3"]
    assert [entry["best_bid"] for entry in made if entry["time"] == 5.0] == ["1", None]
