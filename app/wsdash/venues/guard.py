"""The guard before an account: no private word before it is known what the key may do."""

from __future__ import annotations

from collections.abc import Iterable

from wsdash.domain.events import AuthFailed, KeyChecked
from wsdash.venues.permissions import Permissions
from wsdash.venues.venue import (
    Answer,
    Progress,
    Request,
    Restated,
    Session,
    Step,
    Subscription,
    Tally,
)

RETRY = 5.0
"""Seconds until the question is asked again when no answer came."""


class GuardedSession:
    """An account's session that first asks what its key may do.

    A key that can withdraw is refused; one that can trade is used, and said to be able to.

    Args:
        session: the account's own session.
        permissions: how to ask.
        allow_withdraw: use the key all the same.
    """

    def __init__(
        self, session: Session, permissions: Permissions, *, allow_withdraw: bool = False
    ) -> None:
        self._session = session
        self._permissions = permissions
        self._allow_withdraw = allow_withdraw
        self._cleared = False

    @property
    def tally(self) -> Tally:
        """The counts of the session behind."""
        return self._session.tally

    @property
    def progress(self) -> Progress:
        """Logging in, until the key is cleared."""
        return self._session.progress if self._cleared else Progress("auth", 0, 1)

    def hears(self, symbol: str) -> bool:
        """No books here."""
        return False

    def restate(self) -> list[Restated]:
        """The account is never restated."""
        return []

    def want(self, subscriptions: Iterable[Subscription], now: float) -> Step:
        """Nothing to choose."""
        return self._session.want(subscriptions, now)

    def opened(self, now: float) -> Step:
        """Ask what the key may do."""
        self._cleared = False
        return Step(requests=[self._permissions.request])

    def received(self, frame: bytes, now: float) -> Step:
        """Pass frames on."""
        return self._session.received(frame, now)

    def ticked(self, now: float) -> Step:
        """Pass the time on, once the key is cleared."""
        return self._session.ticked(now) if self._cleared else Step()

    def resync(self, subscription: Subscription, now: float, reason: str) -> Step:
        """Pass on, once the key is cleared."""
        return self._session.resync(subscription, now, reason) if self._cleared else Step()

    def answered(self, request: Request, answer: Answer, now: float) -> Step:
        """Clear the key, or refuse it; everything else is for the session behind."""
        if request.path != self._permissions.request.path:
            return self._session.answered(request, answer, now)
        if answer.status == 0:
            again = Request(request.path, request.query, request.method, request.signed, RETRY)
            return Step(requests=[again])
        granted = self._permissions.read(answer)
        if granted.withdraw and not self._allow_withdraw:
            return Step(events=[AuthFailed("the key can withdraw; make one that only reads")])
        self._cleared = True
        step = Step(events=[KeyChecked(granted.words, more=not granted.read_only)])
        step.extend(self._session.opened(now))
        return step
