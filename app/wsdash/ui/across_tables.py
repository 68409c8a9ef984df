"""What the panes of one asset at all venues know, as tables."""

from __future__ import annotations

from typing import Final

from wsdash.feed.tables import Cell, Column, Table
from wsdash.ui.across import of_one_kind, one_each
from wsdash.ui.desk import Desk

BASIS: Final = (
    Column("time", "time"),
    Column("venue"),
    Column("symbol"),
    Column("other_venue"),
    Column("other_symbol"),
    Column("basis_bps", "number"),
)
"""How far a market was above another, in basis points of that one, second by second."""


def merged_levels(desk: Desk) -> tuple[tuple[Cell, ...], ...]:
    """Return the levels of every book that is in the merge, best first, venue by venue."""
    wall, rows = desk.feed.wall(), []
    for key in one_each(of_one_kind(desk.feed.board, desk.across.markets)):
        market, verdict = desk.market_of(key), desk.verdict("book", key)
        if market is None or market.book is None or not verdict.believable:
            continue
        head = (wall, key.venue, key.name, verdict.word)
        for name, side in (("bid", market.book.bids), ("ask", market.book.asks)):
            rows += [(*head, name, *level) for level in side.top(len(side))]
    return tuple(rows)


def basis_table(desk: Desk) -> Table:
    """Return the histories of every two markets of the asset in focus, oldest first."""
    feed, rows = desk.feed, []
    began = feed.wall() - feed.now()
    for pair in desk.across.pairs(feed.board, desk.key):
        history = desk.across.histories.get(pair)
        for point in history.points if history is not None else ():
            bps = f"{point.bps:.6f}"
            rows.append((began + point.time, *pair.own, *pair.other, bps))
    return Table(BASIS, tuple(rows))
