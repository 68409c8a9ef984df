"""Binance Spot, WebSocket API: the account's connection.

Events come after a signed subscribe on the WebSocket API (listen keys are gone since
February 2026); the statement they build on is fetched after it. Source:
binance-spot-api-docs, "User Data Streams" and "WebSocket API, request security".
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

import msgspec

from wsdash.domain.account import Balance
from wsdash.domain.events import (
    AuthFailed,
    BalancesMoved,
    BalancesStated,
    ClockRead,
    Event,
    Notice,
    Subscribed,
)
from wsdash.domain.numbers import add, size_text
from wsdash.venues import binance_wire as wire
from wsdash.venues.account import AccountSession
from wsdash.venues.binance_clock import VenueClock
from wsdash.venues.signing import Params, Signer
from wsdash.venues.venue import (
    UNREADABLE,
    Answer,
    Request,
    Step,
    Subscription,
)

SUBSCRIBE_ID = "account-subscribe"
STATEMENT_ID = "account-statement"

ANSWER_DEADLINE = 10.0
"""Seconds until an unanswered request is sent again."""

TOO_MANY: Final = (418, 429)
"""Statuses of requests that were one too many; the key is as good as before."""

EARLY = 1_000
"""Events kept while the statement is awaited."""


class BinanceAccountSession(AccountSession):
    """The account's connection: a subscription to its events, then a statement to start from.

    Args:
        signer: signs frames; None in a replay, which sends none.
    """

    def __init__(
        self, signer: Signer | None = None, wall_clock: Callable[[], float] | None = None
    ) -> None:
        super().__init__()
        self._clock = VenueClock(wall_clock) if wall_clock is not None else None
        self._signer = signer
        self._asked_at = 0.0
        self._updated = 0
        self._early: deque[wire.AccountPosition] = deque(maxlen=EARLY)

    def opened(self, now: float) -> Step:
        """Read the venue's clock, by which requests are signed, then subscribe."""
        self._phase, self._asked_at = "auth", now
        if self._clock is not None and self._signer is not None:
            self._clock.start()
            return Step(send=[self._clock.ask(now)])
        return self._subscribe(now)

    def _subscribe(self, now: float) -> Step:
        return self._ask(SUBSCRIBE_ID, "userDataStream.subscribe.signature", {}, now)

    def ticked(self, now: float) -> Step:
        """Ask again for what was not answered; go on without the clock if it is not told."""
        if self._clock is not None and self._clock.is_overdue(now):
            return self._clock_read(now)
        if self._phase == "ready" or now - self._asked_at < ANSWER_DEADLINE:
            return Step()
        return self.opened(now) if self._phase == "auth" else self._ask_statement(now)

    def resync(self, subscription: Subscription, now: float, reason: str) -> Step:
        """Fetch the statement again."""
        return self.opened(now) if self._phase == "auth" else self._ask_statement(now)

    def answered(self, request: Request, answer: Answer, now: float) -> Step:
        """Nothing is fetched by REST."""
        return Step()

    def received(self, frame: bytes, now: float) -> Step:
        """Take a frame; one that cannot be understood is counted and reported."""
        try:
            message = wire.envelope.decode(frame)
            if self._clock is not None and self._clock.is_answer(message.id):
                return self._take_clock(self._clock, bytes(message.result), now)
            if bytes(message.event):
                return self._event(bytes(message.event), now)
            if bytes(message.error):
                error = wire.api_error.decode(message.error)
                return Step(events=self._refused(message.status, error, now))
            if message.id == SUBSCRIBE_ID:
                step = self._ask_statement(now)
                step.events.append(Subscribed("account", ""))
                return step
            if message.id == STATEMENT_ID:
                return Step(events=self._statement(bytes(message.result)))
        except UNREADABLE as error:
            return Step(events=[self.tally.bad(error)])
        return Step()

    def _take_clock(self, clock: VenueClock, result: bytes, now: float) -> Step:
        """One reading, then the next; an error instead of one ends the reading."""
        if result and clock.take(wire.server_time.decode(result).serverTime, now):
            return Step(send=[clock.ask(now)])
        return self._clock_read(now)

    def _clock_read(self, now: float) -> Step:
        ahead = self._clock.stop() if self._clock is not None else None
        step = Step()
        if ahead is not None and self._signer is not None:
            self._signer.set_offset(ahead)
            step.events.append(ClockRead(ahead))
        step.extend(self._subscribe(now))
        return step

    def _refused(self, status: int, error: wire.ApiError, now: float) -> list[Event]:
        """Ask again when the venue allows; whatever else it says is a matter of the key."""
        if status not in TOO_MANY:
            return [AuthFailed(f"{error.code} {error.msg}")]
        until = error.data or wire.ErrorData()
        wait = max((until.retryAfter - until.serverTime) / 1000, ANSWER_DEADLINE)
        self._asked_at = now + wait - ANSWER_DEADLINE
        return []

    def _ask_statement(self, now: float) -> Step:
        self._phase = "syncing"
        return self._ask(STATEMENT_ID, "account.status", {"omitZeroBalances": True}, now)

    def _ask(self, request_id: str, method: str, params: Params, now: float) -> Step:
        self._asked_at = now
        if self._signer is None:
            return Step()
        frame = {"id": request_id, "method": method, "params": self._signer.sign_frame(params)}
        return Step(send=[msgspec.json.encode(frame).decode()])

    def _event(self, payload: bytes, now: float) -> Step:
        kind = wire.head.decode(payload).e
        if kind == "outboundAccountPosition":
            return Step(events=self._position(wire.account_position.decode(payload)))
        if kind == "serverShutdown":
            return Step(events=[Notice("server shutdown announced", shutdown=True)])
        if kind == "eventStreamTerminated":
            return self.opened(now)
        return Step()

    def _position(self, position: wire.AccountPosition) -> list[Event]:
        """Absolute amounts; those older than the statement are already in it."""
        if self._phase != "ready" and self._signer is not None:
            self._early.append(position)
            return []
        if position.u < self._updated:
            return []
        balances = tuple(_balance(entry.a, entry.f, entry.l) for entry in position.B)
        return [BalancesMoved(balances, position.u / 1000)]

    def _statement(self, payload: bytes) -> list[Event]:
        statement = wire.statement.decode(payload)
        balances = tuple(
            _balance(held.asset, held.free, held.locked) for held in statement.balances
        )
        self._updated, self._phase = statement.updateTime, "ready"
        events: list[Event] = [BalancesStated(balances, statement.updateTime / 1000 or None)]
        early, self._early = self._early, deque(maxlen=EARLY)
        for position in early:
            events += self._position(position)
        return events


def _balance(asset: str, free: str, locked: str) -> Balance:
    return Balance(asset, total=add((size_text(free), size_text(locked))), available=free)
