"""No private word before it is known what the key may do."""

from __future__ import annotations

import pytest

from wsdash.domain.events import AuthFailed, KeyChecked
from wsdash.venues import permissions
from wsdash.venues.guard import GuardedSession
from wsdash.venues.kraken_account import TOKEN_PATH, KrakenAccountSession
from wsdash.venues.venue import Answer

READS = b'{"error":[],"result":{"permissions":["query-funds","create-ws-token"]}}'
TRADES = b'{"error":[],"result":{"permissions":["query-funds","modify-trades"]}}'
WITHDRAWS = b'{"error":[],"result":{"permissions":["query-funds","withdraw-funds"]}}'


def guarded(*, allow: bool = False) -> GuardedSession:
    """A guarded account session."""
    return GuardedSession(KrakenAccountSession(), permissions.KRAKEN, allow_withdraw=allow)


@pytest.mark.row("G8")
def test_the_first_request_asks_for_the_permissions_and_nothing_else() -> None:
    step = guarded().opened(0)
    assert step.requests == [permissions.KRAKEN.request]
    assert step.send == []


def test_a_key_that_reads_goes_on_to_log_in() -> None:
    step = guarded().answered(permissions.KRAKEN.request, Answer(200, READS), 1)
    assert step.events == [KeyChecked("read only", more=False)]
    assert [request.path for request in step.requests] == [TOKEN_PATH]


@pytest.mark.row("G8")
def test_a_key_that_trades_is_used_and_said_to() -> None:
    step = guarded().answered(permissions.KRAKEN.request, Answer(200, TRADES), 1)
    assert step.events == [KeyChecked("can trade (modify-trades)", more=True)]
    assert step.requests


@pytest.mark.row("G8")
def test_a_key_that_withdraws_is_refused_unless_that_is_allowed() -> None:
    answer = Answer(200, WITHDRAWS)
    refused = guarded().answered(permissions.KRAKEN.request, answer, 1)
    assert isinstance(refused.events[0], AuthFailed)
    assert not refused.requests
    assert not refused.send
    allowed = guarded(allow=True).answered(permissions.KRAKEN.request, answer, 1)
    assert allowed.requests


@pytest.mark.row("G8")
def test_an_answer_nobody_understands_means_unknown_and_a_warning() -> None:
    step = guarded().answered(permissions.KRAKEN.request, Answer(502, b"<html>"), 1)
    assert step.events == [KeyChecked("permissions unknown", more=True)]


@pytest.mark.row("G8")
def test_no_answer_is_asked_for_again_before_anything_private_happens() -> None:
    session = guarded()
    step = session.answered(permissions.KRAKEN.request, Answer(0, b""), 1)
    assert [request.path for request in step.requests] == [permissions.KRAKEN.request.path]
    assert step.requests[0].delay > 0
    assert session.progress.phase == "auth"
    assert session.ticked(60).requests == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"enableReading":true,"enableWithdrawals":false}', "read only"),
        (
            b'{"enableReading":true,"enableSpotAndMarginTrading":true,"ipRestrict":true}',
            "can trade (enableSpotAndMarginTrading)",
        ),
        (b'{"enableReading":true,"permitsUniversalTransfer":true}', "can withdraw (permits"),
        (b'{"code":-2015,"msg":"Invalid API-key"}', "permissions unknown"),
        (b"[]", "permissions unknown"),
    ],
)
def test_binance_restrictions_in_words(body: bytes, words: str) -> None:
    assert permissions.BINANCE.read(Answer(200, body)).words.startswith(words)
