"""The figures of one market at one moment as one line of JSON.

Text holds exact decimals, and numbers are the nearest floats; None stands where a figure is
not defined. Prices are in quote units, volumes in base units, times in seconds.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Final

import msgspec

from wsdash.domain.book import Level, OrderBook
from wsdash.domain.figures import NO_BOOK, book_figures, exact_text
from wsdash.domain.figures_depth import slippage
from wsdash.domain.figures_flow import Ewma, Pace, Volumes, Vwap
from wsdash.domain.numbers import plain
from wsdash.domain.trades import Aggressor, Trade

AMOUNT: Final = Decimal(10_000)
"""Units of the quote currency for which a line tells the slippage."""

_SIDES: Final[tuple[Aggressor, ...]] = ("buy", "sell")


class Cost(msgspec.Struct, frozen=True):
    """Slippage of `AMOUNT`: average price, cost in basis points of the mid, share filled."""

    price: float | None = None
    bps: float | None = None
    filled: float | None = None


class Line(msgspec.Struct, frozen=True):
    """The figures of one market at the end of an interval.

    Attributes:
        time: end of the interval.
        symbol: the venue's own name.
        state: of the book; its figures are given only where it is to be believed.
        vwap: of all prints so far, as are `ewma`, `cvd` and the volumes.
        pace: prints per second of the last ten.
    """

    time: float
    symbol: str
    state: str
    best_bid: str | None
    best_ask: str | None
    mid: str | None
    spread: str | None
    spread_bps: float | None
    microprice: float | None
    imbalance: float | None
    vwap: str | None
    ewma: float | None
    cvd: str
    volume_buy: str
    volume_sell: str
    pace: float
    slippage: dict[Aggressor, Cost]

    def encoded(self) -> bytes:
        """Return the line as JSON that no terminal obeys."""
        text = msgspec.json.encode(self)
        if not text.isascii() or b"\x7f" in text:
            text = json.dumps(msgspec.to_builtins(self)).replace("\x7f", "\\u007f").encode()
        return text + b"\n"


class Flow:
    """What the prints of a market add up to; no print may be given twice."""

    __slots__ = ("ewma", "pace", "volumes", "vwap")

    def __init__(self) -> None:
        self.volumes, self.vwap, self.ewma, self.pace = Volumes(), Vwap(), Ewma(), Pace()

    def add(self, trade: Trade, now: float) -> None:
        """Take a live print that came at `now`, which does not run back."""
        self.volumes.add(trade)
        self.vwap.add(trade)
        self.ewma.add(trade.price, now if trade.time is None else trade.time)
        self.pace.add(now)


def line_of(time: float, symbol: str, state: str, book: OrderBook | None, flow: Flow) -> Line:
    """Return the figures of a market at a moment.

    Args:
        time: the moment, by the clock that `flow` was told.
        symbol: the venue's own name.
        state: of the book, in the words of the screen.
        book: None where there is none, or none to be believed.
        flow: its prints so far.
    """
    figures = NO_BOOK if book is None else book_figures(book)
    volumes = flow.volumes
    return Line(
        time=time,
        symbol=symbol,
        state=state,
        best_bid=_price(figures.best_bid),
        best_ask=_price(figures.best_ask),
        mid=_text(figures.mid),
        spread=_text(figures.spread),
        spread_bps=figures.spread_bps,
        microprice=_number(figures.microprice),
        imbalance=figures.imbalance,
        vwap=_text(flow.vwap.value),
        ewma=flow.ewma.value,
        cvd=exact_text(volumes.delta),
        volume_buy=exact_text(volumes.bought),
        volume_sell=exact_text(volumes.sold),
        pace=flow.pace.rate(time),
        slippage={side: _cost(book, side) for side in _SIDES},
    )


def _cost(book: OrderBook | None, side: Aggressor) -> Cost:
    if book is None:
        return Cost()
    fill = slippage(book, side, AMOUNT)
    return Cost(_number(fill.price), fill.bps, fill.filled)


def _price(level: Level | None) -> str | None:
    return None if level is None else plain(level[0])


def _text(value: Decimal | None) -> str | None:
    return None if value is None else exact_text(value)


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
