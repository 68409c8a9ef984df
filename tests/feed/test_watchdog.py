"""Quiet is told from dead, by what a channel itself has taught."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wsdash.domain.events import Channel
from wsdash.feed.freshness import CEILING, ENOUGH, FLOOR, Cadence
from wsdash.feed.market import ChannelState, Stream
from wsdash.feed.watchdog import ANSWER_DEADLINE, PARK_TIME, Patient, Repair

LIVE, QUIET, STALE, SYNCING, RESYNC, PARKED = (
    ChannelState.LIVE,
    ChannelState.QUIET,
    ChannelState.STALE,
    ChannelState.SYNCING,
    ChannelState.RESYNC,
    ChannelState.PARKED,
)


def beating(channel: Channel, period: float, count: int = 100) -> tuple[Stream, float]:
    """A live stream that has spoken steadily, and when it last did."""
    stream = Stream(channel, 0.0)
    stream.enter(LIVE, 0.0)
    now = 0.0
    for _ in range(count):
        now += period
        stream.heard(now, None)
    return stream, now


def watched(stream: Stream, patient: Patient, start: float, seconds: float) -> list[Repair]:
    """Look four times a second at a stream that says nothing."""
    looks = [patient.look(stream, start + n / 4) for n in range(1, int(seconds * 4) + 1)]
    return [repair for repair in looks if repair is not Repair.NOTHING]


def test_a_channel_that_has_said_little_is_given_the_longest_time() -> None:
    cadence = Cadence()
    for n in range(ENOUGH):
        cadence.heard(n * 0.5)
    assert cadence.limit == CEILING
    assert cadence.rare


@given(st.lists(st.floats(0.001, 300), min_size=1, max_size=400))
def test_a_limit_is_never_below_the_floor_above_the_ceiling_or_below_a_usual_pause(
    pauses: list[float],
) -> None:
    cadence, now = Cadence(), 0.0
    for pause in pauses:
        now += pause
        cadence.heard(now)
    assert FLOOR <= cadence.limit <= CEILING
    assert cadence.limit >= min(CEILING, max(pauses[-50:]))


def test_a_burst_of_history_does_not_make_a_rare_tape_look_like_a_fast_one() -> None:
    cadence = Cadence()
    for _ in range(50):
        cadence.heard(10.0)  # fifty old prints in one frame
    cadence.heard(40.0)
    assert cadence.rare
    assert cadence.limit == CEILING


def test_prints_that_come_in_clusters_are_measured_from_cluster_to_cluster() -> None:
    cadence, now = Cadence(), 0.0
    for _ in range(20):
        for _ in range(300):
            cadence.heard(now)
            now += 0.0001
        now += 12.0
    assert cadence.limit > 5 * 12


def test_a_fast_channel_gets_the_floor() -> None:
    stream, _ = beating("book", 0.01, 2_000)
    assert stream.threshold == FLOOR


def test_a_pause_longer_than_usual_is_learnt_at_once() -> None:
    stream, now = beating("book", 0.5)
    stream.heard(now + 6.0, None)
    assert stream.threshold > 5 * 6.0


@pytest.mark.parametrize("period", [0.1, 0.5, 2.0, 10.0])
@pytest.mark.row("D9")
def test_a_silent_channel_is_stale_within_a_second_of_its_limit(period: float) -> None:
    stream, now = beating("book", period)
    patient = Patient(0.0)
    limit = stream.threshold
    assert watched(stream, patient, now, limit) == []
    assert stream.state in (LIVE, QUIET)
    assert watched(stream, patient, now + limit, 1.0) == [Repair.RESUBSCRIBE]
    assert (stream.state, stream.reason) == (STALE, f"no data for {limit:.0f} s")


@pytest.mark.row("D10")
def test_quiet_comes_before_stale_and_ends_with_data() -> None:
    stream, now = beating("book", 0.5)
    patient = Patient(0.0)
    watched(stream, patient, now, 3.0)
    assert stream.state is QUIET
    stream.heard(now + 3.1, None)
    assert stream.state is LIVE


@pytest.mark.row("D9")
def test_repairs_grow_stronger_until_it_is_parked_and_parked_ends_by_itself() -> None:
    stream, now = beating("book", 0.5)
    patient = Patient(0.0)
    seen = watched(stream, patient, now, 200)
    assert seen[:4] == [
        Repair.RESUBSCRIBE,
        Repair.RECONNECT,
        Repair.RESUBSCRIBE,
        Repair.ELSEWHERE,
    ]
    assert seen[4] is Repair.PARK
    stream.enter(PARKED, now + 200, "silent")
    assert watched(stream, patient, now + 200, PARK_TIME - 1) == []
    assert watched(stream, patient, now + 200 + PARK_TIME, 1) == [Repair.RESUBSCRIBE]
    assert stream.state is RESYNC


def test_the_second_repair_comes_when_the_first_was_not_answered_in_time() -> None:
    stream, now = beating("book", 0.5)
    patient = Patient(0.0)
    assert watched(stream, patient, now, FLOOR + 1) == [Repair.RESUBSCRIBE]
    assert watched(stream, patient, now + FLOOR + 1, ANSWER_DEADLINE) == [Repair.RECONNECT]


def test_a_snapshot_alone_does_not_pass_for_a_repair() -> None:
    stream, now = beating("book", 0.5)
    patient = Patient(0.0)
    watched(stream, patient, now, FLOOR + 1)
    stream.heard(now + FLOOR + 1, None)  # the snapshot; then nothing again
    stream.enter(LIVE, now + FLOOR + 1)
    later = watched(stream, patient, now + FLOOR + 1, stream.threshold + 1)
    assert later == [Repair.RECONNECT]


def test_a_channel_that_flows_again_starts_with_the_mildest_repair_next_time() -> None:
    stream, now = beating("book", 0.5)
    patient = Patient(0.0)
    watched(stream, patient, now, FLOOR + 1)
    now += FLOOR + 1
    stream.enter(LIVE, now)
    for _ in range(200):
        now += 0.5
        stream.heard(now, None)
        patient.look(stream, now)
    assert watched(stream, patient, now, stream.threshold + 1) == [Repair.RESUBSCRIBE]


@pytest.mark.row("D8")
def test_a_refusal_that_may_pass_is_tried_again_after_minutes() -> None:
    stream = Stream("trades", 0.0)
    stream.enter(PARKED, 0.0, "rejected: Exceeded msg rate")
    patient = Patient(0.0)
    assert watched(stream, patient, 0.0, PARK_TIME - 1) == []
    assert watched(stream, patient, PARK_TIME, 1) == [Repair.RESUBSCRIBE]


def test_a_symbol_that_does_not_exist_is_left_alone() -> None:
    stream = Stream("book", 0.0)
    stream.enter(PARKED, 0.0, "rejected: unknown symbol")
    assert watched(stream, Patient(0.0), 0.0, 2 * PARK_TIME) == []


@pytest.mark.parametrize("channel", ["trades", "book", "candles"])
@pytest.mark.row("D10")
def test_a_rare_channel_is_asked_anew_now_and_then_but_never_accused(channel: Channel) -> None:
    stream, now = beating(channel, 60.0)
    patient = Patient(0.0)
    states, repairs = set(), []
    for n in range(4 * 3_600):
        repairs.append(patient.look(stream, now + n / 4))
        states.add(stream.state)
    assert STALE not in states
    assert set(repairs) == {Repair.NOTHING, Repair.RESUBSCRIBE}
    assert 25 <= repairs.count(Repair.RESUBSCRIBE) <= 31


def test_a_tape_that_rests_after_a_lively_hour_does_not_cost_the_connection() -> None:
    stream, now = beating("trades", 0.5)
    patient = Patient(0.0)
    assert watched(stream, patient, now, FLOOR + 1) == [Repair.RESUBSCRIBE]
    stream.enter(QUIET, now + FLOOR + 1)  # the venue confirms; nobody trades
    assert watched(stream, patient, now + FLOOR + 1, CEILING - 5) == []


@pytest.mark.row("D10")
def test_the_silence_of_an_outage_is_not_held_against_a_quiet_channel() -> None:
    stream, now = beating("trades", 2.0)
    patient = Patient(0.0)
    now += 600  # an outage
    patient.excuse(now)
    stream.cadence.restart()
    stream.enter(QUIET, now)
    assert watched(stream, patient, now, 10.0) == []
    assert stream.state is QUIET


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.5, 2.0, 8.0, 40.0, 200.0]))
@pytest.mark.row("D10")
def test_what_comes_at_random_is_hardly_ever_called_stale(seed: int, mean: float) -> None:
    """Twenty-four hours of a market that moves by chance, after a first quarter of an hour."""
    chance = random.Random(seed)
    stream, now = beating("book", mean, 1)
    patient, accused = Patient(0.0), 0
    for n in range(min(43_200, int(86_400 / mean))):
        pause = min(chance.expovariate(1 / mean), 600.0)
        # looking just before the data comes finds whatever a look in between would find
        before = stream.state
        patient.look(stream, now + pause)
        if stream.state is STALE and before is not STALE:
            accused += n > 900 / mean
        now += pause
        stream.heard(now, None)
        stream.enter(LIVE, now)
    assert accused == 0
