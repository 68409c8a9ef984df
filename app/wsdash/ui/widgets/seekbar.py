"""The bar of a replay."""

from __future__ import annotations

from wsdash.ui.snapshots.lines import Line
from wsdash.ui.snapshots.seekbar import Reel, seek_line
from wsdash.ui.widgets.bars import Bar


class SeekBar(Bar):
    """Where a replay is, and what there is to go to; only a replay has a place for it.

    Attributes:
        chosen: the kind of marks that keys go to, empty for all.
    """

    chosen = ""

    def rows(self, width: int, height: int) -> tuple[Line, ...]:
        """Return the bar."""
        player = self.desk.player
        if player is None:
            return ()
        reel = Reel(
            playing=player.playing,
            speed=player.speed,
            position=player.position,
            start=player.start,
            duration=player.duration,
            seeking=player.seeking,
            surveyed=player.surveyed,
            damaged=player.damaged,
            chosen=self.chosen,
            problem=player.problem,
            timed=player.timed,
        )
        return (seek_line(reel, player.marks(self.desk.key), width),)
