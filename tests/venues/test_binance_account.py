from __future__ import annotations

import json
from typing import Any

import pytest
from tests.venues import binance_frames as frames

from wsdash.domain.account import Balance
from wsdash.domain.events import (
    AuthFailed,
    BalancesMoved,
    BalancesStated,
    Notice,
    Subscribed,
    Unparsed,
)
from wsdash.venues.binance_account import (
    ANSWER_DEADLINE,
    STATEMENT_ID,
    SUBSCRIBE_ID,
    BinanceAccountSession,
)
from wsdash.venues.binance_signer import BinanceSigner
from wsdash.venues.venue import Request, Step

KEY = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
SECRET = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
ORDER = (
    "price=52000.00&quantity=0.01000000&recvWindow=100&side=SELL"
    "&symbol=BTCUSDT&timeInForce=GTC&timestamp=1645423376532&type=LIMIT"
)
REST_ORDER = (
    "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1"
    "&recvWindow=5000&timestamp=1499827319559"
)

BTC = Balance("BTC", "12000.00000000", "11818.00000000")
USDT = Balance("USDT", "10650.00000000", "10580.00000000")


def signer(milliseconds: int = 1747385641636) -> BinanceSigner:
    return BinanceSigner(KEY, SECRET, lambda: milliseconds / 1000)


def statement(updated: int, **held: str) -> bytes:
    balances = [{"asset": name, "free": free, "locked": "0.50"} for name, free in held.items()]
    result = {"updateTime": updated, "balances": balances}
    return json.dumps({"id": STATEMENT_ID, "status": 200, "result": result}).encode()


def phase(session: BinanceAccountSession) -> str:
    return session.progress.phase


def asked(step: Step) -> list[str]:
    return [json.loads(text)["method"] for text in step.send]


def error(status: int, code: int, **data: int) -> bytes:
    problem: dict[str, Any] = {"code": code, "msg": "words of the venue"}
    if data:
        problem["data"] = data
    return json.dumps({"id": SUBSCRIBE_ID, "status": status, "error": problem}).encode()


def subscribed() -> BinanceAccountSession:
    session = BinanceAccountSession(signer())
    session.opened(0.0)
    session.received(frames.PRIVATE[3].encode(), 0.1)
    return session


def stated(updated: int = 0) -> BinanceAccountSession:
    session = subscribed()
    session.received(statement(updated, BTC="1.00"), 0.2)
    return session


@pytest.mark.parametrize(
    ("payload", "signature"),
    [
        (
            f"apiKey={KEY}&timestamp=1660801839480",
            "83303b4a136ac1371795f465808367242685a9e3a42b22edb4d977d0696eb45c",
        ),
        (
            f"apiKey={KEY}&{ORDER}",
            "aa1b5712c094bc4e57c05a1a5c1fd8d88dcd628338ea863fec7b88e59fe2db24",
        ),
        (
            REST_ORDER,
            "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71",
        ),
        (
            f"apiKey={KEY}&timestamp=1747385641636",
            "681110a6057ad58657af22f5640fab9dd17418834cdfccdc81be8b0f7b2cde3e",
        ),
        (
            f"apiKey={KEY}&recvWindow=5000&timestamp=1747385641636",
            "49601ffc5b0122c3c7ee3ea85ef7d6cd76256f5191a57c976418faa32e917653",
        ),
    ],
)
def test_the_published_signatures_come_out(payload: str, signature: str) -> None:
    assert signer().signature(payload) == signature


def test_a_frame_is_signed_over_its_sorted_parameters() -> None:
    assert signer().sign_frame({"recvWindow": 5000}) == {
        "recvWindow": 5000,
        "apiKey": KEY,
        "timestamp": 1747385641636,
        "signature": "49601ffc5b0122c3c7ee3ea85ef7d6cd76256f5191a57c976418faa32e917653",
    }


def test_a_truth_value_is_signed_as_it_is_sent() -> None:
    params = signer().sign_frame({"omitZeroBalances": True})
    payload = f"apiKey={KEY}&omitZeroBalances=true&timestamp=1747385641636"
    assert params["signature"] == signer().signature(payload)


def test_a_request_is_signed_over_what_is_sent() -> None:
    signed = signer(1499827319559).sign(Request("/x", (("symbol", "A B"),), signed=True))
    query, _, signature = signed.query.partition("&signature=")
    assert query == "symbol=A+B&timestamp=1499827319559"
    assert signature == signer().signature(query)
    assert signed.headers == {"X-MBX-APIKEY": KEY}
    assert signed.body == ""


@pytest.mark.row("G5")
def test_a_signer_shows_nothing_of_its_key() -> None:
    shown = repr(signer()) + str(signer())
    assert KEY not in shown
    assert SECRET not in shown


def test_the_statement_is_asked_for_after_the_events_are_subscribed() -> None:
    session = BinanceAccountSession(signer())
    assert asked(session.opened(0.0)) == ["userDataStream.subscribe.signature"]
    assert phase(session) == "auth"
    step = session.received(frames.PRIVATE[3].encode(), 0.1)
    assert step.events == [Subscribed("account", "")]
    assert asked(step) == ["account.status"]
    assert json.loads(step.send[0])["params"]["omitZeroBalances"] is True
    step = session.received(statement(1728972148000, BTC="1.00"), 0.2)
    assert step.events == [BalancesStated((Balance("BTC", "1.50", "1.00"),), 1728972148.0)]
    assert phase(session) == "ready"


def test_positions_are_absolute_and_deltas_are_not_added_to_them() -> None:
    session = stated()
    assert session.received(frames.event(frames.BALANCE_UPDATE), 1.0).events == []
    assert session.received(frames.event(frames.POSITION), 1.0).events == [
        BalancesMoved((BTC, USDT), 1728972148.778)
    ]


def test_events_before_the_statement_wait_for_it() -> None:
    session = subscribed()
    assert session.received(frames.event(frames.POSITION), 0.2).events == []
    older = {**frames.POSITION, "u": 1728972100000}
    assert session.received(frames.event(older), 0.2).events == []
    events = session.received(statement(1728972148000, BTC="1.00"), 0.3).events
    assert [type(event) for event in events] == [BalancesStated, BalancesMoved]
    assert events[1] == BalancesMoved((BTC, USDT), 1728972148.778)


def test_an_event_older_than_the_statement_is_in_it_already() -> None:
    session = stated(updated=1728972148779)
    assert session.received(frames.event(frames.POSITION), 1.0).events == []


@pytest.mark.row("D13")
def test_a_stream_that_ended_is_subscribed_again() -> None:
    session = stated()
    ended = {"e": "eventStreamTerminated", "E": 1728973001334}
    step = session.received(frames.event(ended), 1.0)
    assert asked(step) == ["userDataStream.subscribe.signature"]
    assert session.received(frames.event(frames.POSITION), 1.1).events == []


def test_an_announced_shutdown_is_noticed_with_and_without_a_subscription() -> None:
    shutdown = {"e": "serverShutdown", "E": 1728973001334}
    for frame in (frames.event(shutdown), json.dumps({"event": shutdown}).encode()):
        [fact] = stated().received(frame, 1.0).events
        assert isinstance(fact, Notice)
        assert fact.shutdown


@pytest.mark.row("D13", "D14")
@pytest.mark.parametrize(("status", "code"), [(401, -2015), (400, -1021), (400, -1022)])
def test_a_key_a_signature_or_a_clock_that_is_not_accepted_is_said(status: int, code: int) -> None:
    session = BinanceAccountSession(signer())
    session.opened(0.0)
    assert session.received(error(status, code), 0.1).events == [
        AuthFailed(f"{code} words of the venue")
    ]


@pytest.mark.parametrize("status", [429, 418])
@pytest.mark.row("D13", "D15")
def test_a_rate_limit_is_waited_for_and_is_no_matter_of_the_key(status: int) -> None:
    session = BinanceAccountSession(signer())
    session.opened(0.0)
    frame = error(status, -1003, serverTime=1659142907531, retryAfter=1659142907531 + 60_000)
    assert session.received(frame, 1.0) == Step()
    assert session.ticked(60.9) == Step()
    assert asked(session.ticked(61.0)) == ["userDataStream.subscribe.signature"]


def test_a_rate_limit_without_a_time_is_waited_for_too() -> None:
    session = BinanceAccountSession(signer())
    session.opened(0.0)
    assert session.received(error(429, -1003), 1.0) == Step()
    assert session.ticked(ANSWER_DEADLINE) == Step()
    assert asked(session.ticked(1.0 + ANSWER_DEADLINE)) == ["userDataStream.subscribe.signature"]


def test_what_was_not_answered_is_asked_again() -> None:
    session = BinanceAccountSession(signer())
    session.opened(0.0)
    assert asked(session.ticked(ANSWER_DEADLINE - 0.1)) == []
    assert asked(session.ticked(ANSWER_DEADLINE)) == ["userDataStream.subscribe.signature"]
    session.received(frames.PRIVATE[3].encode(), 20.0)
    assert asked(session.ticked(20.0 + ANSWER_DEADLINE)) == ["account.status"]
    session.received(statement(0), 31.0)
    assert asked(session.ticked(99.0)) == []


@pytest.mark.parametrize("free", ["NaN", "-1", "", "1e5"])
@pytest.mark.row("D17")
def test_a_statement_with_a_bad_number_is_none(free: str) -> None:
    session = subscribed()
    [fact] = session.received(statement(0, BTC=free), 0.2).events
    assert isinstance(fact, Unparsed)
    assert fact.sample == ""
    assert phase(session) == "syncing"


@pytest.mark.parametrize(
    "change",
    [{"u": 10**400}, {"u": -1}, {"u": None}, {"B": [{"a": "X", "f": "-1", "l": "0"}]},
     {"B": [{"a": "X", "f": "1"}]}, {"B": {}}],
    ids=lambda change: repr(change)[:24],
)  # fmt: skip
def test_a_position_that_cannot_be_read_changes_nothing(change: dict[str, Any]) -> None:
    session = stated()
    [fact] = session.received(frames.event({**frames.POSITION, **change}), 1.0).events
    assert isinstance(fact, Unparsed)


def test_a_recorded_account_needs_no_key_and_sends_nothing() -> None:
    session = BinanceAccountSession()
    assert session.opened(0.0).send == []
    assert session.received(frames.event(frames.POSITION), 0.0).events == [
        BalancesMoved((BTC, USDT), 1728972148.778)
    ]
