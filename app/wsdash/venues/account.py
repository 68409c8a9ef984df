"""What sessions of an account alone have in common: one subscription, and no books."""

from __future__ import annotations

from collections.abc import Iterable

from wsdash.venues.venue import Phase, Progress, Restated, Step, Subscription, Tally


class AccountSession:
    """The part of a `Session` that is the same for every venue's account.

    Attributes:
        tally: what was counted so far.
    """

    def __init__(self) -> None:
        self.tally = Tally()
        self._phase: Phase = "auth"

    @property
    def progress(self) -> Progress:
        """How far the session is."""
        return Progress(self._phase, int(self._phase == "ready"), 1)

    def hears(self, symbol: str) -> bool:
        """No books here."""
        return False

    def restate(self) -> list[Restated]:
        """The account is never restated."""
        return []

    def want(self, subscriptions: Iterable[Subscription], now: float) -> Step:
        """The account is always wanted whole."""
        return Step()
