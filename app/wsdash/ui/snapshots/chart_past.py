"""What a chart says of its past: that older candles are on their way, did not come, or are none."""

from __future__ import annotations

from typing import Final

from wsdash.domain.candles import CandleSeries
from wsdash.domain.text import clean
from wsdash.feed.past import Past
from wsdash.ui.snapshots.clocks import countdown, span
from wsdash.ui.snapshots.lines import Line, Span

SPOKEN_AFTER: Final = 0.5
"""Seconds that a page may take before anything is said of it."""


def past_words(
    series: CandleSeries, past: Past | None, venue: str, now: float, *, at_edge: bool
) -> Line:
    """Return what is to be said, nothing where all is well.

    Args:
        series: what is known.
        past: how the fetching of older ones stands, None before any were asked for.
        venue: its short name.
        now: monotonic seconds.
        at_edge: the oldest candle that is known is in sight.
    """
    if past is None or not at_edge:
        return ()
    if past.asked_at is not None:
        taken = now - past.asked_at
        words = f" fetching older {span(taken)}" if taken >= SPOKEN_AFTER else ""
        return (Span(words, "look"),) if words else ()
    if past.reason:
        again = f", again in {countdown(past.retry_at - now)}" if past.retry_at > now else ""
        return (Span(f" no older: {past.reason}{again}", "look"),)
    if past.ended(series.oldest):
        return (Span(f" nothing older at {clean(venue, 12)}", "dim"),)
    return (Span(" nothing older is kept", "dim"),) if series.is_full else ()


def due(past: Past | None, now: float) -> float | None:
    """Return in how many seconds those words change, None where they stand."""
    if past is None:
        return None
    if past.asked_at is not None:
        return max(0.1, SPOKEN_AFTER - (now - past.asked_at)) if now - past.asked_at < 1 else 0.5
    return 0.5 if past.reason and past.retry_at > now else None
