"""Thinner channels: where the way is too narrow, less that is in time instead of all of it late."""

from __future__ import annotations

from typing import Final, Protocol, runtime_checkable

from wsdash.venues.venue import Step

THINNER: Final = "late data, thinner channel"
FULLER: Final = "data in time, full channel"
"""Why a book comes anew when a session goes to the one or to the other."""


@runtime_checkable
class Thins(Protocol):
    """A session whose venue has a thinner channel of books."""

    def thin(self, on: bool, now: float) -> Step:
        """Have books by the thinner channel or by the full one; each of them comes anew."""
