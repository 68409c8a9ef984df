"""Requests are signed by the venue's clock, however wrong ours is."""

from __future__ import annotations

import json

import pytest

from wsdash.domain.events import ClockRead
from wsdash.venues.binance_account import SUBSCRIBE_ID, BinanceAccountSession
from wsdash.venues.binance_clock import DEADLINE, READINGS
from wsdash.venues.binance_signer import BinanceSigner

pytestmark = pytest.mark.row("D14")

TRUE = 1_795_608_000.0


class Pair:
    """A session whose machine's clock is `wrong` seconds off."""

    def __init__(self, wrong: float) -> None:
        self.now = 5_000.0  # a machine has long been up
        self.wrong = wrong
        self.session = BinanceAccountSession(BinanceSigner("key", "secret", self.wall), self.wall)

    def wall(self) -> float:
        return TRUE + self.now + self.wrong

    def answer(self, frame: str, took: float) -> tuple[list[str], list[object]]:
        """The venue answers a question for the time after `took` seconds, half of it each way."""
        served = TRUE + self.now + took / 2
        self.now += took
        answer = {"id": json.loads(frame)["id"], "status": 200,
                  "result": {"serverTime": round(served * 1000)}}  # fmt: skip
        step = self.session.received(json.dumps(answer).encode(), self.now)
        return step.send, list(step.events)


@pytest.mark.parametrize("wrong", [-3600.0, -2.0, 0.0, 2.0, 3600.0])
def test_a_subscribe_carries_the_venues_time(wrong: float) -> None:
    pair = Pair(wrong)
    [frame] = pair.session.opened(pair.now).send
    events: list[object] = []
    for took in (0.4, 0.05, 0.3)[:READINGS]:
        [frame], events = pair.answer(frame, took)
    sent = json.loads(frame)
    assert sent["id"] == SUBSCRIBE_ID
    assert abs(sent["params"]["timestamp"] / 1000 - (TRUE + pair.now)) < 0.01
    [read] = events
    assert isinstance(read, ClockRead)
    assert read.ahead == pytest.approx(-wrong, abs=0.01)


def test_a_venue_that_does_not_tell_the_time_is_logged_in_to_all_the_same() -> None:
    pair = Pair(0.0)
    pair.session.opened(pair.now)
    assert pair.session.ticked(pair.now + DEADLINE - 0.1).send == []
    [frame] = pair.session.ticked(pair.now + DEADLINE + 0.1).send
    assert json.loads(frame)["id"] == SUBSCRIBE_ID
    assert pair.session.ticked(pair.now + DEADLINE + 0.3).send == []


def test_an_error_instead_of_the_time_is_no_matter_of_the_key() -> None:
    pair = Pair(0.0)
    [frame] = pair.session.opened(pair.now).send
    error = {"id": json.loads(frame)["id"], "status": 400, "error": {"code": -1, "msg": "no"}}
    step = pair.session.received(json.dumps(error).encode(), pair.now + 0.1)
    assert step.events == []
    assert json.loads(step.send[0])["id"] == SUBSCRIBE_ID


def test_frames_without_an_id_are_no_answer() -> None:
    pair = Pair(0.0)
    pair.session.opened(pair.now)
    assert pair.session.received(b'{"e":"unknown"}', pair.now + 0.1).send == []
