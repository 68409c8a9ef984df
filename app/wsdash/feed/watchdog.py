"""The watchdog of streams: it tells quiet from dead, and says what repair comes next.

It reads only what the reader of data wrote. A socket that answers pings proves nothing
about a channel, so nothing here asks the socket.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

from wsdash.feed.freshness import CEILING, QUIET_AFTER
from wsdash.feed.market import ChannelState, Stream
from wsdash.feed.streams import UNKNOWN

ANSWER_DEADLINE = 5.0
"""Seconds the first repair may take before the next one is tried; later ones may take longer."""

PARK_TIME = 300.0
"""Seconds after which a parked stream is tried again."""


class Repair(Enum):
    """What is to be done about a stream."""

    NOTHING = auto()
    RESUBSCRIBE = auto()
    RECONNECT = auto()
    ELSEWHERE = auto()
    PARK = auto()


_STEPS: Final = (
    Repair.RESUBSCRIBE,
    Repair.RECONNECT,
    Repair.RESUBSCRIBE,
    Repair.ELSEWHERE,
)


class Patient:
    """One stream under watch: which repairs were tried, and from when its silence counts.

    Args:
        now: when the watch begins.
    """

    def __init__(self, now: float) -> None:
        self.tries = 0
        self._since = now

    def excuse(self, now: float) -> None:
        """Silence until now had another reason: there was no connection."""
        self._since = now

    def look(self, stream: Stream, now: float) -> Repair:
        """Look at a stream of a connection that is up; change its state, name a repair."""
        match stream.state:
            case ChannelState.LIVE | ChannelState.QUIET:
                return self._look_at_flow(stream, now)
            case ChannelState.STALE if stream.is_late:
                return Repair.NOTHING  # another socket on the same way would be as late
            case ChannelState.PARKED:
                return self._look_at_parked(stream, now)
            case _:
                return self._look_at_repair(stream, now)

    def _look_at_flow(self, stream: Stream, now: float) -> Repair:
        heard = stream.received_at or 0.0
        silence = now - max(heard, self._since)
        if silence <= self._limit(stream):
            if silence > QUIET_AFTER:
                stream.enter(ChannelState.QUIET, now)
            elif now - heard < QUIET_AFTER and heard - self._since > stream.threshold:
                self.tries = 0  # it flows, and not just because it was asked
            return Repair.NOTHING
        if stream.cadence.rare:
            self._since = now  # a market that rests is asked for anew, not accused
            return Repair.RESUBSCRIBE
        stream.enter(ChannelState.STALE, now, f"no data for {silence:.0f} s")
        return self._act(now)

    def _limit(self, stream: Stream) -> float:
        """Seconds of silence that are too many.

        Where trades make the data, and the venue has just confirmed that it will send them,
        nobody trades; the other channels must not lose their connection for that.
        """
        rests = self.tries and stream.channel in ("trades", "candles")
        return CEILING if rests else stream.threshold

    def _look_at_repair(self, stream: Stream, now: float) -> Repair:
        deadline = ANSWER_DEADLINE * 2 ** max(0, self.tries - 1)
        late = now - max(stream.since, self._since) > deadline
        return self._act(now) if late else Repair.NOTHING

    def _look_at_parked(self, stream: Stream, now: float) -> Repair:
        if stream.reason == UNKNOWN or now - stream.since < PARK_TIME:
            return Repair.NOTHING  # other refusals, such as of a rate limit, may be over by then
        self.tries = 0
        stream.enter(ChannelState.RESYNC, now, "parked time over")
        return self._act(now)

    def _act(self, now: float) -> Repair:
        """Each repair that did not help is followed by a stronger one."""
        self._since = now
        self.tries += 1
        if self.tries > len(_STEPS):
            return Repair.PARK
        return _STEPS[self.tries - 1]
