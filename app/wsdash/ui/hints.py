"""What is said of the keys: the bottom line of every pane and the help, as the trader has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from textual.keys import format_key

from wsdash.ui.keys import KEYS, Key

_NUMBERED: Final = ("entry.", "layout.")
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

ALWAYS: Final = (
    ("Ctrl+C", "quit at once"),
    ("Ctrl+Q", "quit, whatever is open"),
    ("Ctrl+Z", "suspend; fg comes back"),
)
"""Keys that work whatever is on the screen, and that cannot be remapped."""


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
    keys = WELCOME_CORNER if pane == "welcome" else CORNER.get(pane, CORNER["ladder"])
    if replay and pane != "welcome":
        keys = REPLAY_CORNER
    chosen = (*keys[:4], ("help", "help"))
    return tuple((label(names, keymap or {}), words) for names, words in chosen)


def help_entries(
    pane: str, keymap: Mapping[str, str], *, replay: bool
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return everything the help says, in sections: this pane first, then the rest."""
    sections: list[tuple[str, list[tuple[str, str]]]] = []
    if replay or pane in CORNER or pane == "welcome":
        title = "In this replay" if replay else f"In the {pane}"
        title = "On the first screen" if pane == "welcome" else title
        entries = list(corner(pane, keymap, replay=replay)[:4])
        known = {label for label, _ in entries}
        entries += [
            (_shown(key, keymap), key.help)
            for key in KEYS
            if pane in key.panes and _shown(key, keymap) not in known
        ]
        sections.append((title, entries))
    everywhere = [
        (_shown(key, keymap), key.help)
        for key in KEYS
        if not key.id.startswith(_NUMBERED) or key.id in keymap
    ]
    everywhere.insert(2, ("1-9", "that market of the watchlist"))
    everywhere += [("F2-F9", "that layout"), *ALWAYS]
    sections.append(("Everywhere", everywhere))
    return sections


def _shown(key: Key, keymap: Mapping[str, str]) -> str:
    return spoken(keymap[key.id]) if key.id in keymap else key.label
