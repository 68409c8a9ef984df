"""Walks through the life of connections: a few of those that `tests.chaos.walks` makes."""

from __future__ import annotations

import pytest
from tests.chaos import walks
from tests.chaos.plugin import Figure


@pytest.mark.row("C1", "B1", "B2", "E8")
def test_links_follow_their_table_whatever_comes(figure: Figure) -> None:
    seen: set[str] = set()
    strange: list[str] = []
    for seed in range(1, 13):
        found, wrong = walks.run(seed)
        seen |= found
        strange += [f"seed {seed}: {what}" for what in wrong]
    figure("S19", known=len(walks.ALL), seen=sorted(seen))
    assert strange == []
    assert len(seen) > 30


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.row("C1", "B1", "B2", "E8")
def test_every_line_of_the_table_is_taken(figure: Figure) -> None:
    seen: set[str] = set()
    for seed in range(1_000, 1_600):
        found, wrong = walks.run(seed)
        assert wrong == [], f"seed {seed}"
        seen |= found
        if seen >= walks.ALL:
            break
    figure("S19", known=len(walks.ALL), seen=sorted(seen))
    assert seen >= walks.ALL, walks.ALL - seen
