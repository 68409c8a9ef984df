"""What is said of the keys in the bottom line of every pane, as the trader has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from textual.keys import format_key

from wsdash.ui.keys import KEYS, Key

_BACK: Final = ("back", "back")

CORNER: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "ladder": (("find", "find"), ("more less", "grouping"), ("freeze", "freeze"), ("next", "pane")),
    "tape": (("find", "find"), ("down up", "scroll"), ("freeze", "freeze"), ("next", "pane")),
    "chart": (
        ("find", "find"),
        ("shorter longer", "timeframe"),
        ("more less", "zoom"),
        ("left right", "scroll"),
    ),
    "curve": (
        ("find", "find"),
        ("curve", "next curve"),
        ("maximise", "maximise"),
        ("next", "pane"),
    ),
    "heat": (("more less", "grouping"), ("centre", "centre"), ("maximise", "maximise"), _BACK),
    "merged": (
        ("more less", "grouping"),
        ("down up", "choose"),
        ("centre", "centre"),
        ("basis", "basis"),
    ),
    "basis": (("down up", "choose"), ("merged", "merged"), ("maximise", "maximise"), _BACK),
    "watch": (
        ("open", "open"),
        ("watch.add", "add"),
        ("watch.remove", "remove"),
        ("watch.sort", "order"),
    ),
    "balances": (
        ("down up", "choose"),
        ("copy", "copy exactly"),
        ("maximise", "maximise"),
        ("next", "pane"),
    ),
    "supervisor": (("resync", "retry"), ("drop", "drop"), ("park", "park"), ("filter", "filter")),
    "gaps": (("down up", "scroll"), ("centre", "newest"), ("supervisor", "supervisor"), _BACK),
}
"""The keys that matter for each pane, by their names; the key line adds the help."""

REPLAY_CORNER: Final = (
    ("freeze", "play/pause"),
    ("seek", "go to"),
    ("back.5 on.5", "5 s"),
    ("mark.back mark.on", "marks"),
)
"""The keys that matter in a replay."""

WELCOME_CORNER: Final = (
    ("find", "pick"),
    ("welcome.demo", "demo"),
    ("settings", "settings"),
    ("quit", "quit"),
)
"""The keys that matter while there is no market."""

NOTHING_CORNER: Final = (("find", "pick"), _BACK, ("settings", "settings"), ("quit", "quit"))
"""The keys that matter beside panes while there is no market: back is the first screen."""


def spoken(names: str) -> str:
    """Return how keys from the settings are shown: the first of them, ``ctrl+w`` as ``Ctrl+W``."""
    *held, last = names.partition(",")[0].strip().split("+")
    last = format_key(last) or last
    if len(last) > 1 or held:
        last = last.capitalize()
    return "+".join([*(name.capitalize() for name in held), last])


def label(names: str, keymap: Mapping[str, str]) -> str:
    """Return what is pressed for the keys of some names, as short as it can be shown."""
    shown = {key.id: key.label.split(" ")[0] for key in KEYS}
    return " ".join(
        spoken(keymap[name]) if name in keymap else shown.get(name, name)
        for name in names.split(" ")
    )


def corner(
    pane: str, keymap: Mapping[str, str] | None = None, *, replay: bool
) -> tuple[tuple[str, str], ...]:
    """Return the five keys that the bottom line shows for a pane, as the trader has them."""
    first = {"welcome": WELCOME_CORNER, "nothing": NOTHING_CORNER}
    keys = first.get(pane) or CORNER.get(pane, CORNER["ladder"])
    if replay and pane not in first:
        keys = REPLAY_CORNER
    chosen = (*keys[:4], ("help", "help"))
    return tuple((label(names, keymap or {}), words) for names, words in chosen)


def shown(key: Key, keymap: Mapping[str, str]) -> str:
    """Return the keys that do something, as the trader has them."""
    return spoken(keymap[key.id]) if key.id in keymap else key.label
