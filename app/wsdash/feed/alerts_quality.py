"""What an alert rule can see of the data itself: silence, gaps, parked streams, keys."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, Literal

from wsdash.domain.alerts import Rule
from wsdash.domain.instrument import MarketKey
from wsdash.domain.text import clean
from wsdash.feed.alerts_seen import Reading, staleness, words
from wsdash.feed.gaps import Gap
from wsdash.feed.link import Link, LinkState
from wsdash.feed.market import Board, ChannelState, Market

_YES: Final = (Decimal(1),)
_NO: Final = Reading((Decimal(0),), "")


class Quality:
    """What is known of the data's own state.

    Attributes:
        news: whether anything happened since the last look.
    """

    def __init__(self, board: Board) -> None:
        self.news = False
        self._board = board
        self._open: dict[tuple[str, str], Gap] = {}
        self._begun: list[Gap] = []
        self._links: dict[str, Link] = {}
        self._denied: dict[str, str] = {}

    def denied(self, venue: str, reason: str) -> None:
        """A venue does not accept the key."""
        self._denied[venue] = clean(reason, 80)
        self.news = True

    def link(self, role: Literal["public", "private"], link: Link) -> None:
        """A link is another one; a private one that is live has a key that is accepted."""
        self.news = self.news or self._links.get(link.name) != link
        self._links[link.name] = link
        if role == "private" and link.state is LinkState.LIVE:
            self._denied.pop(link.venue, None)

    def gap(self, gap: Gap) -> None:
        """A hole in the data began or ended."""
        place = (gap.connection, gap.symbol)
        if gap.end is None:
            self._open[place] = gap
            self._begun.append(gap)
            self.news = True
        else:
            self._open.pop(place, None)

    def looked(self) -> None:
        """What was new is not new any more."""
        self.news = False
        self._begun.clear()

    def reading(self, rule: Rule, now: float) -> Reading:
        """Return what a rule about quality sees: 1 or 0 of a flag, seconds of staleness."""
        venue, name = rule.subject
        match rule.kind:
            case "gap":
                return self._gap(venue, name)
            case "key":
                said = self._denied.get(venue) or self._board.key_warnings.get(venue, "")
                return Reading(_YES, said) if said else _NO
            case "parked":
                return self._parked(venue, name)
            case _:
                found = [staleness(market, now) for market in self._markets(rule.subject)]
                worst = max(found, default=(Decimal(0), ""))
                return Reading((worst[0],), worst[1])

    def _gap(self, venue: str, name: str) -> Reading:
        """A gap that is open, or that began and ended since the last look."""
        for gap in (*self._open.values(), *self._begun):
            of, _, role = gap.connection.partition(" ")
            whole = not gap.symbol and not role.startswith("private")
            if of == venue and (not name or gap.symbol == name or whole):
                return Reading(_YES, f"{gap.symbol} {gap.reason}".strip())
        return _NO

    def _parked(self, venue: str, name: str) -> Reading:
        for link in self._links.values():
            private = "private" in link.name
            if link.venue == venue and link.state is LinkState.PARKED and not (name and private):
                return Reading(_YES, f"{link.name} PARKED {link.reason}")
        for market in self._markets(MarketKey(venue, name)):
            for stream in market.streams.values():
                if stream.state is ChannelState.PARKED:
                    return Reading(_YES, f"{market.key.name} {words(stream, 0.0)}")
        return _NO

    def _markets(self, subject: MarketKey) -> list[Market]:
        if subject.name:
            market = self._board.markets.get(subject)
            return [market] if market is not None else []
        return [market for key, market in self._board.markets.items() if key.venue == subject.venue]
