"""What a pane shows as a table: all that is known of it, not only the rows in sight."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, NamedTuple

from wsdash.domain.figures_line import line_of
from wsdash.feed.rows import CANDLES, GAPS, TRADES, candle_row, gap_row, trade_row
from wsdash.feed.tables import Cell, Column, Table
from wsdash.ui.across_tables import basis_table, merged_levels
from wsdash.ui.desk import Desk
from wsdash.ui.group import Group
from wsdash.ui.snapshots.tape_rows import Choice

BOOK: Final = (
    Column("time", "time"),
    Column("venue"),
    Column("symbol"),
    Column("state"),
    Column("side"),
    Column("price", "number"),
    Column("size", "number"),
)
"""A level of the book, best first, with the state in which the book was drawn."""

BALANCES: Final = (
    Column("time", "time"),
    Column("venue"),
    Column("asset"),
    Column("total", "number"),
    Column("available", "number"),
)

PRICES: Final = (
    Column("time", "time"),
    Column("venue"),
    Column("symbol"),
    Column("state"),
    *(Column(name, "number") for name in ("bid", "ask", "last", "change", "volume")),
)
"""A market of the watchlist; the change is in percent of a day, the volume a day's."""

FIGURES: Final = (
    Column("time", "time"),
    Column("venue"),
    Column("symbol"),
    Column("state"),
    *(
        Column(name, "number")
        for name in (
            "best_bid", "best_ask", "mid", "spread", "spread_bps", "microprice", "imbalance",
            "vwap", "ewma", "cvd", "volume_buy", "volume_sell", "pace",
        )
    ),
)  # fmt: skip
"""The figures of a market; those of prints count since it was opened."""

_NO_NAME: Final = re.compile(r"[^A-Za-z0-9.]+")


class Sheet(NamedTuple):
    """A table and what it is of.

    Attributes:
        kind: such as ``candles``.
        subject: market and interval, fit for the name of a file; empty for all markets.
    """

    kind: str
    subject: str
    table: Table

    @property
    def stem(self) -> str:
        """The beginning of the name of its file."""
        return f"wsdash-{self.kind}" + (f"-{self.subject}" if self.subject else "")


def sheet_of(pane: str, desk: Desk, group: Group, choice: Choice) -> Sheet | None:
    """Return what a pane shows as a table, None where there is nothing of that kind.

    Args:
        pane: what it is.
        desk: what is looked at.
        group: the market that the pane shows.
        choice: which prints the tape shows.
    """
    if pane == "gaps":
        rows = tuple(gap_row(gap) for gap in reversed(list(desk.feed.board.gaps)))
        return Sheet("gaps", "", Table(GAPS, rows)) if rows else None
    if pane == "balances":
        return _balances(desk)
    if pane == "watch":
        return _prices(desk)
    if pane == "chart":
        return _candles(group)
    if pane == "tape":
        return _trades(group, choice)
    if pane == "curve":
        return _figures(desk, group)
    if pane in ("merged", "basis"):
        table = Table(BOOK, merged_levels(desk)) if pane == "merged" else basis_table(desk)
        return Sheet(pane, _subject(group), table) if table.rows else None
    return _book(desk, group) if pane in ("ladder", "heat") else None


def _candles(group: Group) -> Sheet | None:
    key, market, interval = group.key, group.market, group.interval
    series = group.traded.candles.get(interval) or (
        market.candles.get(interval) if market is not None else None
    )
    if key is None or series is None or not len(series):
        return None
    rows = tuple(candle_row(key, interval, candle) for candle in series.last(len(series)))
    return Sheet("candles", f"{_subject(group)}-{interval}", Table(CANDLES, rows))


def _trades(group: Group, choice: Choice) -> Sheet | None:
    key, market, least = group.key, group.market, choice.least
    if key is None or market is None:
        return None
    rows = tuple(
        trade_row(key, trade)
        for trade in reversed(market.tape.prints)
        if least is None or Decimal(trade.size) >= least
    )
    return Sheet("trades", _subject(group), Table(TRADES, rows)) if rows else None


def _book(desk: Desk, group: Group) -> Sheet | None:
    key, market = group.key, group.market
    if key is None or market is None or market.book is None:
        return None
    head = (desk.feed.wall(), key.venue, key.name, group.verdict("book").word)
    sides = (("bid", market.book.bids), ("ask", market.book.asks))
    rows = tuple((*head, name, *level) for name, side in sides for level in side.top(len(side)))
    return Sheet("book", _subject(group), Table(BOOK, rows))


def _figures(desk: Desk, group: Group) -> Sheet | None:
    key, market, verdict = group.key, group.market, group.verdict("book")
    if key is None or market is None:
        return None
    book = market.book if verdict.believable else None
    line = line_of(desk.feed.now(), key.name, verdict.word, book, group.traded.sums)
    told = {column.name: _cell(getattr(line, column.name, None)) for column in FIGURES}
    told |= {"time": desk.feed.wall(), "venue": key.venue}
    return Sheet("figures", _subject(group), Table(FIGURES, (tuple(told.values()),)))


def _balances(desk: Desk) -> Sheet | None:
    holding = desk.holding()
    if holding is None or holding.account is None:
        return None
    wall = desk.feed.wall()
    rows = tuple(
        (wall, holding.venue, balance.asset, balance.total, balance.available)
        for balance in holding.account.balances.values()
    )
    return Sheet("balances", _name(holding.venue), Table(BALANCES, rows))


def _prices(desk: Desk) -> Sheet | None:
    rows: list[tuple[Cell, ...]] = []
    for key in desk.watchlist:
        market, word = desk.market_of(key), desk.price_verdict(key).word
        ticker = market.ticker if market is not None else None
        head = (desk.feed.wall(), key.venue, key.name, word)
        told = (
            (ticker.bid, ticker.ask, ticker.last, ticker.change, ticker.volume)
            if ticker is not None
            else (None,) * 5
        )
        rows.append((*head, *told))
    return Sheet("prices", "", Table(PRICES, tuple(rows))) if rows else None


def _cell(value: object) -> Cell:
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    return value if isinstance(value, str) else None


def _subject(group: Group) -> str:
    key = group.key
    return "" if key is None else f"{_name(key.venue)}-{_name(key.name)}"


def _name(text: str) -> str:
    """Return text that is fit for the name of a file wherever it lies."""
    return _NO_NAME.sub("-", text)[:40].strip("-.") or "market"
