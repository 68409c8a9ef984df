"""The supervisor: every connection, what happens next, its last hour, and the log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Final, NamedTuple

from wsdash.domain.text import clean
from wsdash.feed.feed import LinkReport
from wsdash.feed.gaps import Gap
from wsdash.feed.link import LinkState
from wsdash.feed.log import LinkEvent
from wsdash.ui.snapshots import events
from wsdash.ui.snapshots.events import Filter
from wsdash.ui.snapshots.lines import Line, Span, fit, shorten, width_of
from wsdash.ui.snapshots.links import (
    PRESSED,
    counts,
    endpoint,
    last_cause,
    link_line,
    name_cells,
    next_action,
    parked_words,
    round_trip,
    tries,
    uptime,
)
from wsdash.ui.snapshots.picture import Picture, Verdict
from wsdash.ui.snapshots.states import link_verdict
from wsdash.ui.snapshots.timeline import MINUTES, axis, cells_per_minute, strip

NARROW: Final = 70
"""Cells below which a connection and an event take two lines each."""

WIDE: Final = 108
"""Cells from which a connection has everything in one line."""

LOG_ROOM: Final = 10
"""Lines that the header, the time axis and a piece of the log need."""


class Look(NamedTuple):
    """How the supervisor is looked at.

    Attributes:
        chosen: the connection under the cursor, empty while there is no cursor.
        skip: lines of the log that are scrolled out of sight.
        wish: which lines of the log are shown.
        pressed: what is pressed for the supervisor, and to try again.
        log_keys: the keys of the log, and what they do.
    """

    width: int
    height: int
    chosen: str = ""
    skip: int = 0
    wish: Filter = Filter()
    pressed: Sequence[str] = PRESSED
    log_keys: str = "f F filter  e export  h l scroll"


def supervisor(
    reports: Sequence[LinkReport],
    log: Sequence[LinkEvent],
    gaps: Sequence[Gap],
    now: float,
    look: Look,
) -> Picture:
    """Return all connections, and below them as much as there is room for.

    Args:
        reports: the connections.
        log: the log, newest first.
        gaps: the holes, newest first.
        now: monotonic seconds of the feed.
        look: how it is looked at.
    """

    def cause(report: LinkReport) -> str:
        return last_cause(report, log, gaps, now)

    rows = _links(reports, cause, now, look)
    if look.height - len(rows) >= len(reports) + 6 and look.width >= NARROW:
        rows += _timelines(reports, look)
    room = look.height - len(rows) - 1
    if room >= 1:
        shown = events.chosen(log, look.wish, look.chosen)
        rows.append(
            events.heading(look.wish, look.chosen, len(shown), len(log), look.width, look.log_keys)
        )
        newer = islice(events.folded(shown), look.skip, None)
        rows += events.rows(newer, look.width, room, narrow=look.width < NARROW)
    figure = look.chosen
    return Picture((Span("Supervisor"),), tuple(rows), None, (counts(reports),), figure)


def _links(
    reports: Sequence[LinkReport], cause: Callable[[LinkReport], str], now: float, look: Look
) -> list[Line]:
    if not reports:
        return [(Span(" no connections", "dim"),)]
    if look.height < len(reports) + 4 and look.width >= NARROW:
        keys = look.pressed[bool(look.chosen) :]
        return [_marked(link_line(r, now, look.width, pressed=keys), r, look) for r in reports]
    if look.width >= WIDE:
        rows = [_header(look.width)]
        for report in reports:
            cells = (*_state(report, now, look.width), *_columns(report, now))
            why = cause(report)
            why = endpoint(report) or why if why == "-" else why
            after = Span(f"  {next_action(report, now):<18} {why}", "text")
            rows.append(_marked(fit((*cells, after), look.width), report, look))
        return rows
    rows = [_header(look.width, after=False)] if look.width >= NARROW else []
    for report in reports:
        rows += _two_lines(report, cause(report), now, look)
    return rows


def _two_lines(report: LinkReport, cause: str, now: float, look: Look) -> list[Line]:
    head: Line = _state(report, now, look.width)
    last = f"last: {cause}" if report.link.state is LinkState.LIVE and cause != "-" else cause
    told = [words for words in (next_action(report, now), last) if words != "-"]
    if cause == "-" and report.custom:
        told.append(endpoint(report))
    below: Line = (Span(f"   {'  '.join(told)}", "dim"),)
    if look.width >= NARROW:
        head = (*head, *_columns(report, now))
    elif report.link.state is LinkState.PARKED:
        why = Verdict(clean(report.link.reason) or "parked", "", "bad")
        keys = look.pressed[bool(look.chosen) :]
        below = (Span("   "), *parked_words(why, look.width - 4, keys))
    return [_marked(fit(head, look.width), report, look), fit(below, look.width)]


def _state(report: LinkReport, now: float, width: int) -> Line:
    verdict = link_verdict(report.link, now, report.received_at, brief=True)
    state = verdict.line(15)
    cells = name_cells(width)
    name = shorten(clean(report.link.name, 40), cells)
    pad = Span(" " * (15 - width_of(state)))
    return (Span(f" {name:<{cells}} ", "text"), *state, pad)


def _columns(report: LinkReport, now: float) -> Line:
    figures = f" {uptime(report, now):>7} {tries(report):>7} {round_trip(report):>6}"
    return (
        Span(figures, "dim"),
        Span(f" {report.resyncs:>7}", "look" if report.resyncs else "dim"),
        Span(f" {report.bad:>4}", "bad" if report.bad else "dim"),
    )


def _header(width: int, *, after: bool = True) -> Line:
    names = f" {'connection':<{name_cells(width)}} {'state':<15} {'up':>7} {'tries':>7} {'rtt':>6}"
    more = f"  {'next':<18} last cause" if after else ""
    return (Span(f"{names} {'resyncs':>7} {'bad':>4}{more}", "off"),)


def _marked(line: Line, report: LinkReport, look: Look) -> Line:
    """Return the line with the cursor on it, if it is there."""
    if not line or report.link.name != look.chosen:
        return line
    return (Span(f"▸{line[0].text[1:].rstrip()}", "cursor"), Span(_blank(line[0])), *line[1:])


def _blank(span: Span) -> str:
    return " " * (len(span.text) - max(1, len(span.text.rstrip())))


def _timelines(reports: Sequence[LinkReport], look: Look) -> list[Line]:
    """Return the last hour of every connection, and of what the chosen one carries.

    They stand below each other, with the time below them.
    """
    named = name_cells(look.width)
    lead = named + 2
    cells = cells_per_minute(look.width - lead)
    room = MINUTES * cells if cells else look.width - lead

    def timeline(name: str, cut: str) -> Line:
        head = Span(f" {shorten(clean(name, 40), named):<{named}} ", "dim")
        return (head, *strip(cut, room, max(1, cells)))

    rows: list[Line] = [()]
    spare = look.height - 2 * len(reports) - LOG_ROOM
    for report in reports:
        rows.append(timeline(report.link.name, report.strip))
        if report.link.name == look.chosen:
            carried = report.streams[: max(0, spare)]
            rows += [timeline(f" {name}", cut) for name, cut in carried]
    return [*rows, axis(lead, look.width, cells)]
