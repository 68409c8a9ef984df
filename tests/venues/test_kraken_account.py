from __future__ import annotations

import json

import pytest
from tests.venues import kraken_frames as frames

from wsdash.domain.account import Balance
from wsdash.domain.events import (
    AuthFailed,
    BalancesMoved,
    BalancesStated,
    Heartbeat,
    Subscribed,
    Unparsed,
)
from wsdash.venues.kraken_account import (
    TOKEN_PATH,
    TOKEN_RETRY,
    KrakenAccountSession,
    KrakenSigner,
)
from wsdash.venues.venue import Answer, Request, Step, Subscription

KEY = "an-api-key"
SECRET = "kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg=="
ADD_ORDER = (
    "4/dpxb3iT4tp/ZCVEwSnEsLxx0bqyhLpdfOpc6fn7OR8+UClSV5n9E6aSS8MPtnRfp32bAb0nmbRn6H8ndwLUQ=="
)
GET_TOKEN = (
    "+mRDmY9Ks0Moc1zjv/BjfvYa98buO0x1yHChZR5onlfAzAUbfIYlLggUZzdQ0RsmXm4Sh+Q8iAIZdo2wSeHeiA=="
)
NONCE = 1616492376594
TOKEN = b'{"error":[],"result":{"token":"a-token-of-the-venue","expires":900}}'


def signer(*times: float) -> KrakenSigner:
    clock = iter(times)
    return KrakenSigner(KEY, SECRET, lambda: next(clock))


def subscribed() -> KrakenAccountSession:
    session = KrakenAccountSession()
    [request] = session.opened(0.0).requests
    session.answered(request, Answer(200, TOKEN), 0.1)
    session.received(ack(), 0.2)
    return session


def stated() -> KrakenAccountSession:
    session = subscribed()
    session.received(frames.BALANCES, 0.3)
    return session


def phase(session: KrakenAccountSession) -> str:
    return session.progress.phase


def ack(method: str = "subscribe") -> bytes:
    result = {"channel": "balances", "snapshot": True}
    return json.dumps({"method": method, "result": result, "success": True, "req_id": 1}).encode()


def refused(error: str) -> bytes:
    frame = {"error": error, "method": "subscribe", "success": False, "req_id": 1}
    return json.dumps(frame).encode()


def token_requests(step: Step) -> list[Request]:
    assert all(request.path == TOKEN_PATH and request.signed for request in step.requests)
    return step.requests


@pytest.mark.parametrize(
    ("path", "body", "signature"),
    [
        (
            "/0/private/AddOrder",
            f"nonce={NONCE}&ordertype=limit&pair=XBTUSD&price=37500&type=buy&volume=1.25",
            ADD_ORDER,
        ),
        (TOKEN_PATH, f"nonce={NONCE}", GET_TOKEN),
    ],
    ids=["the documentation's", "a token's"],
)
def test_the_published_signatures_come_out(path: str, body: str, signature: str) -> None:
    assert signer().signature(path, str(NONCE), body) == signature


def test_a_request_is_signed_with_the_nonce_of_its_moment() -> None:
    signed = signer(NONCE / 1e6).sign(Request(TOKEN_PATH, method="POST", signed=True))
    assert signed.body == f"nonce={NONCE}"
    assert signed.headers["API-Sign"] == GET_TOKEN
    assert signed.headers["API-Key"] == KEY


def test_nonces_rise_even_when_the_clock_does_not() -> None:
    sign = signer(100.0, 100.0, 50.0, 200.0)
    bodies = [sign.sign(Request(TOKEN_PATH)).body for _ in range(4)]
    nonces = [int(body.removeprefix("nonce=")) for body in bodies]
    assert nonces == [100_000_000, 100_000_001, 100_000_002, 200_000_000]


@pytest.mark.row("G5")
def test_a_signer_shows_nothing_of_its_key() -> None:
    shown = repr(signer()) + str(signer())
    assert KEY not in shown
    assert SECRET[:8] not in shown


@pytest.mark.parametrize("secret", ["not base64!", "abc", "é", "\ud800"])
@pytest.mark.row("G5")
def test_a_secret_that_is_none_is_refused_without_being_shown(secret: str) -> None:
    with pytest.raises(ValueError, match="not base64") as refusal:
        KrakenSigner(KEY, secret, lambda: 0.0)
    assert secret not in str(refusal.value).removeprefix("the Kraken API secret is not base64")


def test_a_token_is_fetched_and_carried_by_the_subscription() -> None:
    session = KrakenAccountSession()
    [request] = token_requests(session.opened(0.0))
    assert phase(session) == "auth"
    [frame] = session.answered(request, Answer(200, TOKEN), 0.1).send
    assert json.loads(frame)["params"] == {
        "channel": "balances",
        "snapshot": True,
        "token": "a-token-of-the-venue",
    }
    assert phase(session) == "subscribing"
    assert session.received(ack(), 0.2).events == [Subscribed("account", "")]
    assert phase(session) == "syncing"
    assert session.received(frames.BALANCES, 0.3).events == [
        BalancesStated((Balance("BTC", "1.2"),), None)
    ]
    assert phase(session) == "ready"


@pytest.mark.row("D13")
@pytest.mark.parametrize(
    "error",
    [
        "EAPI:Invalid key",
        "EAPI:Invalid signature",
        "EGeneral:Permission denied",
        "EAPI:Bad request",
    ],
)
def test_a_key_that_is_not_accepted_is_not_asked_for_again(error: str) -> None:
    session = KrakenAccountSession()
    [request] = session.opened(0.0).requests
    body = json.dumps({"error": [error]}).encode()
    step = session.answered(request, Answer(200, body), 0.1)
    assert step.events == [AuthFailed(error)]
    assert step.requests == []


@pytest.mark.parametrize(
    ("answer", "delay"),
    [
        (Answer(0, b""), TOKEN_RETRY),
        (Answer(502, b"<html>"), TOKEN_RETRY),
        (Answer(200, b""), TOKEN_RETRY),
        (Answer(200, b'{"error":[],"result":{}}'), TOKEN_RETRY),
        (Answer(200, b'{"error":["EAPI:Rate limit exceeded"]}'), TOKEN_RETRY),
        (Answer(200, b'{"error":' + b"[" * 100_000), TOKEN_RETRY),
        (Answer(429, b"", retry_after=60.0), 60.0),
        (Answer(429, b"", retry_after=1.0), TOKEN_RETRY),
    ],
)
def test_a_token_that_did_not_come_is_asked_for_later(answer: Answer, delay: float) -> None:
    session = KrakenAccountSession()
    [request] = session.opened(0.0).requests
    step = session.answered(request, answer, 0.1)
    [again] = token_requests(step)
    assert (again.delay, step.events, step.send) == (delay, [], [])


def test_balances_of_all_wallets_are_one_and_updates_are_absolute() -> None:
    session = stated()
    step = session.received(frames.ledger(2, "0.3", place=("earn", "flex")), 1.0)
    time = 1695378785.70995
    assert step.events == [BalancesMoved((Balance("BTC", "1.5"),), time)]
    step = session.received(frames.ledger(3, "1.21"), 1.0)
    assert step.events == [BalancesMoved((Balance("BTC", "1.51"),), time)]
    step = session.received(frames.ledger(4, "7.00000000", asset="ETH"), 1.0)
    assert step.events == [BalancesMoved((Balance("ETH", "7.00000000"),), time)]


def test_a_missing_ledger_entry_starts_over_with_one_new_token() -> None:
    session = stated()
    step = session.received(frames.ledger(3, "9"), 1.0)
    assert step.events == []
    [request] = token_requests(step)
    assert [json.loads(text)["method"] for text in step.send] == ["unsubscribe"]
    for sequence in (4, 5, 6):
        late = session.received(frames.ledger(sequence, "9"), 1.1)
        assert (late.events, late.send, late.requests) == ([], [], [])
    assert session.tally.sequence_gaps == 1
    assert session.received(ack("unsubscribe"), 1.2).events == []
    [again] = session.answered(request, Answer(200, TOKEN), 1.3).send
    assert json.loads(again)["method"] == "subscribe"
    session.received(ack(), 1.4)
    assert session.received(frames.BALANCES, 1.5).events == [
        BalancesStated((Balance("BTC", "1.2"),), None)
    ]
    assert phase(session) == "ready"


def test_asking_twice_for_the_account_costs_one_token() -> None:
    session = stated()
    first = session.resync(Subscription("account"), 1.0, "by hand")
    second = session.resync(Subscription("account"), 1.1, "by hand")
    assert len(token_requests(first) + token_requests(second)) == 1


@pytest.mark.parametrize(
    "damage",
    [(b'"balance":1.21', b'"balance":"x"'), (b'"asset":', b'"coin":'), (b'":[', b'":[1,')],
)  # fmt: skip
def test_a_ledger_entry_that_cannot_be_read_is_missed_by_the_next(
    damage: tuple[bytes, bytes],
) -> None:
    session = stated()
    step = session.received(frames.ledger(2, "1.21").replace(*damage), 1.0)
    assert [type(event) for event in step.events] == [Unparsed]
    assert len(token_requests(session.received(frames.ledger(3, "2"), 1.1))) == 1


@pytest.mark.row("G6")
def test_an_unreadable_frame_of_the_account_is_counted_but_not_shown() -> None:
    session = stated()
    [fact] = session.received(b'{"channel":"balances","data":"1234567.89"', 1.0).events
    assert isinstance(fact, Unparsed)
    assert fact.sample == ""
    assert session.tally.unparsed == 1


@pytest.mark.row("D13")
def test_a_refused_subscription_is_a_matter_of_the_key() -> None:
    session = subscribed()
    assert session.received(refused("EGeneral:Permission denied"), 1.0).events == [
        AuthFailed("EGeneral:Permission denied")
    ]


@pytest.mark.row("D13")
def test_a_token_that_grew_old_is_replaced() -> None:
    session = subscribed()
    step = session.received(refused("ESession:Invalid session"), 1.0)
    [request] = token_requests(step)
    assert step.events == []
    assert request.delay == TOKEN_RETRY


def test_being_subscribed_already_is_as_good_as_subscribed() -> None:
    session = subscribed()
    step = session.received(refused("Already subscribed"), 1.0)
    assert step.events == [Subscribed("account", "")]


def test_heartbeats_are_heard_and_other_channels_are_not() -> None:
    session = stated()
    assert session.received(frames.HEARTBEAT, 1.0).events == [Heartbeat()]
    assert session.received(frames.STATUS, 1.0).events == []
    assert session.received(frames.matic_snapshot(), 1.0).events == []
    assert not session.hears("MATIC/USD")
