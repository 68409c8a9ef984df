"""What prints say as they come: volumes, averages, and how fast they come.

Each of these takes one print at a time, in the order in which they came, at the same small
cost however many there were. Prices are in quote units, sizes in base units, times in seconds.
Sums are exact. History is for the caller to leave out, and no print may be given twice.
"""

from __future__ import annotations

from collections import deque
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from wsdash.domain.numbers import EXACT, SCALE
from wsdash.domain.trades import Trade

HALF_LIFE: Final = 60.0
"""Seconds after which the moving average has forgotten half."""

PACE_SECONDS: Final = 10.0
"""Over how many seconds the pace is counted."""

MOST_PACED: Final = 200_000
"""Prints that a pace meter remembers: more in its window count as so many."""

_FINEST: Final = Decimal(1).scaleb(-SCALE)


class Volumes:
    """What buyers and what sellers took, in base units."""

    __slots__ = ("bought", "count", "sold")

    def __init__(self) -> None:
        self.count = 0
        self.bought = Decimal(0)
        self.sold = Decimal(0)

    def add(self, trade: Trade) -> None:
        """Take a print."""
        self.count += 1
        if trade.side == "buy":
            self.bought = EXACT.add(self.bought, Decimal(trade.size))
        else:
            self.sold = EXACT.add(self.sold, Decimal(trade.size))

    @property
    def delta(self) -> Decimal:
        """What buyers took more than sellers: the cumulative volume delta."""
        return EXACT.subtract(self.bought, self.sold)

    @property
    def total(self) -> Decimal:
        """What both took."""
        return EXACT.add(self.bought, self.sold)


class Vwap:
    """The average price, weighted by size."""

    __slots__ = ("notional", "size")

    def __init__(self) -> None:
        self.notional = Decimal(0)
        self.size = Decimal(0)

    def add(self, trade: Trade) -> None:
        """Take a print."""
        size = Decimal(trade.size)
        self.size = EXACT.add(self.size, size)
        self.notional = EXACT.add(self.notional, EXACT.multiply(Decimal(trade.price), size))

    @property
    def value(self) -> Decimal | None:
        """The average, half to even at 18 digits after the point; None before any size."""
        if not self.size:
            return None
        return EXACT.divide(self.notional, self.size).quantize(_FINEST, ROUND_HALF_EVEN, EXACT)


class Ewma:
    """The moving average of trade prices that forgets by time.

    At a print `dt` seconds after the last one the average becomes ``w * average +
    (1 - w) * price`` with ``w = 2 ** (-dt / half_life)``. The first print is the first average;
    of prints in the same instant the first counts, and time that runs back counts as none.

    Args:
        half_life: seconds after which half is forgotten; above 0.

    Raises:
        ValueError: the half-life is not above 0.
    """

    __slots__ = ("_half_life", "_last", "value")

    def __init__(self, half_life: float = HALF_LIFE) -> None:
        if not half_life > 0:
            raise ValueError("a half-life must be above 0")
        self.value: float | None = None
        self._half_life = half_life
        self._last = 0.0

    def add(self, price: str, time: float) -> None:
        """Take the price of a print at a time in seconds."""
        if self.value is None:
            self.value, self._last = float(price), time
            return
        elapsed = max(0.0, time - self._last)
        kept = 2.0 ** (-elapsed / self._half_life)
        self.value = kept * self.value + (1.0 - kept) * float(price)
        self._last = max(self._last, time)


class Pace:
    """How many prints come in a second, counted over the last few seconds.

    Args:
        window: seconds over which it is counted; above 0.

    Raises:
        ValueError: the window is not above 0.
    """

    __slots__ = ("_times", "_window")

    def __init__(self, window: float = PACE_SECONDS) -> None:
        if not window > 0:
            raise ValueError("a window must be above 0")
        self._window = window
        self._times: deque[float] = deque(maxlen=MOST_PACED)

    def add(self, now: float) -> None:
        """A print came; `now` does not run back."""
        self._times.append(now)
        self._forget(now)

    def rate(self, now: float) -> float:
        """Return the prints per second of the window that ends now."""
        self._forget(now)
        return len(self._times) / self._window

    def _forget(self, now: float) -> None:
        times, oldest = self._times, now - self._window
        while times and times[0] < oldest:
            times.popleft()
