"""Every pane there is, made once; which of them are seen is the plan's business."""

from __future__ import annotations

from wsdash.ui.desk import Desk
from wsdash.ui.layouts.kinds import LETTERS, name_of
from wsdash.ui.widgets.bars import KeyBar, LinkLines, StatusBar, TitleBar
from wsdash.ui.widgets.basis import BasisPane
from wsdash.ui.widgets.charts import ChartPane
from wsdash.ui.widgets.compact import Compact
from wsdash.ui.widgets.curve import CurvePane
from wsdash.ui.widgets.gaps import GapPane
from wsdash.ui.widgets.heat import HeatPane
from wsdash.ui.widgets.ladder import LadderPane
from wsdash.ui.widgets.lists import BalancesPane, TapePane
from wsdash.ui.widgets.merged import MergedPane
from wsdash.ui.widgets.pane import Pane
from wsdash.ui.widgets.seekbar import SeekBar
from wsdash.ui.widgets.supervisor import SupervisorPane
from wsdash.ui.widgets.watch import WatchPane
from wsdash.ui.widgets.welcome import Welcome


class Set:
    """The panes of one group."""

    def __init__(self, desk: Desk, letter: str) -> None:
        self.ladder = LadderPane(desk, name=name_of("ladder", letter))
        self.tape = TapePane(desk, name=name_of("tape", letter))
        self.chart = ChartPane(desk, name=name_of("chart", letter))
        self.curve = CurvePane(desk, name=name_of("curve", letter))
        heat = HeatPane(desk, self.ladder, name=name_of("heat", letter))
        self.ladder.moved = heat.draw
        self.ladder.beside = lambda: heat.place is not None
        self.panes: tuple[Pane, ...] = (self.ladder, self.tape, self.chart, self.curve, heat)


class Cast:
    """The panes of a desk: those of a market once for every group.

    Attributes:
        panes: all of them by their name, in the order in which they are drawn.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.keys = KeyBar(desk, name="keys")
        self.welcome = Welcome(desk, name="welcome")
        self.keys.first = lambda: self.welcome.place is not None
        self.watch = WatchPane(desk, name="watch")
        self.supervisor = SupervisorPane(desk, name="supervisor")
        self.seek = SeekBar(desk, name="seek")
        self.groups = {letter: Set(desk, letter) for letter in LETTERS}
        everyone: tuple[Pane, ...] = (
            TitleBar(desk, name="title"),
            *(pane for group in self.groups.values() for pane in group.panes),
            MergedPane(desk, name="merged"),
            BasisPane(desk, name="basis"),
            self.watch,
            BalancesPane(desk, name="balances"),
            self.supervisor,
            GapPane(desk, name="gaps"),
            LinkLines(desk, name="links"),
            self.welcome,
            self.seek,
            StatusBar(desk, name="status"),
            self.keys,
            Compact(desk, lambda: self.ladder, name="compact"),
        )
        self.panes: dict[str, Pane] = {str(pane.id): pane for pane in everyone}

    @property
    def _current(self) -> Set:
        return self.groups[self._desk.groups.focus]

    @property
    def ladder(self) -> LadderPane:
        """The ladder of the group in focus."""
        return self._current.ladder

    @property
    def tape(self) -> TapePane:
        """The tape of the group in focus."""
        return self._current.tape

    @property
    def chart(self) -> ChartPane:
        """The chart of the group in focus."""
        return self._current.chart

    @property
    def curve(self) -> CurvePane:
        """The curve of the group in focus."""
        return self._current.curve
