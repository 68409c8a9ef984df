"""A storm of resize signals: drawn when it is over, and now and then while it lasts."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Final

QUIET: Final = 0.04
"""Seconds without another signal after which it is over."""

LONGEST: Final = 0.2
"""Seconds after which it is drawn for the size of now although it goes on."""

_SOON: Final = 0.001


class Storm:
    """Makes one resize of many signals: a window that is dragged sends one at every step.

    Args:
        later: calls something after so many seconds.
        resized: called when there is a size to draw for.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        later: Callable[[float, Callable[[], None]], object],
        resized: Callable[[], None],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._later, self._resized, self._clock = later, resized, clock
        self._began: float | None = None
        self._last = 0.0

    def signalled(self) -> None:
        """The terminal has another size."""
        self._last = self._clock()
        if self._began is None:
            self._began = self._last
            self._later(QUIET, self._look)

    def _look(self) -> None:
        if self._began is None:
            return
        wait = min(self._last + QUIET, self._began + LONGEST) - self._clock()
        if wait > _SOON:
            self._later(wait, self._look)
        else:
            self._began = None
            self._resized()
