"""How far back the candles of a market are known, and how the fetching of older ones stands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Past:
    """The past of one series of candles; times are monotonic seconds.

    Attributes:
        asked_at: when the page that is under way was asked for, None while none is.
        failures: pages in a row that did not come.
        retry_at: before then no page is asked for.
        reason: why the last page did not come, in words; empty where it did.
        begins: start of the oldest candle of all, seconds since the epoch; None while
            there may be older ones.
    """

    asked_at: float | None = None
    failures: int = 0
    retry_at: float = 0.0
    reason: str = ""
    begins: int | None = None

    def ended(self, oldest: int | None) -> bool:
        """Whether there is nothing before the oldest candle that is known."""
        return self.begins is not None and oldest is not None and oldest <= self.begins
