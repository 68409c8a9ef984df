"""The depth ladder: asks above, bids below, the spread between them, sizes as bars."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from wsdash.domain.book import OrderBook
from wsdash.domain.figures import from_mid, mid
from wsdash.domain.instrument import MarketKey
from wsdash.domain.numbers import EXACT, SCALE
from wsdash.domain.text import clean
from wsdash.feed.market import Market
from wsdash.ui.snapshots.depth import (
    EVERY,
    Digits,
    Middle,
    Rung,
    digits_of,
    middle,
    proven_edges,
    rungs,
)
from wsdash.ui.snapshots.glow import Glow
from wsdash.ui.snapshots.grid import Grid
from wsdash.ui.snapshots.ladder_room import HEADED, Sides, below_rows, side_rows
from wsdash.ui.snapshots.ladder_rows import (
    FLOW_WIDTH,
    Columns,
    FlowRows,
    columns_of,
    header_row,
    level_row,
    middle_row,
    price_row,
    unproven,
)
from wsdash.ui.snapshots.lines import Line, Span, joined, line
from wsdash.ui.snapshots.numbers import price_text
from wsdash.ui.snapshots.picture import Picture, Verdict
from wsdash.ui.snapshots.readout import readout
from wsdash.ui.snapshots.slippage import Amount, slippage_rows


class Sight(NamedTuple):
    """How the ladder is looked at.

    Attributes:
        ticks: ticks per row.
        cursor: the chosen row: 1 the best ask, -1 the best bid, and so on; 0 for none.
        grid: rows fixed to prices; None where every row is a level.
        at: the chosen price in such rows.
        amount: of an order whose cost is told.
        flow: what happened at every price, where there is room for it.
        plain: without bars and sums.
    """

    width: int
    height: int
    ticks: int = 1
    cursor: int = 0
    grid: Grid | None = None
    at: int | None = None
    amount: Amount | None = None
    flow: FlowRows | None = None
    plain: bool = False


class Body(NamedTuple):
    """What the rows of a ladder are made of."""

    bids: Sequence[Rung]
    asks: Sequence[Rung]
    digits: Digits
    figures: Middle
    mid: Decimal | None
    known: bool
    proven: tuple[int, int] = (0, EVERY)

    def row(self, row: Line, key: int, side: str) -> Line:
        """Return a level's row, marked where the venue does not prove it."""
        return row if self.proves(key, side) else unproven(row)

    def proves(self, key: int, side: str) -> bool:
        """Tell whether the venue's checksum covers a level, where it has one."""
        bid, ask = self.proven
        return key >= bid if side == "bid" else key <= ask


def market_title(market: Market | None, key: MarketKey) -> Line:
    """Return the name of a market and its venue."""
    known = market.instrument if market is not None else None
    name = clean(known.symbol if known is not None else key.name, 30)
    return (Span(name, "text"), Span(f" {clean(key.venue, 20)}", "dim"))


def ladder(
    market: Market | None, key: MarketKey, verdict: Verdict, sight: Sight, glow: Glow, now: float
) -> Picture:
    """Return the ladder of a market; without a book its rows are empty."""
    book = market.book if market is not None else None
    instrument = market.instrument if market is not None else None
    digits = digits_of(instrument, book)
    cursor = bool(sight.cursor) or (sight.grid is not None and sight.at is not None)
    amount = sight.amount is not None
    below = below_rows(sight.height, chosen=cursor, amount=amount)
    room = sight._replace(height=sight.height - below)
    sides = side_rows(sight.height, chosen=cursor, amount=amount)
    body = _body(book, digits, sight, sides.bids if sight.grid is None else sight.grid.height)
    rows = (
        _listed(body, room, sides, glow, now)
        if sight.grid is None
        else (_gridded(body, room, sight.grid, glow, now))
    )
    if sight.height < HEADED:
        rows = rows[1:]
    chosen, side = _chosen(body, sight)
    if below:
        rows += [()] * (room.height - len(rows))
    if sight.amount is not None and below:
        rows += slippage_rows(book, sight.amount, digits, sight.width)
    if chosen is not None and below:
        quote = instrument.quote if instrument else ""
        rows += readout(chosen, side, quote, sight.width, proven=body.proves(chosen.key, side))
    sequence = market.streams["book"].sequence if market and "book" in market.streams else None
    return Picture(
        title=(*market_title(market, key), *_grouping(sight.ticks, digits)),
        rows=tuple(rows),
        verdict=verdict,
        notes=(_imbalance(body.figures), _sequence(sequence)),
        figure=chosen.price if chosen is not None else body.figures.mid,
        missing="" if body.bids or body.asks else "levels",
    )


def _body(book: OrderBook | None, digits: Digits, sight: Sight, count: int) -> Body:
    if book is None:
        return Body((), (), digits, middle(None, digits), None, known=False)
    told = mid(book) if sight.cursor or sight.at is not None else None
    bids = rungs(book.bids, count, digits, sight.ticks, up=False, middle=told)
    asks = rungs(book.asks, count, digits, sight.ticks, up=True, middle=told)
    figures = middle(book, digits)
    return Body(bids, asks, digits, figures, told, known=True, proven=proven_edges(book))


def _listed(body: Body, sight: Sight, sides: Sides, glow: Glow, now: float) -> list[Line]:
    """Rows of which each is a level."""
    body = body._replace(asks=body.asks[: sides.asks], bids=body.bids[: sides.bids])
    both = [*body.bids, *body.asks]
    columns = columns_of(
        both,
        [rung.price for rung in both],
        body.digits,
        sight.width,
        _flow(sight),
        plain=sight.plain,
    )
    rows = [header_row(columns, sight.width)]
    rows += _side(body, sides.asks, columns, sight, glow, now, up=True)
    rows.append(middle_row(body.figures, sight.width))
    return rows + _side(body, sides.bids, columns, sight, glow, now, up=False)


def _gridded(body: Body, sight: Sight, grid: Grid, glow: Glow, now: float) -> list[Line]:
    """Rows of which each is a price."""
    keys = [grid.price(row) for row in range(grid.height)]
    levels = {rung.key: (rung, "bid") for rung in body.bids}
    levels.update({rung.key: (rung, "ask") for rung in body.asks})
    prices = [_price(key, body.digits) for key in keys]
    seen = [levels[key][0] for key in keys if key in levels]
    columns = columns_of(seen, prices, body.digits, sight.width, _flow(sight), plain=sight.plain)
    rows = [header_row(columns, sight.width)]
    for key, price in zip(keys, prices, strict=True):
        chosen = key == sight.at
        if key in levels:
            rung, side = levels[key]
            row = level_row(rung, columns, side, glow, now, sight.width, chosen=chosen)
            rows.append(body.row(row, key, side))
        else:
            rows.append(price_row(price, key, columns, sight.width, chosen=chosen))
    return [*rows, middle_row(body.figures, sight.width)]


def _price(key: int, digits: Digits) -> str:
    return price_text(f"{Decimal(key).scaleb(-SCALE, EXACT):f}", digits.price)


def _flow(sight: Sight) -> FlowRows | None:
    return sight.flow if sight.width >= FLOW_WIDTH and not sight.plain else None


def _side(
    body: Body,
    count: int,
    columns: Columns,
    sight: Sight,
    glow: Glow,
    now: float,
    *,
    up: bool,
) -> list[Line]:
    side, levels = ("ask", body.asks) if up else ("bid", body.bids)
    rows = []
    for index, rung in enumerate(levels, 1):
        chosen = sight.cursor == (index if up else -index)
        row = level_row(rung, columns, side, glow, now, sight.width, chosen=chosen)
        rows.append(body.row(row, rung.key, side))
    if body.known and not levels:
        rows.append(line(" ", Span(f"no {side}s", "dim")))
    missing: list[Line] = [()] * (count - len(rows))
    return [*missing, *reversed(rows)] if up else [*rows, *missing]


def _chosen(body: Body, sight: Sight) -> tuple[Rung | None, str]:
    """Return the level under the cursor and its side; in fixed rows it may be an empty price."""
    if sight.grid is None:
        levels = body.asks if sight.cursor > 0 else body.bids
        found = 0 < abs(sight.cursor) <= len(levels)
        side = "ask" if sight.cursor > 0 else "bid"
        return (levels[abs(sight.cursor) - 1], side) if found else (None, "")
    if sight.at is None:
        return None, ""
    for side, levels in (("ask", body.asks), ("bid", body.bids)):
        for rung in levels:
            if rung.key == sight.at:
                return rung, side
    nothing, price = Decimal(0), Decimal(sight.at).scaleb(-SCALE, EXACT)
    bps = None if body.mid is None else from_mid(price, body.mid)
    return Rung(_price(sight.at, body.digits), nothing, nothing, bps=bps, key=sight.at), ""


def _imbalance(figures: Middle) -> Line:
    if figures.imbalance is None:
        return ()
    role = "bid" if figures.imbalance >= 0 else "ask"
    return (Span("imb ", "dim"), Span(f"{figures.imbalance:+.2f}", role))


def _sequence(sequence: int | None) -> Line:
    return () if sequence is None else (Span(f"seq {sequence:,}", "dim"),)


def _grouping(ticks: int, digits: Digits) -> Line:
    if ticks == 1:
        return ()
    step = Decimal(digits.tick * ticks).scaleb(-18).normalize()
    return joined([(Span(f" ±{step:f}", "dim"),)], 20)
