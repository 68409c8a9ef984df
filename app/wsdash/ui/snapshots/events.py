"""The supervisor's log: which of its lines are shown, how they look, and how they are exported."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple, TypeAlias

import msgspec

from wsdash.domain.text import clean
from wsdash.feed.log import LinkEvent
from wsdash.ui.crash import redact
from wsdash.ui.snapshots.clocks import clock
from wsdash.ui.snapshots.lines import Line, Span, fit, shorten, width_of

Kind: TypeAlias = Literal["all", "connection", "troubles"]

KINDS: Final[tuple[Kind, ...]] = ("all", "connection", "troubles")
"""What the log can be narrowed to, in the order in which the key goes through them."""

_MOODS: Final = {
    "LIVE": "good",
    "BACKOFF": "bad",
    "PARKED": "bad",
    "STALE": "bad",
    "BAD": "bad",
    "BUG": "bad",
}
_TROUBLES: Final = frozenset({"BACKOFF", "HOLD", "PARKED", "STALE", "RESYNC", "BAD", "BUG"})


class Filter(NamedTuple):
    """Which lines of the log are shown.

    Attributes:
        text: what a line must contain.
        typing: whether the text is being typed.
    """

    kind: Kind = "all"
    text: str = ""
    typing: bool = False

    def turned(self) -> Filter:
        """Return the next kind of filter, with the same text."""
        return self._replace(kind=KINDS[(KINDS.index(self.kind) + 1) % len(KINDS)])


def newest_first(log: Sequence[LinkEvent]) -> list[LinkEvent]:
    """Return the log, the newest line first, however it was kept."""
    events = list(log)
    if len(events) > 1 and events[0].at <= events[-1].at:
        events.reverse()
    return events


def chosen(events: Iterable[LinkEvent], wish: Filter, connection: str) -> list[LinkEvent]:
    """Return the lines that a filter lets through, in their order."""
    text = wish.text.casefold()
    return [
        event
        for event in events
        if (wish.kind != "connection" or event.connection == connection)
        and (wish.kind != "troubles" or event.state in _TROUBLES)
        and (not text or text in _searched(event))
    ]


def folded(events: Iterable[LinkEvent]) -> list[LinkEvent]:
    """Return the lines with what befell many streams of a connection at once as one line."""
    lines: list[LinkEvent] = []
    counts: list[int] = []
    for event in events:
        if lines and event.subject and _alike(lines[-1], event):
            counts[-1] += 1
        else:
            lines.append(event)
            counts.append(1)
    return [
        line if count == 1 else msgspec.structs.replace(line, subject=f"{count} streams")
        for line, count in zip(lines, counts, strict=True)
    ]


def _alike(one: LinkEvent, other: LinkEvent) -> bool:
    same = (one.connection, one.state, one.text) == (other.connection, other.state, other.text)
    return same and bool(one.subject) and abs(one.at - other.at) < 1.0


def heading(
    wish: Filter, connection: str, shown: int, known: int, width: int, pressed: str
) -> Line:
    """Return the line above the log: what is shown of it."""
    name = {"all": "all", "troubles": "troubles only"}.get(wish.kind, clean(connection, 24))
    filtered = wish.kind != "all" or bool(wish.text)
    parts: list[Span] = [Span(" ┈┈ ", "faint"), Span("Log ", "dim")]
    parts.append(Span(name, "look" if wish.kind != "all" else "dim"))
    if wish.text or wish.typing:
        mark = "▏" if wish.typing else ""
        parts.append(Span(f' "{clean(wish.text, 40)}{mark}"', "bright" if wish.typing else "look"))
    parts.append(Span(f"  {shown} of {known} " if filtered else f"  {known} ", "dim"))
    keys = "Enter keeps, Esc drops " if wish.typing else f"{pressed} "
    rest = width - width_of(parts)
    if rest >= len(keys) + 6:
        parts += [Span("┈" * (rest - len(keys) - 4) + " ", "faint"), Span(keys, "off")]
        parts.append(Span("┈┈", "faint"))
    return fit((*parts, Span("┈" * max(0, width - width_of(parts) - 1), "faint")), width)


def rows(events: Iterable[LinkEvent], width: int, room: int, *, narrow: bool) -> list[Line]:
    """Return as many lines of the log as there is room for."""
    lines: list[Line] = []
    for event in events:
        lines += _event(event, width, narrow=narrow)
        if len(lines) >= room:
            break
    return lines[:room]


def json_lines(events: Iterable[LinkEvent]) -> bytes:
    """Return lines of the log for a file: one JSON object each, nothing secret, nothing unclean."""
    return b"".join(
        msgspec.json.encode(
            {
                "time": _iso(event.time),
                "connection": clean(event.connection, 60),
                "subject": clean(event.subject, 80),
                "state": clean(event.state, 20),
                "text": clean(redact(event.text), 400),
            }
        )
        + b"\n"
        for event in events
    )


def _searched(event: LinkEvent) -> str:
    return f"{event.connection} {event.subject} {event.state} {event.text}".casefold()


def _iso(seconds: float) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    except (ValueError, OverflowError, OSError):
        return ""


def _event(event: LinkEvent, width: int, *, narrow: bool) -> list[Line]:
    name = event.connection.split(" ")[0] if event.subject else event.connection
    subject = clean(f"{name} {event.subject}".strip(), 60)
    role = _MOODS.get(event.state, "look")
    time = Span(f" {clock(event.time)} ", "off")
    state, text = clean(event.state, 11), Span(clean(event.text), "text")
    if narrow:
        head: Line = (time, Span(f"{state} ", role), Span(subject, "dim"))
        told: list[Line] = [(Span("   "), text)] if text.text else []
        return [fit(row, width) for row in (head, *told)]
    place = 24 if width < 140 else 36
    about = Span(f"{shorten(subject, place):<{place}} ", "dim")
    return [fit((time, about, Span(f"{state:<11} ", role), text), width)]
