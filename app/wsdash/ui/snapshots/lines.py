"""The material of every pane: spans of text that have a role, and lines of spans.

A role says what a text means (`bid`, `look`, `faint`); what it looks like is
the theme's business. Lines are tuples, so that equal lines look the same and a
line can be the key under which its drawing is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, TypeAlias

from rich.cells import cell_len, set_cell_size

ROLES: Final = (
    "text",
    "bright",
    "dim",
    "faint",
    "off",
    "title",
    "focus",
    "bid",
    "ask",
    "bid-bar",
    "ask-bar",
    "bid-bar-rev",
    "ask-bar-rev",
    "off-bar",
    "off-bar-rev",
    "up",
    "down",
    "good",
    "look",
    "bad",
    "cursor",
    "strip-live",
    "strip-stale",
    "strip-down",
)
"""Every role a span can have; each theme knows a look for each."""

_MODEST: Final = frozenset({"look", "bad", "good", "cursor", "title", "focus", "faint"})
_ASCII: Final = str.maketrans(
    {
        **dict.fromkeys("─━┈═—", "-"),
        **dict.fromkeys("│╵╷", "|"),
        "┊": ":",
        **dict.fromkeys("┌┐└┘├┤┬┴┼", "+"),
        **dict.fromkeys("▋▊▉█▌┃╹╻╽╿▐", "#"),
        **dict.fromkeys("▏▎▍", "."),
        **dict.fromkeys("▁▂", "_"),
        **dict.fromkeys("▃▄▅", "-"),
        **dict.fromkeys("▆▇", "="),
        "▲": "^",
        "▼": "v",
        "▸": ">",
        "·": ".",
        "…": "~",
        "Σ": "S",
        "±": "~",
        "×": "x",
        "≥": ">",
        "→": ">",
        "←": "<",
        "↑": "^",
        "↓": "v",
    }
)


class Span(NamedTuple):
    """A piece of a line."""

    text: str
    role: str = "text"


Line: TypeAlias = tuple[Span, ...]
"""Spans side by side."""


def line(*parts: Span | str) -> Line:
    """Return a line of spans; plain strings have the role `text`."""
    return tuple(Span(part) if isinstance(part, str) else part for part in parts)


def text_width(text: str) -> int:
    """Return how many cells `text` takes."""
    return len(text) if text.isascii() else cell_len(text)


def width_of(spans: Iterable[Span]) -> int:
    """Return how many cells a line takes."""
    width = 0
    for text, _ in spans:  # as `text_width`, without a call for every span of every frame
        width += len(text) if text.isascii() else cell_len(text)
    return width


def shorten(text: str, width: int) -> str:
    """Return `text` in at most `width` cells; an ellipsis says that something is missing."""
    if text_width(text) <= width:
        return text
    return set_cell_size(text, width - 1) + "…" if width > 0 else ""


def fit(spans: Line, width: int) -> Line:
    """Return the line in exactly `width` cells.

    What does not fit ends in an ellipsis, so that half a number is never taken for a whole one.
    """
    missing = width - width_of(spans)
    if missing == 0:
        return spans
    if missing > 0:
        return (*spans, Span(" " * missing))
    kept: list[Span] = []
    room = width
    for span in spans:
        size = text_width(span.text)
        if size >= room:
            kept.append(Span(shorten(span.text + " ", room), span.role))
            break
        kept.append(span)
        room -= size
    return tuple(span for span in kept if span.text)


def spread(left: Line, right: Line, width: int) -> Line:
    """Return `left` and `right` at the two ends of `width` cells; the right end may drop out."""
    gap = width - width_of(left) - width_of(right)
    if gap < 1:
        return fit(left, width)
    return (*left, Span(" " * gap), *right)


def first_fit(width: int, choices: Sequence[Line]) -> Line:
    """Return the first line that fits `width`; the last one is cut if none does."""
    for choice in choices:
        if width_of(choice) <= width:
            return choice
    return fit(choices[-1], width) if choices else ()


def joined(parts: Iterable[Line], width: int, gap: str = "  ") -> Line:
    """Return as many of `parts` as fit side by side; the first have precedence."""
    result: Line = ()
    for part in parts:
        if not part:
            continue
        longer = (*result, Span(gap), *part) if result else part
        if width_of(longer) <= width:
            result = longer
    return result


def switched_off(spans: Line) -> Line:
    """Return the line without the looks of live data: the words stay, the colours go."""
    return tuple(
        span
        if span.role in _MODEST or span.role.startswith("heat ")  # of when it was live
        else Span(span.text, _switched_off(span.role))
        for span in spans
    )


def ascii_only(spans: Line) -> Line:
    """Return the line with ASCII in place of every other glyph, each as wide as before."""
    return tuple(
        Span("#" * text_width(span.text), span.role.removesuffix("-rev"))
        if span.role.endswith("-rev")
        else span
        if span.text.isascii()
        else Span(_ascii(span.text), span.role)
        for span in spans
    )


def plain_text(spans: Iterable[Span]) -> str:
    """Return the characters of a line."""
    return "".join(span.text for span in spans)


def _switched_off(role: str) -> str:
    if role.endswith("-rev"):
        return "off-bar-rev"
    return "off-bar" if role.endswith("-bar") else "off"


def _ascii(text: str) -> str:
    translated = text.translate(_ASCII)
    return "".join(mark if mark.isascii() else "?" * cell_len(mark) for mark in translated)
