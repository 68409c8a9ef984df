"""Rules fire when they should, once, and never on what is not known."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsdash.domain.alerts import Fired, Rule, Trigger
from wsdash.domain.alerts_text import parse


def trigger(text: str) -> Trigger:
    return Trigger(parse(text))


def fires(of: Trigger, looks: list[tuple[float, str | None]]) -> list[float]:
    """The moments at which it fires, of (moment, value) pairs."""
    return [now for now, value in looks if of.look(_values(value), now) is not None]


def _values(text: str | None) -> list[Decimal] | None:
    return None if text is None else [Decimal(word) for word in text.split()]


@pytest.mark.parametrize(
    ("condition", "holds", "not_"),
    [
        ("price > 5", ["5.01", "6"], ["5", "4.99"]),
        ("price >= 5", ["5", "5.00"], ["4.9999"]),
        ("price < 5", ["4.9"], ["5", "5.1"]),
        ("price <= 5", ["5", "4"], ["5.000000001"]),
        ("price > 0.1", ["0.100000000000000001"], ["0.1"]),
    ],
)
def test_conditions_compare_exactly(condition: str, holds: list[str], not_: list[str]) -> None:
    for value in holds:
        assert trigger(f"kraken:X {condition}").look([Decimal(value)], 0.0) == Decimal(value)
    for value in not_:
        assert trigger(f"kraken:X {condition}").look([Decimal(value)], 0.0) is None


def test_it_fires_once_and_again_only_after_it_was_false_for_long_enough() -> None:
    looks: list[tuple[float, str | None]] = [
        (0, "6"), (1, "7"), (2, "4"), (4, "6"), (5, "4"), (9.9, "4"), (10, "4"), (11, "6"),
    ]  # fmt: skip
    assert fires(trigger("kraken:X price > 5"), looks) == [0, 11]
    assert fires(trigger("kraken:X price > 5 rearm 0s"), looks) == [0, 4, 11]
    assert fires(trigger("kraken:X price > 5 once"), looks) == [0]
    assert fires(trigger("kraken:X price > 5 rearm 0s every 10s"), looks) == [0, 11]


def test_time_in_which_nothing_is_known_does_not_count_as_false() -> None:
    looks: list[tuple[float, str | None]] = [
        (0, "6"), (1, "4"), (3, None), (4, "4"), (7, "6"), (8, None), (60, None), (61, "6"),
    ]  # fmt: skip
    assert fires(trigger("kraken:X price > 5"), looks) == [0]


def test_a_cool_down_only_delays_what_still_holds() -> None:
    looks: list[tuple[float, str | None]] = [(0, "6"), (1, "4"), (20, "6"), (59, "6"), (60, "6")]
    assert fires(trigger("kraken:X price > 5 every 60s"), looks) == [0, 60]


def test_crossing_is_from_one_side_to_the_other_even_between_two_looks() -> None:
    looks: list[tuple[float, str | None]] = [(0, "6"), (1, "5"), (2, "6"), (3, "5"), (4, "4")]
    assert fires(trigger("kraken:X price crosses 5"), looks) == [4]
    assert fires(trigger("kraken:X price crosses 5"), [(0, "6"), (1, "4 6 6")]) == [1]
    assert fires(trigger("kraken:X price crosses 5"), [(0, "6"), (1, None), (2, "4")]) == [2]
    there_and_back: list[tuple[float, str | None]] = [(0, "6"), (1, "4 6 6"), (7, "6"), (13, "6")]
    assert fires(trigger("kraken:X price crosses 5"), there_and_back) == [1]


looks_made = st.lists(
    st.tuples(st.floats(0.05, 4.0), st.sampled_from(["4", "6", "4 6", None])), max_size=60
)


@given(looks_made, st.integers(0, 10), st.integers(0, 20), st.booleans())
def test_between_two_firings_it_was_false_and_known_for_long_enough(
    steps: list[tuple[float, str | None]], rearm: int, every: int, once: bool
) -> None:
    rule = msgspec.structs.replace(parse("kraken:X price > 5"), rearm=rearm, every=every, once=once)
    looks: list[tuple[float, str | None]] = []
    now = 100.0
    for pause, value in steps:
        now += pause
        looks.append((now, value))
    fired = fires(Trigger(rule), looks)
    true = {moment for moment, value in looks if value is not None and "6" in value}
    assert set(fired) <= true
    assert bool(fired) == bool(true)
    assert not once or len(fired) <= 1
    for before, after in pairwise(fired):
        assert after - before >= every
        assert _longest_false([look for look in looks if before < look[0] <= after]) >= rearm


def _longest_false(looks: list[tuple[float, str | None]]) -> float:
    longest, since = -1.0, None
    for now, value in looks:
        if since is not None and value is not None:
            longest = max(longest, now - since)
        if value is None or "6" in value:
            since = None
        elif since is None:
            longest, since = max(longest, 0.0), now
    return longest


def test_what_it_saw_last_and_how_it_stands_can_be_shown() -> None:
    of = trigger("kraken:X price > 5 once")
    of.look([Decimal("4"), Decimal("6")], 0.0)
    assert (of.value, of.done, of.armed, of.fired_at) == (Decimal("6"), True, False, 0.0)
    of.look(None, 1.0)
    assert of.value is None


@pytest.mark.parametrize(
    ("rule", "value", "words"),
    [
        ("kraken:X price > 5", "66012.30", "66012.3"),
        ("kraken:X spread > 5bp", "5.2189", "5.22bp"),
        ("kraken:X print > 5", "0.00000001", "0.00000001"),
        ("kraken stale > 5s", "12", "12s"),
        ("kraken gap", "1", ""),
    ],
)
def test_values_are_spoken_in_the_units_of_their_kind(rule: str, value: str, words: str) -> None:
    assert parse(rule).spoken(Decimal(value)) == words


def test_what_fired_is_one_line() -> None:
    rule = parse("kraken:X price > 5 once bell")
    fired = Fired(0.0, str(rule), "6", "LIVE", rule.actions, rule.condition)
    assert fired.text == "kraken:X price > 5: 6 (LIVE)"
    assert (
        Fired(0.0, "kraken:X price > 5", "6", "LIVE 0.2s").text
        == "kraken:X price > 5: 6 (LIVE 0.2s)"
    )
    assert Fired(0.0, "kraken gap", "", "gap 5-7").text == "kraken gap (gap 5-7)"
    assert "\x1b" not in Fired(0.0, "kraken gap", "", "\x1b[2J").text


def test_rules_are_values() -> None:
    assert parse("kraken gap") == Rule(parse("kraken gap").subject, "gap")
