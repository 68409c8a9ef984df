"""Connections in words: where each is, since when, why, and what it will do next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from wsdash.domain.text import clean
from wsdash.feed.feed import LinkReport
from wsdash.feed.gaps import Gap
from wsdash.feed.link import LinkState
from wsdash.feed.log import LinkEvent
from wsdash.ui.snapshots.clocks import age, countdown, minutes, span
from wsdash.ui.snapshots.lines import Line, Span, first_fit, fit, shorten, width_of
from wsdash.ui.snapshots.picture import Verdict
from wsdash.ui.snapshots.states import link_verdict
from wsdash.ui.snapshots.timeline import strip

PRESSED: Final = ("`", "r")
"""What is pressed for the supervisor, and there to try a connection again."""

_LOSSES: Final = frozenset({LinkState.BACKOFF, LinkState.HOLD, LinkState.PARKED})


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


def worst(reports: Sequence[LinkReport], now: float) -> LinkReport | None:
    """Return the connection that most needs somebody: parked, then down, then the first."""

    def ill(report: LinkReport) -> int:
        if report.link.state is LinkState.PARKED:
            return 0
        return 2 if link_verdict(report.link, now).believable else 1

    return min(reports, key=ill, default=None)


def next_action(report: LinkReport, now: float) -> str:
    """Return what comes next and in how long, as far as it is known."""
    link = report.link
    wait = None if link.retry_at is None else link.retry_at - now
    match link.state:
        case LinkState.BACKOFF:
            return f"tries in {countdown(wait or 0.0)}"
        case LinkState.HOLD:
            return f"held for {minutes(wait or 0.0)}"
        case LinkState.PARKED:
            return "waits for r or p" if wait is None else f"r, or in {minutes(wait)}"
        case LinkState.ROTATING:
            return "hands over"
        case LinkState.LIVE:
            due = report.rotate_at
            return "-" if due is None else f"rotates in {span(due - now)}"
        case _:
            return f"since {age(now - link.since)}"


def last_cause(
    report: LinkReport, log: Iterable[LinkEvent], gaps: Iterable[Gap], now: float
) -> str:
    """Return why it is down, or why it last was, in words; `log` and `gaps` newest first."""
    link = report.link
    if link.reason:
        return clean(link.reason)
    for event in log:
        mine = event.connection == link.name and not event.subject
        if mine and event.state in _LOSSES and event.text:
            return f"{clean(event.text)}, {age(now - event.at)} ago"
    for gap in gaps:
        if gap.connection == link.name and not gap.symbol and gap.reason:
            return clean(gap.reason)
    return "-"


def endpoint(report: LinkReport) -> str:
    """Return where the settings lead it, where that is not the venue; else nothing."""
    return f"custom endpoint {clean(report.custom)}" if report.custom else ""


def name_cells(width: int) -> int:
    """Return the cells of a connection's name: ``binance_us private`` where there is room."""
    return 18 if width >= 100 else 16


def tries(report: LinkReport) -> str:
    """Return how many tries were made of those that the venue allows; a recording has none."""
    return f"{report.attempts}/{report.budget}" if report.budget else "-"


def link_line(
    report: LinkReport, now: float, width: int, *, pressed: Sequence[str] = PRESSED
) -> Line:
    """Return one connection in one line: state first, then figures, then its last hour."""
    verdict = link_verdict(report.link, now, report.received_at)
    cells = name_cells(width)
    name = shorten(clean(report.link.name, 40), max(8, min(cells, width // 4)))
    head: Line = (Span(f" {name:<{cells}} "[: max(10, min(cells + 2, width // 4 + 2))], "text"),)
    strip_room = width - width_of(head) - 66
    room = width - width_of(head) - (strip_room + 2 if strip_room >= 12 else 1)
    if report.link.state is LinkState.PARKED:
        middle = parked_words(verdict, room, pressed)
    elif not verdict.believable:
        middle = verdict.line(max(8, room))
    else:
        figures = _figures(report, now)
        state = verdict.line(14)
        pad = Span(" " * max(0, 14 - width_of(state)))
        choices: list[Line] = [
            (*state, pad, Span("  ".join(figures[:count]), "dim"))
            for count in range(len(figures), 0, -1)
        ]
        middle = first_fit(room, [*choices, state])
    line = (*head, *fit(middle, max(0, room)))
    if strip_room >= 12:
        line = (*line, Span(" "), *strip(report.strip, min(60, strip_room)))
    return fit(line, width)


def again(pressed: Sequence[str]) -> str:
    """Return what to do about a parked connection."""
    return f"{' then '.join(pressed)} tries again"


def parked_words(verdict: Verdict, room: int, pressed: Sequence[str]) -> Line:
    """Return why something is parked and what to do: of the two, the reason is shortened."""
    for words in (again(pressed), pressed[-1]):
        tail = f"  {words}"
        if room - len(tail) >= min(len(verdict.text), 22):
            return (*verdict.line(room - len(tail)), Span(tail, "look"))
    return verdict.line(max(6, room))


def brief_links(
    reports: Sequence[LinkReport], now: float, width: int, pressed: Sequence[str] = PRESSED
) -> Line:
    """Return all venues in one line, in a steady order; its worst link speaks for a venue."""
    spoken: dict[str, LinkReport] = {}
    for report in reports:
        before = spoken.get(report.link.venue)
        if before is None or link_verdict(before.link, now).believable:
            spoken[report.link.venue] = report
    parked = any(report.link.state is LinkState.PARKED for report in spoken.values())
    forms = [
        (size, hint) for hint in (again(pressed), " ".join(pressed)) for size in (24, 16, 11, 8, 5)
    ]
    forms = [*forms, (0, " ".join(pressed))] if parked else []
    for reason, hint in (*forms, (0, ""), (-1, "")):
        line: Line = ()
        for venue, report in spoken.items():
            line = (*line, Span(f" {clean(venue, 12)} ", "dim"), *_brief(report, now, reason))
            line = (*line, Span(" "))
        line = (*line, Span(f" {hint}", "look")) if hint else line
        if width_of(line) <= width:
            return line
    return fit(line, width)


def _brief(report: LinkReport, now: float, reason: int) -> Line:
    """Return a state with at most `reason` cells of why it is parked; -1 leaves out all detail."""
    verdict = link_verdict(report.link, now, brief=True)
    if report.link.state is LinkState.PARKED and reason > 0:
        return verdict._replace(detail=clean(report.link.reason, 80)).line(reason + 7)
    return (verdict if reason >= 0 else verdict._replace(detail="")).line(40)


def uptime(report: LinkReport, now: float) -> str:
    """Return for how long its socket has been open."""
    opened = report.link.opened_at
    return span(now - opened) if opened is not None else "-"


def round_trip(report: LinkReport) -> str:
    """Return the time to the venue and back."""
    return "-" if report.rtt is None else f"{report.rtt * 1000:.0f}ms"


def _figures(report: LinkReport, now: float) -> list[str]:
    figures = [
        f"up {uptime(report, now):<6}",
        f"{report.rate:>4.0f} msg/s",
        f"rtt {round_trip(report):<5}",
        f"attempts {tries(report)}",
    ]
    troubles = [
        f"{number} {word}"
        for number, word in ((report.resyncs, "resyncs"), (report.bad, "bad"))
        if number
    ]
    return [*figures, *troubles]
