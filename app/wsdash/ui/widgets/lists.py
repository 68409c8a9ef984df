"""Tape, watchlist and balances as panes."""

from __future__ import annotations

from wsdash.domain.instrument import MarketKey
from wsdash.ui.desk import Desk
from wsdash.ui.snapshots.balances import balances
from wsdash.ui.snapshots.glow import Glow
from wsdash.ui.snapshots.picture import Picture
from wsdash.ui.snapshots.tape import tape
from wsdash.ui.snapshots.watchlist import Entry, Watch, watchlist
from wsdash.ui.widgets.pane import Pane


class Scrolled(Pane):
    """A pane of which the first rows can be scrolled out of sight."""

    def __init__(self, desk: Desk, *, name: str) -> None:
        super().__init__(desk, name=name)
        self.skip = 0

    def reach(self) -> int:
        """Return how many rows can be scrolled away."""
        return 0

    def move(self, dx: int, dy: int) -> None:
        """Scroll."""
        self.skip = max(0, min(self.reach(), self.skip + dy))

    def centre(self) -> None:
        """Go back to the top."""
        self.skip = 0

    def reset(self) -> None:
        """Go back to the top."""
        self.skip = 0


class TapePane(Scrolled):
    """The prints of the market in focus."""

    channel = "trades"

    def picture(self, width: int, height: int) -> Picture:
        """Return the tape."""
        desk = self.desk
        verdict = desk.verdict("trades")
        return tape(desk.market, desk.gaps(), verdict, (width, height), desk.feed.wall(), self.skip)

    def reach(self) -> int:
        """Return how far back the tape goes."""
        market = self.desk.market
        return max(0, len(market.tape.prints) - 1) if market is not None else 0


class WatchPane(Pane):
    """The watchlist."""

    channel = "ticker"
    of_market = False
    pace = 0.1

    def __init__(self, desk: Desk, *, name: str) -> None:
        super().__init__(desk, name=name)
        self.chosen = 0
        self._glow = Glow()

    @property
    def chosen_key(self) -> MarketKey | None:
        """The market under the cursor."""
        listed = self.desk.watchlist
        return listed[min(self.chosen, len(listed) - 1)] if listed else None

    def picture(self, width: int, height: int) -> Picture:
        """Return the watchlist."""
        desk = self.desk
        entries = [
            Entry(
                key,
                desk.market_of(key),
                desk.price_verdict(key),
                list(desk.trails.get(key, ())),
            )
            for key in desk.watchlist
        ]
        chosen = self.chosen if self.has_focus else -1
        watch = Watch(width, height, chosen, desk.key)
        return watchlist(entries, watch, self._glow, desk.feed.now())

    def due(self) -> float | None:
        """Return when the digits that changed stop shining."""
        return self._glow.due(self.desk.feed.now())

    def move(self, dx: int, dy: int) -> None:
        """Move the cursor."""
        self.chosen = max(0, min(len(self.desk.watchlist) - 1, self.chosen + dy))


class BalancesPane(Scrolled):
    """The balances of the account in focus."""

    channel = "account"
    of_market = False

    def picture(self, width: int, height: int) -> Picture:
        """Return the balances."""
        desk = self.desk
        holding = desk.holding()
        venue = holding.venue if holding is not None else ""
        return balances(
            holding,
            desk.pricing(venue),
            lambda asset: desk.price_of(venue, asset),
            (width, height),
            self.skip,
        )

    def reach(self) -> int:
        """Return how many balances there are to scroll through."""
        holding = self.desk.holding()
        account = holding.account if holding is not None else None
        return max(0, len(account.balances) - 1) if account is not None else 0
