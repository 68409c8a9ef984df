"""Tape and balances as panes."""

from __future__ import annotations

from wsdash.domain.trades import Trade
from wsdash.ui.desk import Desk
from wsdash.ui.snapshots.balances import balances, by_worth
from wsdash.ui.snapshots.clocks import age
from wsdash.ui.snapshots.lines import Span
from wsdash.ui.snapshots.picture import Frame, Picture, Verdict
from wsdash.ui.snapshots.tape import tape
from wsdash.ui.snapshots.tape_ring import Ring
from wsdash.ui.snapshots.tape_rows import Choice, chosen
from wsdash.ui.widgets.pane import Pane
from wsdash.venues.registry import VENUES


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

    def __init__(self, desk: Desk, *, name: str) -> None:
        super().__init__(desk, name=name)
        self.choice = Choice()
        self.held: tuple[Trade, ...] | None = None
        self._ring = Ring()

    def picture(self, width: int, height: int) -> Picture:
        """Return the tape; while it is scrolled or frozen, no row moves."""
        desk, group = self.desk, self.group
        market = group.market
        if self.held is None and (self.skip or self.frozen_at is not None) and market is not None:
            self.held = tuple(market.tape.prints)
        elif not self.skip and self.frozen_at is None:
            self.held = None
        size, wall = (width, height), desk.feed.wall()
        picture = tape(
            market,
            group.gaps("trades"),
            group.verdict("trades"),
            size,
            wall,
            self.skip,
            choice=self.choice,
            held=self.held,
            ring=self._ring if self.held is None and desk.less() is not None else None,
        )
        if self.held is None:
            return picture
        return picture._replace(notes=((Span(f"+{self._newer()}", "look"),),))

    def reach(self) -> int:
        """Return how far back the tape goes."""
        market = self.group.market
        prints = self.held or (market.tape.prints if market is not None else ())
        return max(0, sum(1 for _ in chosen(prints, self.choice)) - 1)

    def choose(self, choice: Choice) -> None:
        """Show other prints, from the newest on."""
        self.choice = choice
        self.skip, self.held, self._ring = 0, None, Ring()

    def reset(self) -> None:
        """Go back to the top; what is large is another size in another market."""
        self.choose(Choice(united=self.choice.united))

    def cut(self) -> None:
        """Go back to the newest, and keep which prints are shown."""
        self.choose(self.choice)

    def _newer(self) -> str:
        market = self.group.market
        if market is None or not self.held:
            return "0"
        for count, trade in enumerate(market.tape.prints):
            if trade is self.held[0]:
                return str(count)
        return f"{len(market.tape.prints)}+"

    def _current(self, frame: Frame) -> Picture:
        """A frozen tape stands still and can be scrolled all the same."""
        picture = self._new(frame)
        if self.frozen_at is None:
            return picture
        silent = age(self.desk.feed.now() - self.frozen_at)
        return picture._replace(verdict=Verdict("FROZEN", silent, "look"))


class BalancesPane(Pane):
    """The balances of the account in focus."""

    channel = "account"
    of_market = False

    def __init__(self, desk: Desk, *, name: str) -> None:
        super().__init__(desk, name=name)
        self._chosen = ""

    def picture(self, width: int, height: int) -> Picture:
        """Return the balances."""
        desk = self.desk
        holding = desk.holding()
        venue = holding.venue if holding is not None else self._without_key()
        return balances(
            holding,
            desk.pricing(venue),
            lambda asset: desk.price_of(venue, asset),
            (width, height),
            self._chosen if self.has_focus else "",
            venue,
        )

    def _without_key(self) -> str:
        """Return the venue for which a key could be given: that of the market in focus at best."""
        desk = self.desk
        able = [name for name, venue in VENUES.items() if venue.private is not None]
        here = desk.key.venue if desk.key is not None else ""
        if desk.player is not None or not able:
            return ""
        return here if here in able else able[0]

    def move(self, dx: int, dy: int) -> None:
        """Move the cursor; it stays on its asset."""
        holding = self.desk.holding()
        if holding is None or holding.account is None:
            return
        held = by_worth(holding.account, lambda asset: self.desk.price_of(holding.venue, asset))
        assets = [balance.asset for balance in held]
        place = (assets.index(self._chosen) if self._chosen in assets else -1) + dy
        self._chosen = assets[max(0, min(len(assets) - 1, place))] if assets else ""

    def centre(self) -> None:
        """Choose none, from the most valuable on."""
        self._chosen = ""

    def reset(self) -> None:
        """Choose none."""
        self._chosen = ""
