"""Whatever the size and whatever was done to a layout: all of the screen, and nothing clipped."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wsdash.ui.layouts.edit import (
    beside,
    hidden,
    next_letter,
    regrouped,
    resized,
    settled,
    with_guest,
)
from wsdash.ui.layouts.kinds import OF_MARKET, ROOMS, name_of, room_of, split_name
from wsdash.ui.layouts.presets import PRESETS, SIZES, Layout, size_of
from wsdash.ui.layouts.tree import Leaf, Node, Place, leaves, row, stack
from wsdash.ui.screens.plan import Wish, plan, tree_of

BARS = {"title", "status", "keys", "links", "compact", "welcome"}

kinds = st.sampled_from(sorted(ROOMS))
panes = st.builds(
    lambda kind, letter: Leaf(kind, letter if kind in OF_MARKET else ""),
    kinds,
    st.sampled_from("ABCD"),
)
widths, heights = st.integers(1, 260), st.integers(1, 75)


def covered(shown: list[Place], width: int, height: int) -> None:
    """Compare with a drawing, cell by cell."""
    screen = [[""] * width for _ in range(height)]
    for place in shown:
        assert place.width > 0
        assert place.height > 0
        for y in range(place.y, place.y + place.height):
            for x in range(place.x, place.x + place.width):
                assert screen[y][x] == "", (place, screen[y][x])
                screen[y][x] = place.name
    assert all(cell for line in screen for cell in line)


def readable(shown: list[Place]) -> None:
    for place in shown:
        if place.name not in BARS:
            columns, rows = room_of(split_name(place.name)[0]).least
            assert place.width >= columns, place
            assert place.height >= rows, place


def edited(data: st.DataObject, tree: Node, shown: list[Place]) -> Node:
    """Do something to a tree."""
    mine = data.draw(st.sampled_from(list(leaves(tree))))
    what = data.draw(st.sampled_from(["hide", "wider", "higher", "group", "beside", "guest"]))
    names = {leaf.name for leaf in leaves(tree)}
    if what == "hide":
        return hidden(tree, mine.name) or tree
    if what in {"wider", "higher"}:
        step = data.draw(st.integers(-30, 30))
        return resized(tree, mine.name, step, down=what == "higher", shown=shown)
    if mine.kind in OF_MARKET and what in {"group", "beside"}:
        letter = next_letter(tree, mine.kind, mine.group)
        if what == "group":
            return regrouped(tree, mine.name, data.draw(st.sampled_from("ABCD")))
        return beside(tree, mine.name, Leaf(mine.kind, letter)) if letter else tree
    guest = data.draw(panes)
    if guest.name in names:
        return tree
    return settled(with_guest(tree, guest, alone=data.draw(st.booleans())))


@given(st.data(), widths, heights, st.sampled_from(PRESETS), st.integers(0, 9), st.integers(0, 30))
def test_every_size_of_every_layout_is_covered_and_readable(
    data: st.DataObject, width: int, height: int, layout: Layout, links: int, markets: int
) -> None:
    wish = Wish(links=links, markets=markets, layout=layout)
    size = size_of(width, height)
    for _ in range(data.draw(st.integers(0, 6))):
        tree = edited(data, wish.layout.trees[size], plan(width, height, wish))
        wish = wish._replace(layout=wish.layout._replace(trees={**layout.trees, size: tree}))
        names = [leaf.name for leaf in leaves(tree)]
        assert len(set(names)) == len(names)
        shown = plan(width, height, wish)
        covered(shown, width, height)
        if size != "tiny":
            readable(shown)
    guest = data.draw(st.none() | panes)
    if guest is not None:
        wish = wish._replace(side=guest.name)
        shown = plan(width, height, wish)
        covered(shown, width, height)
        if size != "tiny":
            readable(shown)
            assert guest.name in {place.name for place in shown}
    covered(plan(width, height, wish._replace(maximised="tape")), width, height)


def test_every_preset_is_there_for_every_size_and_shows_all_of_it_at_its_usual_size() -> None:
    usual = {"small": (80, 24), "tall": (80, 50), "broad": (120, 24), "large": (120, 40)}
    for layout in PRESETS:
        assert set(layout.trees) == set(SIZES)
        for size, (width, height) in (usual | {"wide": (200, 60)}).items():
            shown = {place.name for place in plan(width, height, Wish(links=3, layout=layout))}
            assert shown - BARS == {leaf.name for leaf in leaves(layout.trees[size])}  # type: ignore[index]


def test_a_pane_that_was_made_wider_is_that_much_wider() -> None:
    wish = Wish(links=2, markets=4)
    before = plan(200, 60, wish)
    ladder = next(place for place in before if place.name == "ladder")
    tree = resized(wish.layout.trees["wide"], "ladder", 8, down=False, shown=before)
    layout = wish.layout._replace(trees={**wish.layout.trees, "wide": tree})
    after = {place.name: place for place in plan(200, 60, wish._replace(layout=layout))}
    assert after["ladder"].width == ladder.width + 8
    assert after["supervisor"].width == 200


def test_another_ladder_stands_beside_the_first_and_groups_change_places() -> None:
    tree = beside(PRESETS[0].trees["wide"], "ladder", Leaf("ladder", "B"))
    layout = PRESETS[0]._replace(trees={**PRESETS[0].trees, "wide": tree})
    shown = {place.name: place for place in plan(250, 60, Wish(layout=layout))}
    assert shown["ladder-b"].x == shown["ladder"].x + shown["ladder"].width
    turned = regrouped(tree, "ladder", "B")
    order = [leaf.name for leaf in leaves(turned) if leaf.kind == "ladder"]
    assert order == ["ladder-b", "ladder"]
    assert next_letter(turned, "ladder", "A") == "C"
    full = row(*(Leaf("ladder", letter) for letter in "ABCD"))
    assert next_letter(full, "ladder", "A") == ""


def test_hiding_leaves_no_empty_split_behind() -> None:
    tree = stack(row(Leaf("ladder"), Leaf("tape", "A", 400)), Leaf("supervisor", ""))
    assert hidden(tree, "ladder") == stack(Leaf("tape"), Leaf("supervisor", ""))
    assert hidden(Leaf("tape"), "tape") is None


def test_names_and_groups_are_each_others_reverse() -> None:
    for kind in ROOMS:
        for letter in "ABCD" if kind in OF_MARKET else ("",):
            assert split_name(name_of(kind, letter)) == (kind, letter)


def test_what_was_brought_to_the_screen_is_not_there_twice() -> None:
    for size, height in (("small", 24), ("wide", 60)):
        for kind in ("ladder", "tape", "supervisor", "gaps", "heat"):
            tree = tree_of(size, Wish(side=kind), height)  # type: ignore[arg-type]
            names = [leaf.name for leaf in leaves(tree)]
            assert names.count(kind) == 1
