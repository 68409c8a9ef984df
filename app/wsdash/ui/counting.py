"""What is counted of markets while a recording is played, at whatever speed.

It goes with the recording: whoever goes to another moment finds what was counted up to there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from wsdash.domain.instrument import MarketKey
from wsdash.domain.trades import Trade
from wsdash.feed.feed import Moment, Player
from wsdash.ui.flow import Traded
from wsdash.ui.heat_log import HeatLog
from wsdash.ui.snapshots.stacking import Stacking
from wsdash.ui.snapshots.states import report_for, stream_verdict


@dataclass
class Counted:
    """What is counted of one market."""

    traded: Traded
    stacking: Stacking = field(default_factory=Stacking)
    heat: HeatLog = field(default_factory=HeatLog)
    waiting: list[Trade] = field(default_factory=list)


class Counting:
    """Counts while a recording is played: prints as they come, books by its own clock.

    Args:
        keys: the markets.
        wall: seconds since the epoch from which it counts.
        whole: whether that is the beginning of the recording.
    """

    def __init__(self, keys: Iterable[MarketKey], wall: float, *, whole: bool) -> None:
        self.of = {key: Counted(Traded(key, wall, whole=whole)) for key in keys}

    def printed(self, moment: Moment) -> None:
        """Take what is new on the tapes."""
        for key, counted in self.of.items():
            market = moment.board.markets.get(key)
            counted.waiting += counted.traded.follow(market, moment.now())

    def look(self, moment: Moment) -> None:
        """Take the books as they are."""
        now, reports = moment.now(), moment.reports()
        for key, counted in self.of.items():
            market = moment.board.markets.get(key)
            counted.waiting += counted.traded.follow(market, now)
            stream = market.streams.get("book") if market is not None else None
            report = report_for(reports, key.venue, private=False)
            true = stream_verdict(stream, report, now).believable
            book = market.book if market is not None and true else None
            counted.stacking.look(book, counted.waiting, now)
            counted.heat.look(book, moment.wall())
            counted.waiting.clear()


def counted_of(player: Player, keys: Sequence[MarketKey], key: MarketKey) -> Counted | None:
    """Return what was counted of a market up to the moment that is shown; None while there is none.

    Args:
        player: plays the recording; is told to have these markets counted if it does not.
        keys: all markets that are shown.
        key: one of them.
    """
    if player.seeking is not None:
        return None
    counting = player.follower
    if not isinstance(counting, Counting) or set(counting.of) != set(keys):
        start, now = player.start, player.start + player.position
        player.follow(lambda whole: Counting(keys, start if whole else now, whole=whole))
        counting = player.follower
    return counting.of.get(key) if isinstance(counting, Counting) else None
