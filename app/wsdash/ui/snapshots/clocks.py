"""Times and spans in words."""

from __future__ import annotations

from datetime import UTC, datetime

_SANE = (0.0, 32_503_680_000.0)  # up to the year 3000: what datetime surely takes


def age(seconds: float) -> str:
    """Return an age: ``0.2s``, ``14s``, ``3m05s``, ``2h14m``."""
    seconds = max(0.0, seconds)
    return f"{seconds:.1f}s" if seconds < 9.95 else span(seconds)


def span(seconds: float) -> str:
    """Return a span of time in the two units that count."""
    whole = int(max(0.0, seconds))
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02d}s"
    if whole < 86_400:
        return f"{whole // 3600}h{whole // 60 % 60:02d}m"
    return f"{whole // 86_400}d{whole // 3600 % 24:02d}h"


def countdown(seconds: float) -> str:
    """Return what is left of a wait: ``0.4s``, ``7s``; never below zero."""
    seconds = max(0.0, seconds)
    return f"{seconds:.1f}s" if seconds < 1 else span(seconds + 0.5)


def minutes(seconds: float) -> str:
    """Return a wait as ``02:31``."""
    whole = int(max(0.0, seconds) + 0.999)
    return f"{whole // 60:02d}:{whole % 60:02d}"


def position(seconds: float) -> str:
    """Return a place in a recording: ``1:02`` or ``1:00:02``."""
    whole = int(max(0.0, seconds))
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02d}"
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def clock(seconds: float) -> str:
    """Return the time of day, UTC: ``12:04:31``."""
    return _moment(seconds).strftime("%H:%M:%S")


def clock_ms(seconds: float) -> str:
    """Return the time of day to the millisecond, UTC."""
    moment = _moment(seconds)
    return f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03d}"


def moment(seconds: float) -> str:
    """Return a time of another day, UTC: ``24 Nov 12:04``."""
    return _moment(seconds).strftime("%d %b %H:%M")


def short_clock(seconds: float, interval: int, before: float) -> str:
    """Return the label of a candle: the time of day, or what of the date is new.

    Args:
        seconds: when it begins.
        interval: its length in seconds.
        before: the time that the label before it tells.
    """
    here, last = _moment(seconds), _moment(before)
    if here.year != last.year:
        return here.strftime("%b %Y")
    if interval >= 86_400 or here.date() != last.date():
        return here.strftime("%d %b")
    return here.strftime("%H:%M" if interval >= 60 else "%H:%M:%S")


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(min(max(seconds, _SANE[0]), _SANE[1]), UTC)
