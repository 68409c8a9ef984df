"""The supervisor: every connection, why it is where it is, and what happened before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from wsdash.domain.text import clean
from wsdash.feed.feed import LinkReport
from wsdash.feed.link import LinkState
from wsdash.feed.log import LinkEvent
from wsdash.ui.snapshots.clocks import clock, span
from wsdash.ui.snapshots.lines import Line, Span, first_fit, fit, shorten, width_of
from wsdash.ui.snapshots.picture import Picture
from wsdash.ui.snapshots.states import link_verdict

_STRIP = {"l": ("▇", "faint"), "s": ("▄", "look"), "d": ("▁", "bad"), " ": (" ", "faint")}
_STATE_MOODS = {"LIVE": "good", "BACKOFF": "bad", "PARKED": "bad", "STALE": "bad"}

NARROW = 60
"""Cells below which a connection and an event take two lines each."""


def supervisor(
    reports: Sequence[LinkReport],
    log: Iterable[LinkEvent],
    now: float,
    size: tuple[int, int],
    skip: int = 0,
) -> Picture:
    """Return all connections, and below them as much of the log as there is room for."""
    width, height = size
    narrow = width < NARROW
    rows: list[Line] = []
    for report in reports:
        rows += _two_lines(report, now, width) if narrow else [link_line(report, now, width)]
    if not reports:
        rows.append((Span(" no connections", "dim"),))
    room = height - len(rows) - 1
    if room >= 1:
        events: list[Line] = []
        for event in islice(log, skip, skip + room):
            events += _event(event, width, narrow=narrow)
        if events:
            rows += [(Span(" " + "┈" * (width - 2), "faint"),), *events]
    return Picture((Span("Supervisor"),), tuple(rows), None, (counts(reports),))


def counts(reports: Sequence[LinkReport]) -> Line:
    """Return how many connections there are, and how many are not well."""
    retrying = sum(1 for report in reports if report.link.state is LinkState.BACKOFF)
    parked = sum(1 for report in reports if report.link.state is LinkState.PARKED)
    plural = "" if len(reports) == 1 else "s"
    return (
        Span(f"{len(reports)} link{plural}  ", "dim"),
        Span(f"{retrying} retrying", "bad" if retrying else "dim"),
        Span(f"  {parked} parked", "bad" if parked else "dim"),
    )


def link_line(report: LinkReport, now: float, width: int) -> Line:
    """Return one connection in one line: state first, then figures, then its last hour."""
    verdict = link_verdict(report.link, now, report.received_at)
    name = shorten(clean(report.link.name, 40), max(8, min(16, width // 4)))
    head: Line = (Span(f" {name:<16} "[: max(10, min(18, width // 4 + 2))], "text"),)
    figures = _figures(report, now)
    strip_room = width - width_of(head) - 66
    if not verdict.believable:
        room = width - width_of(head) - (strip_room + 2 if strip_room >= 12 else 1)
        middle = verdict.line(max(8, room))
    else:
        state = verdict.line(14)
        pad = Span(" " * max(0, 14 - width_of(state)))
        choices: list[Line] = [
            (*state, pad, Span("  ".join(figures[:count]), "dim"))
            for count in range(len(figures), 0, -1)
        ]
        room = width - width_of(head) - (strip_room + 2 if strip_room >= 12 else 1)
        middle = first_fit(room, [*choices, state])
    line = (*head, *fit(middle, max(0, room)))
    if strip_room >= 12:
        line = (*line, Span(" "), *strip(report.strip, min(60, strip_room)))
    return fit(line, width)


def brief_links(reports: Sequence[LinkReport], now: float, width: int) -> Line:
    """Return all venues in one line, in a steady order; its worst link speaks for a venue."""
    worst: dict[str, LinkReport] = {}
    for report in reports:
        spoken = worst.get(report.link.venue)
        if spoken is None or link_verdict(spoken.link, now).believable:
            worst[report.link.venue] = report
    for detail in (True, False):
        line: Line = ()
        for venue, report in worst.items():
            verdict = link_verdict(report.link, now, brief=True)
            words = verdict if detail else verdict._replace(detail="")
            line = (*line, Span(f" {clean(venue, 12)} ", "dim"), *words.line(40), Span(" "))
        if width_of(line) <= width:
            return line
    return fit(line, width)


def strip(letters: str, width: int) -> Line:
    """Return the newest `width` minutes of a connection, so that holes are seen."""
    shown = letters[-width:].rjust(width)
    spans: list[Span] = []
    for letter in shown:
        glyph, role = _STRIP.get(letter, (" ", "faint"))
        if spans and spans[-1].role == role:
            spans[-1] = Span(spans[-1].text + glyph, role)
        else:
            spans.append(Span(glyph, role))
    return tuple(spans)


def _figures(report: LinkReport, now: float) -> list[str]:
    opened = report.link.opened_at
    up = span(now - opened) if opened is not None else "-"
    rtt = "-" if report.rtt is None else f"{report.rtt * 1000:.0f}ms"
    figures = [
        f"up {up:<6}",
        f"{report.rate:>4.0f} msg/s",
        f"rtt {rtt:<5}",
        f"attempts {report.attempts}/{report.budget}",
    ]
    troubles = [
        f"{number} {word}"
        for number, word in ((report.resyncs, "resyncs"), (report.bad, "bad"))
        if number
    ]
    return [*figures, *troubles]


def _event(event: LinkEvent, width: int, *, narrow: bool) -> list[Line]:
    subject = clean(f"{event.connection} {event.subject}".strip(), 40)
    role = _STATE_MOODS.get(event.state, "look")
    time = Span(f" {clock(event.time)} ", "off")
    state, text = clean(event.state, 11), Span(clean(event.text), "text")
    if narrow:
        head: Line = (time, Span(f"{state} ", role), Span(subject, "dim"))
        told: list[Line] = [(Span("   "), text)] if text.text else []
        return [fit(row, width) for row in (head, *told)]
    name = Span(f"{shorten(subject, 24):<24} ", "dim")
    return [fit((time, name, Span(f"{state:<11} ", role), text), width)]


def _two_lines(report: LinkReport, now: float, width: int) -> list[Line]:
    """Return one connection where one line is too short to say why it is where it is."""
    verdict = link_verdict(report.link, now, report.received_at, brief=True)
    name = shorten(clean(report.link.name, 40), 18)
    head: Line = (Span(f" {name:<18} ", "text"), *verdict.line(max(8, width - 20)))
    why: str = clean(report.link.reason)
    if verdict.believable or not why:
        figures = _figures(report, now)
        why = next(
            (
                words
                for count in range(len(figures), 0, -1)
                if len(words := "  ".join(figures[:count])) + 3 <= width
            ),
            "",
        )
    return [fit(head, width), fit((Span(f"   {why}", "dim"),), width)]
