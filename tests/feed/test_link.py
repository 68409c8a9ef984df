"""The table of transitions, and what may follow from it in any order of events."""

from __future__ import annotations

import random
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from wsdash.feed import link as lk
from wsdash.feed.link import (
    LONGEST_DELAY,
    OPEN,
    PARK_TIMES,
    STABLE_AFTER,
    TRANSITIONS,
    WAITING,
    Cause,
    Link,
    LinkState,
    Signal,
    advance,
    delay,
    forgive,
)

HEALTHY = (Signal.START, Signal.OPENED, Signal.SUBSCRIBED, Signal.SYNCED)
REFUSED = Cause("refused", "connection refused")


def low(a: float, b: float) -> float:
    return a


def high(a: float, b: float) -> float:
    return b


def after(*signals: Signal, link: Link | None = None, now: float = 10.0) -> Link:
    link = link or Link("toy public", "toy")
    for signal in signals:
        link = advance(link, signal, now, high)
    return link


def fail(link: Link, cause: Cause, times: int = 1, now: float = 10.0) -> Link:
    for _ in range(times):
        link = advance(advance(link, Signal.START, now, high), Signal.LOST, now, high, cause=cause)
    return link


@pytest.mark.parametrize(("state", "signal"), list(product(LinkState, Signal)))
def test_a_signal_does_what_the_table_says_and_otherwise_nothing(
    state: LinkState, signal: Signal
) -> None:
    link = Link("toy public", "toy", state=state, since=5.0, attempt=2)
    followed = advance(link, signal, 9.0, high)
    target = TRANSITIONS.get((state, signal))
    if target is None:
        assert followed is link
    else:
        assert (followed.state, followed.since) == (target, 9.0)


def test_every_state_can_be_reached_and_left() -> None:
    reached = set(TRANSITIONS.values()) | {LinkState.PARKED}  # PARKED by the cause of a LOST
    assert reached == set(LinkState)
    assert {state for state, _ in TRANSITIONS} == set(LinkState)


@pytest.mark.parametrize("state", [s for s in LinkState if s is not LinkState.IDLE])
def test_stop_ends_every_state(state: LinkState) -> None:
    assert advance(Link("n", "v", state=state), Signal.STOP, 1.0, low).state is LinkState.IDLE


@pytest.mark.parametrize("state", sorted({*OPEN, LinkState.CONNECTING}))
def test_losing_any_socket_leads_to_backoff_with_the_cause_in_words(state: LinkState) -> None:
    lost = advance(Link("n", "v", state=state), Signal.LOST, 1.0, high, cause=REFUSED)
    assert (lost.state, lost.reason, lost.attempt) == (
        LinkState.BACKOFF,
        "connection refused",
        1,
    )


def test_the_first_retry_is_quick_and_the_others_wait_between_half_and_all_of_a_doubling() -> None:
    assert (delay(0, low), delay(0, high)) == (0, 0.5)
    bounds = [(delay(n, low), delay(n, high)) for n in range(1, 7)]
    assert bounds == [(0.5, 1), (1, 2), (2, 4), (4, 8), (7.5, 15), (7.5, 15)]
    assert delay(10_000, high) == LONGEST_DELAY


@pytest.mark.row("C2")
def test_a_venue_that_restarts_is_given_at_least_two_seconds() -> None:
    slow = Cause("close-1012", "venue restarting", slow=True)
    assert fail(Link("n", "v"), slow, now=0.0).retry_at == delay(3, high)


@given(st.lists(st.sampled_from([s for s in Signal if s not in (Signal.STOP, Signal.LOST)])))
@pytest.mark.row("C1")
def test_nothing_but_time_spent_live_forgets_a_failure(signals: list[Signal]) -> None:
    link = fail(Link("n", "v"), REFUSED, times=4)
    for signal in signals:
        link = advance(link, signal, 11.0, low)
        link = forgive(link, 11.0)
    assert link.attempt == 4


def test_failures_are_forgotten_after_thirty_seconds_live_and_not_before() -> None:
    link = after(*HEALTHY, link=fail(Link("n", "v"), REFUSED, times=4))
    assert forgive(link, 10.0 + STABLE_AFTER - 0.01).attempt == 4
    healed = forgive(link, 10.0 + STABLE_AFTER)
    assert (healed.attempt, healed.strikes, healed.parked) == (0, 0, 0)


def test_a_loss_after_a_stable_session_is_retried_at_once_though_no_tick_forgave_it() -> None:
    link = after(*HEALTHY, link=fail(Link("n", "v"), REFUSED, times=4))
    lost = advance(link, Signal.LOST, 10.0 + STABLE_AFTER, high, cause=REFUSED)
    assert lost.retry_at == 10.0 + STABLE_AFTER + lk.FIRST_DELAY


@pytest.mark.parametrize("strikes", [1, 3, 5])
def test_a_cause_parks_after_just_as_many_failures_of_its_kind(strikes: int) -> None:
    cause = Cause("kind", "words", park_after=strikes)
    early = fail(Link("n", "v"), cause, times=strikes - 1)
    assert early.state is not LinkState.PARKED
    assert fail(early, cause).state is LinkState.PARKED


def test_failures_of_another_kind_between_them_do_not_add_up() -> None:
    cause = Cause("forbidden", "403 forbidden", park_after=3)
    link = Link("n", "v")
    for _ in range(5):
        link = fail(fail(link, cause, times=2), REFUSED)
    assert link.state is LinkState.BACKOFF


def test_each_parking_in_a_row_lasts_longer() -> None:
    link, waits = Link("n", "v"), []
    for _ in range(4):
        link = fail(link, Cause("451", "451 restricted", park_after=1), now=0.0)
        waits.append(link.retry_at)
    assert waits == [pytest.approx(t * 1.2) for t in (*PARK_TIMES, PARK_TIMES[-1])]


@given(st.floats(1, 86_400), st.integers(0, 2**32))
@pytest.mark.row("B1")
def test_a_hold_never_ends_before_the_venue_said(seconds: float, seed: int) -> None:
    uniform = random.Random(seed).uniform
    cause = Cause("limit", "429 rate limited", hold=seconds)
    link = advance(after(Signal.START), Signal.LOST, 10.0, uniform, cause=cause)
    assert link.state is LinkState.HOLD
    assert link.retry_at is not None
    assert 0 <= link.retry_at - 10.0 - seconds <= 5.0 + 1e-6


def test_a_loss_when_the_budget_is_spent_counts_down_to_when_it_can_be_paid() -> None:
    link = advance(after(Signal.START), Signal.LOST, 10.0, low, cause=REFUSED, hold=4.5)
    assert (link.state, link.retry_at) == (LinkState.BACKOFF, 14.5)


CAUSES = (
    REFUSED,
    Cause("limit", "429 rate limited", hold=60.0),
    Cause("limit", "418 banned", hold=300.0),
    Cause("server", "HTTP 503", slow=True),
    Cause("crash", "crashed", park_after=5),
    Cause("forbidden", "403 forbidden", park_after=3),
    Cause("451", "451 restricted", park_after=1),
)


class Life(RuleBasedStateMachine):
    """Any order of signals and hours."""

    def __init__(self) -> None:
        super().__init__()
        self.link = Link("toy public", "toy")
        self.now = 0.0
        self.live_since: float | None = None
        self.uniform = random.Random(1).uniform

    def send(self, signal: Signal, cause: Cause | None = None, hold: float = 0.0) -> None:
        before = self.link
        self.link = advance(before, signal, self.now, self.uniform, cause=cause, hold=hold)
        if signal is not Signal.STOP and not (signal is Signal.LOST and self._stable(before)):
            assert self.link.attempt >= before.attempt

    def _stable(self, link: Link) -> bool:
        return link.live_at is not None and self.now - link.live_at >= STABLE_AFTER

    @rule(signal=st.sampled_from([s for s in Signal if s not in (Signal.LOST, Signal.HOLD)]))
    def anything(self, signal: Signal) -> None:
        self.send(signal)

    @rule(cause=st.sampled_from(CAUSES), hold=st.sampled_from([0.0, 3.0]))
    def lose(self, cause: Cause, hold: float) -> None:
        self.send(Signal.LOST, cause, hold)

    @rule(seconds=st.floats(0, 60))
    def hold(self, seconds: float) -> None:
        self.send(Signal.HOLD, hold=seconds)

    @rule(seconds=st.floats(0, 7_200))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @precondition(lambda self: self.link.live_at is not None)
    @rule()
    def look(self) -> None:
        stable = self._stable(self.link)
        before, self.link = self.link, forgive(self.link, self.now)
        assert self.link.attempt == (0 if stable else before.attempt)

    @invariant()
    def whoever_waits_has_a_deadline_unless_a_key_parked_it(self) -> None:
        link = self.link
        by_key = link.state is LinkState.PARKED and link.reason == "parked by key"
        assert (link.retry_at is not None) == (link.state in WAITING and not by_key)
        if link.retry_at is None:
            return
        longest = {
            LinkState.BACKOFF: LONGEST_DELAY,
            LinkState.HOLD: 305.0,
            LinkState.PARKED: PARK_TIMES[-1] * 1.2,
        }[link.state]
        assert 0 <= link.retry_at - link.since <= longest + 1e-6

    @invariant()
    def only_an_open_socket_has_a_time_of_opening(self) -> None:
        assert (self.link.opened_at is not None) == self.link.is_open

    @invariant()
    def whoever_was_lost_says_why(self) -> None:
        if self.link.state in (LinkState.BACKOFF, LinkState.PARKED):
            assert self.link.reason


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
