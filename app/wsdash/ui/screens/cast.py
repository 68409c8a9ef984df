"""Every pane there is, made once; which of them are seen is the plan's business."""

from __future__ import annotations

from wsdash.ui.desk import Desk
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
from wsdash.ui.widgets.supervisor import SupervisorPane
from wsdash.ui.widgets.watch import WatchPane
from wsdash.ui.widgets.welcome import Welcome


class Cast:
    """The panes of a desk.

    Attributes:
        panes: all of them by their name, in the order in which they are drawn.
    """

    def __init__(self, desk: Desk) -> None:
        self.keys = KeyBar(desk, name="keys")
        self.watch = WatchPane(desk, name="watch")
        self.curve = CurvePane(desk, name="curve")
        self.chart = ChartPane(desk, name="chart")
        self.tape = TapePane(desk, name="tape")
        self.supervisor = SupervisorPane(desk, name="supervisor")
        self.ladder = LadderPane(desk, name="ladder")
        heat = HeatPane(desk, self.ladder, name="heat")
        self.ladder.moved = heat.draw
        everyone: tuple[Pane, ...] = (
            TitleBar(desk, name="title"),
            self.ladder,
            self.tape,
            self.chart,
            self.curve,
            heat,
            MergedPane(desk, name="merged"),
            BasisPane(desk, name="basis"),
            self.watch,
            BalancesPane(desk, name="balances"),
            self.supervisor,
            GapPane(desk, name="gaps"),
            LinkLines(desk, name="links"),
            Welcome(desk, name="welcome"),
            StatusBar(desk, name="status"),
            self.keys,
            Compact(desk, self.ladder, name="compact"),
        )
        self.panes: dict[str, Pane] = {str(pane.id): pane for pane in everyone}
