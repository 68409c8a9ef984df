"""The status bar: how fresh every stream is, and how the program itself fares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import NamedTuple

from wsdash.feed.feed import LinkReport
from wsdash.ui.band import Less
from wsdash.ui.guard import Guard
from wsdash.ui.snapshots.lines import Line, Span, fit, joined, shorten, width_of
from wsdash.ui.snapshots.picture import Verdict
from wsdash.ui.tempo import LATE, VERY_LATE

CLOCK_OFF = 0.5
"""Seconds by which our clock may differ from the venue's before that is said."""


class Pulse(NamedTuple):
    """One stream in the status bar; `rate` in messages a second, None where it says little."""

    name: str
    verdict: Verdict
    rate: float | None = None


class Vitals(NamedTuple):
    """How the program fares; None while unknown.

    Attributes:
        written: bytes a second to the terminal.
        frames: frames a second to the terminal.
        loop: longest wait of the event loop of late, in seconds.
        lag: from the venue's time to the screen, in seconds.
        clock: seconds the venue's clock is ahead of ours; said when it is far off.
        low: what the line to the terminal gets, because it is slow.
        slowed: frames a second that are drawn at most, because the loop is late.
    """

    written: float | None = None
    frames: float | None = None
    loop: float | None = None
    lag: float | None = None
    clock: float | None = None
    low: Less | None = None
    slowed: float | None = None


def status_line(
    pulses: Sequence[Pulse], report: LinkReport | None, width: int, parked: int = 0
) -> Line:
    """Return every stream's state, age and pace, and the round trip to the venue.

    How many connections are parked, of any venue, is said before anything else gets room.
    """
    waits: Line = (Span(f"{parked} parked", "bad"), Span("  " if report else " ")) if parked else ()
    rtt = None if report is None else report.rtt
    trip: Line = ()
    if rtt is not None:
        trip = (Span("rtt ", "dim"), Span(f"{rtt * 1000:.0f}ms ", "text"))
    for form in (_full, _short):
        line = _side_by_side([form(pulse) for pulse in pulses])
        if width_of(line) + width_of(waits) + width_of(trip) + 1 <= width:
            return _ends(line, (*waits, *trip), width)
    for brief, right in product((False, True), ((*waits, *trip), waits)):
        line = _by_word(pulses, brief=brief)
        if width_of(line) + width_of(right) + 1 <= width:
            return _ends(line, right, width)
    room = width - width_of(waits) - 1
    words = joined([_words(pulse) for pulse in pulses], room - 1)
    return _ends(fit((Span(" "), *words), max(0, room)), waits, width)


def key_line(keys: Sequence[tuple[str, str]], right: Line, width: int) -> Line:
    """Return as many of the keys as leave `right` its place at the end; the help stays longest."""
    shown = list(keys[:5])
    line = _keys(shown)
    while shown and width_of(line) + width_of(right) + (1 if right else 0) > width:
        shown.pop(-2 if len(shown) > 1 else -1)
        line = _keys(shown)
    gap = width - width_of(line) - width_of(right)
    return (*line, Span(" " * gap), *right) if gap >= 0 else fit(right, width)


def news_line(keys: Sequence[tuple[str, str]], news: Span, width: int) -> Line:
    """Return the bottom line while there is something to say: that goes before any key."""
    words = shorten(news.text, max(1, width - 2))
    return key_line(keys, (Span(words, news.role), Span(" ")), width)


def crash_words(down: Mapping[str, Guard]) -> str:
    """Return which pane has crashed and what comes next; empty while all of them run."""
    crashed = [(name, guard) for name, guard in down.items() if guard.is_down]
    if not crashed:
        return ""
    name, guard = crashed[-1]
    more = f" and {len(crashed) - 1} more" if len(crashed) > 1 else ""
    return f"{name}{more} crashed: {guard.words}"


def vital_signs(vitals: Vitals, width: int) -> Line:
    """Return how the program fares, in at most `width` cells; what is wrong goes last and stays."""
    parts: list[Line] = []
    tty = "" if vitals.written is None else f"tty {vitals.written / 1024:>3.0f} KiB/s"
    if tty and vitals.low is None:
        parts.append((Span(tty, "dim"),))
    if vitals.frames is not None and vitals.slowed is None and vitals.low is None:
        parts.append((Span(f"{vitals.frames:>2.0f} fps", "dim"),))
    if vitals.lag is not None:
        parts.append((Span(f"lag {_milliseconds(vitals.lag)}", "dim"),))
    if vitals.clock is not None and abs(vitals.clock) > CLOCK_OFF:
        parts.append((Span(f"CLOCK {-vitals.clock:+.1f}s", "look"),))
    if vitals.low is not None:
        slow = Span(f"low bandwidth {vitals.low.fps:g} fps", "look")
        parts.append((slow, Span(_left_out(vitals.low), "dim"), Span(f"  {tty}".rstrip(), "dim")))
    if vitals.slowed is not None:
        parts.append((Span(f"slowed to {vitals.slowed:g} fps", "look"),))
    if vitals.loop is not None and (vitals.low is None or vitals.loop > LATE):
        parts.append((_loop(vitals.loop),))
    while parts:
        line = tuple(span for part in parts for span in (*part, Span("  ")))
        if width_of(line) <= width:
            return line
        parts[:1] = [parts[0][:-1]] if len(parts[0]) > 1 else []
    return ()


def key_bar(keys: Sequence[tuple[str, str]], vitals: Vitals, width: int) -> Line:
    """Return the bottom line: the keys, and how the program fares in what they leave of it.

    That it is late goes before a key, and so does what a slow line does not get; the rest of its
    figures does not.
    """
    room = width - width_of(_keys(keys[:5])) - 1
    if vitals.slowed is not None or (vitals.loop or 0.0) > LATE:
        late = Vitals(loop=vitals.loop, slowed=vitals.slowed)
        room = max(room, width_of(vital_signs(late, width - 1)))
    if vitals.low is not None:
        room = max(room, width_of(vital_signs(Vitals(low=vitals.low), width - 1)))
    return key_line(keys, vital_signs(vitals, room), width)


def _keys(keys: Sequence[tuple[str, str]]) -> Line:
    return tuple(
        part
        for key, words in keys
        for part in (Span(f" {key} ", "bright"), Span(f"{words} ", "dim"))
    )


def _left_out(less: Less) -> str:
    """Return what a slow line does not get, besides frames."""
    beside = f", others {less.beside:g} s" if less.beside else ""
    return f"{beside}, plain" if less.plain else beside


def _loop(late: float) -> Span:
    if late > VERY_LATE:
        return Span(f"LOOP LATE {late:.1f}s", "bad")
    return Span(f"loop {_milliseconds(late)}", "look" if late > LATE else "dim")


def _ends(left: Line, right: Line, width: int) -> Line:
    gap = width - width_of(left) - width_of(right)
    return fit((*left, Span(" " * max(0, gap)), *right), width)


def _side_by_side(parts: Sequence[Line]) -> Line:
    line: Line = ()
    for part in parts:
        line = (*line, Span("  " if line else " "), *part)
    return line


def _by_word(pulses: Sequence[Pulse], *, brief: bool) -> Line:
    """Return each state once, and after it the streams that are in it, with their ages.

    `brief` leaves out why something is not live.
    """
    words: dict[tuple[str, str], list[Pulse]] = {}
    for pulse in pulses:
        words.setdefault((pulse.verdict.word, pulse.verdict.mood), []).append(pulse)
    groups: list[Line] = []
    for (word, _), members in words.items():
        first = members[0].verdict
        details = {pulse.verdict.detail for pulse in members}
        shared = len(details) == 1 and not first.believable
        group = Verdict(word, "", first.mood).line(12)
        if shared and not brief:
            group = first.line(24)
        for pulse in members:
            group = (*group, Span(f" {pulse.name}", "dim"))
            if pulse.verdict.detail and not shared and (pulse.verdict.believable or not brief):
                old = "look" if pulse.verdict.mood == "aging" else "text"
                group = (*group, Span(f" {pulse.verdict.detail}", old))
        groups.append(group)
    return _side_by_side(groups)


def _full(pulse: Pulse) -> Line:
    if pulse.rate is None:
        return _short(pulse)
    return (*_short(pulse), Span(f" {_rate(pulse.rate)}", "dim"))


def _short(pulse: Pulse) -> Line:
    pad = Span(" " * max(0, 9 - len(pulse.verdict.text)))
    return (Span(f"{pulse.name} ", "dim"), *pulse.verdict.line(24), pad)


def _words(pulse: Pulse) -> Line:
    verdict = pulse.verdict
    shown = Verdict(verdict.word, "", verdict.mood)
    return (Span(f"{pulse.name} ", "dim"), *shown.line(12))


def _rate(rate: float) -> str:
    return f"{rate:>3.0f}/s" if rate >= 9.95 or rate == 0 else f"{rate:.1f}/s"


def _milliseconds(seconds: float) -> str:
    if abs(seconds) < 10:
        return f"{seconds * 1000:.0f}ms"
    return f"{seconds:.0f}s" if abs(seconds) < 1000 else "far"
