"""Budgets: what may be spent is never exceeded, over restarts and whatever the file holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wsdash.feed.budget import BUSY, WINDOW, ConnectBudget, TokenBucket
from wsdash.venues.venue import Budget

KRAKEN = Budget(burst=3, per_second=1 / 6)


class HandClock:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.now, self.offset = 50.0, 1_795_608_000.0

    def monotonic(self) -> float:
        return self.now

    def wall(self) -> float:
        return self.now + self.offset

    async def sleep(self, seconds: float) -> None:
        self.now += seconds

    def restart(self) -> None:
        """The machine starts anew: its monotonic clock begins elsewhere."""
        self.offset += self.now - 3.0
        self.now = 3.0


def within(times: list[float], budget: Budget) -> bool:
    """Whether no stretch of five minutes or less holds more than the budget gives."""
    for i, start in enumerate(times):
        for n, end in enumerate(times[i:], start=1):
            if end - start < WINDOW and n > budget.burst + (end - start) * budget.per_second + 1e-6:
                return False
    return True


steps = st.lists(
    st.tuples(st.sampled_from(["try", "wait out", "restart"]), st.floats(0, 90)), max_size=60
)


@settings(max_examples=300, deadline=None)
@given(steps)
@pytest.mark.row("B1")
def test_no_schedule_and_no_restart_exceeds_the_budget(
    tmp_path_factory: pytest.TempPathFactory, schedule: list[tuple[str, float]]
) -> None:
    file = tmp_path_factory.mktemp("budget") / "connects" / "toy.json"
    clock, spent = HandClock(), list[float]()
    budget = ConnectBudget(KRAKEN, clock, file)
    for what, seconds in schedule:
        clock.now += seconds
        if what == "restart":
            clock.restart()
            budget = ConnectBudget(KRAKEN, clock, file)
        wait = budget.take()
        if wait and what == "wait out":
            clock.now += wait
            wait = budget.take()
            assert not wait, "the wait it named was not enough"
        if not wait:
            spent.append(clock.wall())
    assert within(spent, KRAKEN)


def test_whoever_waits_as_long_as_told_gets_a_token_at_any_time_of_day() -> None:
    for start in (0.1, 1_000.3, 86_400.7, 4e6 + 0.123):
        bucket = TokenBucket(KRAKEN, start)
        now = start
        for _ in range(200):
            wait = bucket.take(now)
            now += wait
            assert not wait or bucket.take(now) == 0


def test_a_reserve_is_left_for_whoever_matters_more() -> None:
    budget = ConnectBudget(KRAKEN, HandClock())
    taken = 0
    while not budget.take(reserve=1):
        taken += 1
    assert taken == 2
    assert budget.take() == 0


@pytest.mark.row("B1")
def test_a_restart_does_not_bring_the_budget_back(tmp_path: Path) -> None:
    clock, file = HandClock(), tmp_path / "toy.json"
    budget = ConnectBudget(KRAKEN, clock, file)
    while not budget.take():
        pass
    clock.restart()
    again = ConnectBudget(KRAKEN, clock, file)
    assert again.spent == 3
    assert again.take() > 0


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.floats(0, 60)), max_size=60))
@pytest.mark.row("B1")
def test_programs_that_run_side_by_side_have_one_budget_between_them(
    tmp_path_factory: pytest.TempPathFactory, schedule: list[tuple[int, float]]
) -> None:
    file = tmp_path_factory.mktemp("budget") / "toy.json"
    clock, spent = HandClock(), list[float]()
    budgets = [ConnectBudget(KRAKEN, clock, file) for _ in range(3)]
    for who, seconds in schedule:
        clock.now += seconds
        if not budgets[who].take():
            spent.append(clock.wall())
    assert within(spent, KRAKEN)


@pytest.mark.row("B1")
def test_nobody_waits_for_a_program_that_is_about_to_spend(tmp_path: Path) -> None:
    file = tmp_path / "toy.json"
    one, other = (ConnectBudget(KRAKEN, HandClock(), file) for _ in range(2))
    with one._alone() as alone:
        assert alone
        assert other.take() == BUSY
    assert other.take() == 0


@pytest.mark.row("A10", "B1")
def test_a_clock_set_back_does_not_bring_the_budget_back(tmp_path: Path) -> None:
    clock, file = HandClock(), tmp_path / "toy.json"
    budget = ConnectBudget(KRAKEN, clock, file)
    while not budget.take():
        pass
    clock.offset -= 3_600
    assert ConnectBudget(KRAKEN, clock, file).take() > 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        "5",
        "null",
        '{"a": 1}',
        '["x", null, [], true]',
        "[NaN, Infinity, -Infinity, 1e999]",
        f"[{'9' * 400}]",
        "[" * 100_000,
        "\ufeff[]",
    ],
    ids=lambda text: text[:12] or "empty",
)
def test_a_budget_file_that_makes_no_sense_is_an_empty_one(tmp_path: Path, text: str) -> None:
    file = tmp_path / "toy.json"
    file.write_text(text)
    budget = ConnectBudget(KRAKEN, HandClock(), file)
    assert budget.take() == 0
    assert len(json.loads(file.read_text())) == 1


def test_a_budget_file_of_bytes_that_are_no_text_is_an_empty_one(tmp_path: Path) -> None:
    file = tmp_path / "toy.json"
    file.write_bytes(b"\xff\xfe\x00")
    assert ConnectBudget(KRAKEN, HandClock(), file).take() == 0


@pytest.mark.row("E5")
def test_a_disk_that_takes_nothing_does_not_stop_the_feed(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    budget = ConnectBudget(KRAKEN, HandClock(), tmp_path / "file" / "toy.json")
    assert [budget.take() for _ in range(3)] == [0, 0, 0]
    assert budget.take() > 0
