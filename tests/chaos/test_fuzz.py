"""A short fuzzing of everything that reads what others wrote; `make chaos` goes on for longer."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tests.chaos.fuzz import EVIL_TEXT, harmful, mutate, targets
from tests.venues import kraken_frames

from wsdash.domain.text import clean

NAMES = tuple(targets(Path()))


@pytest.mark.row("D17", "D18", "E6", "E7", "G1", "G3", "G10")
@pytest.mark.parametrize("name", NAMES)
def test_nothing_that_went_wrong_on_the_way_crashes_a_reader(name: str, tmp_path: Path) -> None:
    target, chance = targets(tmp_path)[name], random.Random(f"short {name}")
    for _ in range(400):
        target(chance)


def test_mutations_are_different_from_what_they_were_made_of_and_from_each_other() -> None:
    frames = [kraken_frames.matic_update()]
    chance = random.Random(1)
    made = {mutate(frames, chance) for _ in range(200)}
    assert len(made) > 150
    assert len(made & set(frames)) <= 1


@pytest.mark.row("G1")
def test_what_is_called_harmful_is_found_before_the_boundary_and_not_behind_it() -> None:
    assert sum(harmful(text) for text in EVIL_TEXT) > 20
    assert not any(harmful(clean(text)) for text in EVIL_TEXT)
