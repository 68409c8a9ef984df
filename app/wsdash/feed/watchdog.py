"""The watchdog of streams: it tells quiet from dead, and says what repair comes next.

It reads only what the reader of data wrote. A socket that answers pings proves nothing
about a channel, so nothing here asks the socket.
"""

from __future__ import annotations

from enum import Enum, auto

from wsdash.feed.freshness import QUIET_AFTER
from wsdash.feed.market import ChannelState, Stream

ANSWER_DEADLINE = 5.0
"""Seconds a repair may take before the next one is tried."""

PARK_TIME = 300.0
"""Seconds after which a parked stream is tried again."""


class Repair(Enum):
    """What is to be done about a stream."""

    NOTHING = auto()
    RESUBSCRIBE = auto()
    RECONNECT = auto()
    PARK = auto()


class Patient:
    """One stream under watch: which repairs were tried, and since when."""

    def __init__(self) -> None:
        self.tries = 0
        self.acted_at: float | None = None

    def look(self, stream: Stream, now: float) -> Repair:
        """Look at a stream of a connection that is up; change its state, name a repair."""
        match stream.state:
            case ChannelState.LIVE | ChannelState.QUIET:
                return self._look_at_flow(stream, now)
            case ChannelState.PARKED:
                return self._look_at_parked(stream, now)
            case _:
                return self._look_at_repair(stream, now)

    def _look_at_flow(self, stream: Stream, now: float) -> Repair:
        heard = max(stream.received_at or stream.since, self.acted_at or 0.0)
        silence = now - heard
        if silence <= stream.threshold:
            if silence > QUIET_AFTER:
                stream.enter(ChannelState.QUIET, now)
            elif stream.received_at is not None and now - stream.received_at < QUIET_AFTER:
                self.tries = 0
            return Repair.NOTHING
        if stream.channel != "book" and stream.cadence.rare:
            self.acted_at = now  # a tape that rests is asked for anew, not accused
            return Repair.RESUBSCRIBE
        stream.enter(ChannelState.STALE, now, f"no data for {silence:.0f} s")
        return self._act(now)

    def _look_at_repair(self, stream: Stream, now: float) -> Repair:
        since = max(stream.since, self.acted_at or 0.0)
        return self._act(now) if now - since > ANSWER_DEADLINE else Repair.NOTHING

    def _look_at_parked(self, stream: Stream, now: float) -> Repair:
        if stream.reason.startswith("rejected") or now - stream.since < PARK_TIME:
            return Repair.NOTHING
        self.tries = 0
        stream.enter(ChannelState.RESYNC, now, "parked time over")
        return self._act(now)

    def _act(self, now: float) -> Repair:
        """Each repair that did not help is followed by a stronger one."""
        self.acted_at = now
        self.tries += 1
        if self.tries == 2:
            return Repair.RECONNECT
        return Repair.RESUBSCRIBE if self.tries <= 4 else Repair.PARK
