"""What the help says: the keys of the pane in focus first, then the others by what they are for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from wsdash.ui.hints import CORNER, corner, label, shown
from wsdash.ui.keys import KEYS, Key

Section = tuple[str, list[tuple[str, str]]]
"""A heading, and keys with what they do."""

TOPICS: Final[Mapping[str, str]] = {
    "Panes": "ladder tape chart curve heat merged basis watch balances supervisor gaps",
    "Markets": "find keep resync reconnect",
    "Any pane": "more less shorter longer centre freeze copy table",
    "Moving": "down up left right page.down page.up first last next previous back",
    "Layouts": "layouts maximise hide wider narrower higher lower another group",
    "wsdash": "help palette settings alerts incident record picture quit",
    "In a replay": "seek back.5 on.5 back.60 on.60 mark.back mark.on mark.kind",
}
"""The keys that are for no pane in particular, by their names."""

PLACES: Final[Mapping[str, str]] = {
    "ladder": "In the ladder",
    "tape": "In the tape",
    "chart": "In the chart",
    "watch": "In the watchlist",
    "supervisor": "In the supervisor",
    "welcome": "On the first screen",
}
"""What the panes with keys of their own are called."""

SIGNS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "ladder": (
        ("·", "a level that no checksum covers: a lost change would show late"),
        ("Σ", "all that rests up to this price"),
        ("imb", "of the ten best: +1 all bids, -1 all asks"),
        ("bp", "the spread in hundredths of a percent"),
        ("micro", "the mid, weighted by the sizes at the best prices"),
        ("sold", "traded at this price by those who hit it; bought: by those who lifted it"),
        ("±stack", "what came to rest at this price, less what went without a trade"),
    ),
    "tape": (
        ("▲ ▼", "a buyer lifted, a seller hit"),
        ("buy %", "buyers' share of the newest 200 prints; beside it prints a second"),
    ),
    "chart": (("%", "from the open of the newest candle to its close"),),
    "curve": (
        ("depth", "what rests up to each price"),
        ("delta", "bought less sold, print by print"),
        ("lag", "from the venue's clock to the screen"),
    ),
    "heat": (("full", "the size from which a cell is as bright as it gets"),),
    "supervisor": (
        ("tries", "connections tried, and allowed, in five minutes"),
        ("resyncs", "books and channels asked anew; bad: frames that nobody understood"),
        ("▇ ▄ ▁", "in the last hour, minute by minute: live, stale or syncing, down"),
    ),
    "balances": (
        ("?", "no market that is followed tells its price"),
        ("+", "after the worth of all: something without a price is not in it"),
    ),
    "merged": (("×", "a level that could trade with the other side at once"),),
}
"""Signs that say nothing by themselves."""

ALWAYS: Final = (
    ("Ctrl+C", "quit at once"),
    ("Ctrl+Q", "quit, whatever is open"),
    ("Ctrl+Z", "suspend; fg comes back"),
)
"""Keys that work whatever is on the screen, and that cannot be remapped."""

_NUMBERED: Final = {
    "Markets": ("entry.", "1-9", "that market of the watchlist"),
    "Layouts": ("layout.", "F2-F9", "that layout"),
}
_PLAYING: Final = ("freeze", "shorter longer", "more less")
"""What a replay has other uses for."""

_MOVES: Final = frozenset(["up", "down", "left", "right", "back", "open"])


def help_entries(pane: str, keymap: Mapping[str, str], *, replay: bool) -> list[Section]:
    """Return everything the help says, in sections: this pane first, then the rest."""
    topics = [_topic(title, keymap) for title in TOPICS]
    if replay:
        topics = [topics[-1], *topics[:-1]]
    others = [_own(other, keymap) for other in PLACES if other != pane]
    here = [_here(pane, keymap, replay=replay)] if pane in CORNER or pane == "welcome" else []
    return [*here, *topics[:-1], *others, topics[-1]] if not replay else [*here, *topics, *others]


def commands(keymap: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what can be done by its name too: keys, and what they do."""
    numbered = tuple(prefix for prefix, _, _ in _NUMBERED.values())
    return [
        (shown(key, keymap), key.help)
        for key in KEYS
        if key.id not in _MOVES and not key.id.startswith(numbered)
    ]


def _here(pane: str, keymap: Mapping[str, str], *, replay: bool) -> Section:
    """Return the section of the pane in focus: its own keys, and what else its line says."""
    title, own = _own(pane, keymap)
    known = {key for key, _ in own}
    known |= {label(names, keymap) for names in _PLAYING if replay}
    entries = corner(pane, keymap, replay=False)[:4]
    return title, [entry for entry in entries if entry[0] not in known] + own


def _own(pane: str, keymap: Mapping[str, str]) -> Section:
    """Return the keys that a pane has of its own."""
    keys = [(shown(key, keymap), _words(key)) for key in KEYS if pane in key.panes]
    return PLACES.get(pane, f"In the {pane}"), [*keys, *SIGNS.get(pane, ())]


def _topic(title: str, keymap: Mapping[str, str]) -> Section:
    keys = {key.id: key for key in KEYS}
    entries = [(shown(keys[name], keymap), _words(keys[name])) for name in TOPICS[title].split()]
    if title in _NUMBERED:
        prefix, numbers, words = _NUMBERED[title]
        entries.insert(1, (numbers, words))
        entries += [
            (shown(key, keymap), key.help)
            for key in KEYS
            if key.id.startswith(prefix) and key.id in keymap
        ]
    if title == "In a replay":
        entries.append((label("palette", keymap), "then: candles of 5m, zoom in, coarser rows"))
    return title, entries + list(ALWAYS if title == "wsdash" else ())


def _words(key: Key) -> str:
    """Return what a key does; where it does it says the heading."""
    place, colon, words = key.help.partition(": ")
    named = {"ladder", "tape", "chart", "watchlist", "first screen", "replay"}
    return words if colon and place in named else key.help
