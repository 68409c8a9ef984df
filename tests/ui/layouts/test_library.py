"""Layouts in a file: what was saved is there again, and nothing is lost that cannot be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsdash.ui.layouts.kinds import OF_MARKET, ROOMS
from wsdash.ui.layouts.library import Library
from wsdash.ui.layouts.presets import PRESETS, SIZES, STANDARD, Layout
from wsdash.ui.layouts.text import BadLayout, from_plain, named, to_plain
from wsdash.ui.layouts.tree import Leaf, Node, Split, row

KNOWN = tuple(ROOMS)


shares = st.integers(0, 1000)
panes = st.builds(
    lambda kind, letter, share: Leaf(kind, letter if kind in OF_MARKET else "", share),
    st.sampled_from(KNOWN),
    st.sampled_from("ABCD"),
    shares,
)


def grown(leaves: list[Leaf], turns: list[tuple[bool, int]]) -> Node:
    """Return a tree of these panes: each comes below the others, or beside them."""
    tree: Node = leaves[0]
    for leaf, (down, share) in zip(leaves[1:], turns, strict=False):
        tree = Split(down, (tree, leaf), share)
    return tree


trees = st.builds(
    grown,
    st.lists(panes, min_size=1, max_size=5, unique_by=lambda leaf: leaf.name),
    st.lists(st.tuples(st.booleans(), shares), min_size=4, max_size=4),
)


@given(st.dictionaries(st.sampled_from(SIZES), trees, max_size=2))
def test_a_layout_comes_back_from_plain_data_as_it_was(sizes: dict[Any, Node]) -> None:
    layout = Layout("mine", dict(STANDARD.trees) | sizes, {"B": "kraken:ETH/USD"})
    plain = json.loads(json.dumps(to_plain(layout)))
    assert from_plain("mine", plain, KNOWN) == layout


@pytest.mark.parametrize(
    ("plain", "words"),
    [
        ([], "not what a layout looks like"),
        ({"sizes": {"wide": {"pane": "\x1b[2Jx"}}}, "no pane is named ·[2Jx"),
        ({"sizes": {"wide": {"pane": "tape", "group": "Z"}}}, "A B C D"),
        ({"sizes": {"wide": {"pane": "tape", "share": -1}}}, "thousandths"),
        ({"sizes": {"wide": {"row": [{"pane": "tape"}]}}}, "neither"),
        ({"sizes": {"wide": {"row": [{"pane": "tape"}] * 2}}}, "twice"),
    ],
)
def test_what_is_no_layout_is_said_in_words(plain: object, words: str) -> None:
    with pytest.raises(BadLayout) as caught:
        from_plain("x", plain, KNOWN)
    assert words in str(caught.value)


@pytest.mark.parametrize("name", ["", "  ", "x" * 25, "a\x1bb", "a\u202eb"])
def test_names_are_plain(name: str) -> None:
    with pytest.raises(BadLayout):
        named(name)


def test_saved_layouts_and_the_last_one_are_there_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "state" / "layouts.json"
    first = Library(file, KNOWN)
    assert first.load() == ""
    mine = Layout("mine", {**STANDARD.trees, "wide": row(Leaf("ladder"), Leaf("ladder", "B"))})
    first.save(mine)
    first.present = mine._replace(markets={"B": "kraken:ETH/USD"})
    assert first.write({"mine"}) == ""
    second = Library(file, KNOWN)
    assert second.load() == ""
    assert second.find("mine") == mine
    assert second.present == first.present
    assert [layout.name for layout in second.layouts] == [*(one.name for one in PRESETS), "mine"]
    second.remove("mine")
    assert second.write({"mine"}) == ""
    third = Library(file, KNOWN)
    third.load()
    assert third.find("mine") is None


def test_a_preset_can_be_changed_and_is_as_it_came_once_that_is_removed(tmp_path: Path) -> None:
    library = Library(tmp_path / "layouts.json", KNOWN)
    library.save(STANDARD._replace(trees={**STANDARD.trees, "wide": Leaf("tape")}))
    assert library.layouts[0].trees["wide"] == Leaf("tape")
    library.remove("standard")
    assert library.layouts[0] == STANDARD


def test_two_programs_do_not_undo_each_other(tmp_path: Path) -> None:
    file = tmp_path / "layouts.json"
    one, other = Library(file, KNOWN), Library(file, KNOWN)
    one.save(STANDARD._replace(name="one"))
    other.save(STANDARD._replace(name="other"))
    assert one.write({"one"}) == other.write({"other"}) == ""
    assert set(json.loads(file.read_bytes())["layouts"]) == {"one", "other"}


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"\xff\xfe", b"[]", b'{"layouts": 3}', b"[" * 99_999]
)
def test_a_damaged_file_is_said_and_put_aside_whole(tmp_path: Path, damage: bytes) -> None:
    file = tmp_path / "layouts.json"
    file.write_bytes(damage)
    for name in ("layouts.json.damaged", "layouts.json.damaged-2"):
        library = Library(file, KNOWN)
        assert "layouts.json is damaged" in library.load()
        assert file.read_bytes() == damage
        library.save(STANDARD._replace(name="mine"))
        assert library.write({"mine"}) == ""
        assert (tmp_path / name).read_bytes() == damage
        assert Library(file, KNOWN).load() == ""
        file.write_bytes(damage)


def test_a_newer_file_is_said_and_never_written(tmp_path: Path) -> None:
    file = tmp_path / "layouts.json"
    newer = b'{"format": 2, "layouts": {"mine": "of tomorrow"}}'
    file.write_bytes(newer)
    library = Library(file, KNOWN)
    assert "newer wsdash" in library.load()
    library.save(STANDARD._replace(name="mine"))
    assert "newer wsdash" in library.write({"mine"})
    assert file.read_bytes() == newer
    assert library.find("mine") is not None
    assert [one.name for one in tmp_path.iterdir()] == ["layouts.json"]


def test_a_layout_that_nobody_here_can_read_stays_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "layouts.json"
    strange = {"sizes": {"wide": {"pane": "hologram"}}}
    content = {"format": 1, "more": 7, "layouts": {"odd": strange, "fine": to_plain(STANDARD)}}
    file.write_text(json.dumps(content))
    library = Library(file, KNOWN)
    assert library.load() == (
        "layouts.json: layout odd: no pane is named hologram; it stays in the file"
    )
    assert list(library.saved) == ["fine"]
    library.present = STANDARD
    assert library.write() == ""
    after = json.loads(file.read_bytes())
    assert (after["layouts"]["odd"], after["more"]) == (strange, 7)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    library = Library(tmp_path / "state" / "layouts.json", KNOWN)
    assert "layouts.json" in library.load()
    assert "layouts.json" in library.write()
