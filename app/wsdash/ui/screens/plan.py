"""Which panes stand where, for every size of terminal: a pure function."""

from __future__ import annotations

from typing import Final, NamedTuple

SMALLEST: Final = (20, 5)
"""Columns and rows below which only price and state are said."""

PANES: Final = (
    "ladder",
    "tape",
    "chart",
    "curve",
    "heat",
    "watch",
    "balances",
    "supervisor",
    "gaps",
)
"""Panes that can be focused, in the order in which Tab goes through them."""

LARGE: Final = ("supervisor", "gaps")
"""Panes that are opened large: they say little in a narrow column."""


class Wish(NamedTuple):
    """What the trader wants to see.

    Attributes:
        side: the pane that takes the place beside the ladder where there is one place.
        maximised: the pane that takes the whole body, or empty.
        links: how many connections there are.
        markets: how many markets are on the watchlist.
        empty: whether there is no market at all.
    """

    side: str = ""
    maximised: str = ""
    links: int = 1
    markets: int = 1
    empty: bool = False


class Place(NamedTuple):
    """Where a pane stands, and which of its borders it shares."""

    name: str
    x: int
    y: int
    width: int
    height: int
    joined: bool = False
    open_below: bool = False


def plan(width: int, height: int, wish: Wish) -> list[Place]:
    """Return the panes of a screen; together they cover it without overlapping."""
    if width < SMALLEST[0] or height < SMALLEST[1]:
        return [Place("compact", 0, 0, width, height)]
    if wish.empty and not (wish.side or wish.maximised):
        keys = Place("keys", 0, height - 1, width, 1)
        return [Place("welcome", 0, 0, width, height - 1), keys]
    if width < 64 or height < 16:
        return _small(width, height, wish)
    edges = [
        Place("title", 0, 0, width, 1),
        Place("status", 0, height - 2, width, 1),
        Place("keys", 0, height - 1, width, 1),
    ]
    if wish.maximised:
        return [*edges, Place(wish.maximised, 0, 1, width, height - 3)]
    if width >= 110 and height >= 32:
        return edges + _large(width, height, wish)
    if wish.side in LARGE:
        return [*edges, Place(wish.side, 0, 1, width, height - 3)]
    links = min(max(1, wish.links), 2 if height < 40 else 6)
    body = height - 3 - links
    return [
        *edges,
        Place("links", 0, 1 + body, width, links),
        Place("ladder", 0, 1, 38 if width < 110 else 46, body),
        *_beside(width, body, wish),
    ]


def _small(width: int, height: int, wish: Wish) -> list[Place]:
    alone = wish.maximised or wish.side
    if alone in {"", "ladder"}:
        return [Place("compact", 0, 0, width, height)]
    status = 1 if height >= 8 else 0
    places = [Place("title", 0, 0, width, 1), Place(alone, 0, 1, width, height - 1 - status)]
    return [*places, Place("status", 0, height - 1, width, 1)] if status else places


def _beside(width: int, body: int, wish: Wish) -> list[Place]:
    """Return what stands beside the ladder: one pane, or the tape and one pane."""
    side = wish.side if wish.side not in {"", "ladder"} else "tape"
    other = side if side != "tape" else "chart"
    if width >= 110:
        tape = min(44, (width - 46) // 2)
        return [
            Place("tape", 46, 1, tape, body),
            Place(other, 46 + tape, 1, width - 46 - tape, body),
        ]
    if body >= 24:
        upper = body // 2
        return [
            Place(other, 38, 1, width - 38, upper, open_below=True),
            Place("tape", 38, 1 + upper, width - 38, body - upper, joined=True),
        ]
    return [Place(side, 38, 1, width - 38, body)]


def _large(width: int, height: int, wish: Wish) -> list[Place]:
    links = min(max(1, wish.links), 6)
    supervisor = links + 2 if height < 48 else links + 3 + min(8, (height - 40) // 3)
    if wish.side in LARGE:
        supervisor = max(supervisor, height // 2)
    body = height - 3 - supervisor
    left = 35 if width < 160 else 40
    middle = 46 if width < 130 else 50 if width < 160 else 60
    right = width - left - middle
    watch = max(min(wish.markets * 2 + 2, body * 2 // 3), body // 3)
    places = [
        Place("watch", 0, 1, left, watch, open_below=True),
        Place("balances", 0, 1 + watch, left, body - watch, joined=True),
        Place(wish.side if wish.side in LARGE else LARGE[0], 0, 1 + body, width, supervisor),
    ]
    x = left + middle
    if wish.side == "heat":
        return [*places, *_heated(left, middle, right, body, wide=width >= 160)]
    if width >= 160:
        chart = body * 11 // 20
        tape = right // 2
        return [
            *places,
            Place("ladder", left, 1, middle, body),
            Place("chart", x, 1, right, chart),
            Place("tape", x, 1 + chart, tape, body - chart),
            Place("curve", x + tape, 1 + chart, right - tape, body - chart),
        ]
    curve = max(7, body * 3 // 10) if body >= 22 else 0
    chart = body // 2
    shown = [Place("ladder", left, 1, middle, body - curve, open_below=bool(curve))]
    if curve:
        shown.append(Place("curve", left, 1 + body - curve, middle, curve, joined=True))
    return [
        *places,
        *shown,
        Place("chart", x, 1, right, chart, open_below=True),
        Place("tape", x, 1 + chart, right, body - chart, joined=True),
    ]


def _heated(left: int, middle: int, right: int, body: int, *, wide: bool) -> list[Place]:
    """Return the heat beside the ladder, as high as it; chart and tape where there is room."""
    x, chart = left + middle, body // 2
    heat = right // 2 if wide else right
    places = [
        Place("ladder", left, 1, middle, body),
        Place("heat", x, 1, heat, body),
    ]
    if wide:
        places.append(Place("chart", x + heat, 1, right - heat, chart, open_below=True))
        places.append(Place("tape", x + heat, 1 + chart, right - heat, body - chart, joined=True))
    return places
