"""Moments of a recording as people type them: a time of day, so much on or back, a share."""

from __future__ import annotations

import re
from typing import Final

DAY: Final = 86_400

_CLOCK: Final = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?")
_SPAN: Final = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s?)?")
_SHARE: Final = re.compile(r"(\d+(?:\.\d+)?) ?%")

FORMS: Final = "14:02:11, +90, -5m or 50%"


class BadMoment(ValueError):
    """No moment of the recording; the message says what is expected instead."""


def position_of(text: str, position: float, start: float, duration: float) -> float:
    """Return the seconds into a recording that somebody means.

    Args:
        text: ``14:02:11`` or ``14:02`` (UTC), ``+90``, ``-1h30m``, ``+0:30``, or ``50%``.
        position: where it is now, in seconds; ``+`` and ``-`` count from there.
        start: seconds since the epoch of its first record.
        duration: seconds of it.

    Raises:
        BadMoment: it is none of these, or not in the recording.
    """
    text = text.strip()
    if not text.isascii():
        raise BadMoment(FORMS)
    if found := _SHARE.fullmatch(text):
        share = float(found[1])
        if share > 100:
            raise BadMoment("0% to 100%")
        return duration * share / 100
    if text[:1] in ("+", "-"):
        way = _seconds(text[1:].strip())
        return min(duration, max(0.0, position + (way if text[0] == "+" else -way)))
    found = _CLOCK.fullmatch(text)
    if not found or int(found[1]) > 23 or int(found[2]) > 59 or float(found[3] or 0) >= 60:
        raise BadMoment(FORMS)
    return _at_clock(found, start, duration)


def _at_clock(found: re.Match[str], start: float, duration: float) -> float:
    """The first time that a clock shows this in the recording."""
    second = int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3] or 0)
    into = (second - start % DAY) % DAY
    coarse = 1.0 if "." not in found[0] else 0.0
    if into > duration and DAY - into < max(coarse, 1e-6):
        return 0.0  # the very second in which it begins
    if into > duration:
        raise BadMoment("a time between both ends")
    return into


def _seconds(text: str) -> float:
    """A span: ``90``, ``5m``, ``1h30m``, ``1:30`` (minutes and seconds) or ``1:00:00``."""
    if ":" in text:
        parts = text.split(":")
        if len(parts) > 3 or not all(part.isdigit() for part in parts):
            raise BadMoment(FORMS)
        total = 0
        for part in parts:
            total = total * 60 + int(part)
        return float(total)
    found = _SPAN.fullmatch(text)
    if not text or not found:
        raise BadMoment(FORMS)
    hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds
