"""The seeds that `python -m tests.chaos.seeds` runs by the thousand: a few of them here."""

from __future__ import annotations

import pytest
from tests.chaos import seeds
from tests.chaos.plugin import Figure


@pytest.mark.row("A2", "C2", "D1", "D2", "D3", "D4", "D9")
def test_seeds_show_nothing_wrong_and_end_live(figure: Figure) -> None:
    total = seeds.Sum()
    for seed in (555, 7, 11):  # the first loses a change that Kraken's checksum does not cover
        total.add(seeds.run(seed))
    figure("S7", frames=total.frames, wrong=total.wrong, deltas=total.deltas, how="memory")
    figure("S20", seeds=total.seeds, failed=len(total.failures))
    assert total.failures == []
    assert total.frames > 300
    assert total.marked > 10
    assert total.unproven, "the level that is wrong is drawn, and marked"


def test_a_seed_repeats_to_the_last_frame() -> None:
    assert seeds.run(31) == seeds.run(31)
