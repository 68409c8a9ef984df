from __future__ import annotations

from collections.abc import Callable

import pytest

from wsdash.ui.layouts.edit import TALL
from wsdash.ui.layouts.tree import Place
from wsdash.ui.screens.plan import PANES, SMALLEST, Wish, plan
from wsdash.ui.screens.seek_plan import replay_plan


def cells(place: Place) -> set[tuple[int, int]]:
    return {
        (x, y)
        for x in range(place.x, place.x + place.width)
        for y in range(place.y, place.y + place.height)
    }


WIDTHS = (1, 19, 20, 40, 63, 64, 80, 109, 110, 120, 159, 160, 200, 250)
HEIGHTS = (1, 4, 5, 10, 15, 16, 24, 31, 32, 40, 48, 60, 70)


@pytest.mark.parametrize("arrange", [plan, replay_plan])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    "wish",
    [
        Wish(),
        Wish(links=6, markets=12),
        Wish(side="chart"),
        Wish(side="supervisor", links=3),
        Wish(maximised="tape"),
        Wish(links=0, markets=0),
    ],
)
def test_panes_cover_the_screen_and_never_each_other(
    width: int, wish: Wish, arrange: Callable[[int, int, Wish], list[Place]]
) -> None:
    for height in HEIGHTS:
        seen: set[tuple[int, int]] = set()
        for place in arrange(width, height, wish):
            here = cells(place)
            assert here
            assert not here & seen
            seen |= here
        assert seen == {(x, y) for x in range(width) for y in range(height)}


def test_every_pane_can_be_brought_to_every_screen() -> None:
    for width, height in ((40, 10), (80, 24), (80, 50), (120, 24), (120, 40), (200, 60)):
        for pane in PANES:
            names = {place.name for place in plan(width, height, Wish(side=pane))}
            assert pane in names or (pane == "ladder" and "compact" in names)


def test_a_screen_that_is_too_small_shows_one_thing() -> None:
    assert plan(SMALLEST[0] - 1, 30, Wish()) == [Place("compact", 0, 0, SMALLEST[0] - 1, 30)]


def test_what_stands_beside_the_ladder_does_so_on_the_narrowest_screen_with_two_columns() -> None:
    for width in range(64, 75):
        for kind in TALL:
            names = {place.name for place in plan(width, 24, Wish(side=kind))}
            assert {"ladder", kind} <= names


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40), (40, 10), (200, 60)])
def test_the_bar_of_a_replay_is_above_status_and_keys(width: int, height: int) -> None:
    places = {place.name: place for place in replay_plan(width, height, Wish())}
    below = [place.y for name, place in places.items() if name in {"status", "keys"}]
    assert places["seek"].y == min(below, default=height) - 1
    assert (places["seek"].x, places["seek"].width, places["seek"].height) == (0, width, 1)
