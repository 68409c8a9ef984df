"""Which rows a tape has: single prints or whole orders, large ones only, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

import msgspec

from wsdash.domain.numbers import EXACT
from wsdash.domain.trades import Trade


class Print(NamedTuple):
    """A row of the tape.

    Attributes:
        trade: the newest print of it, with the size of all.
        prints: how many prints are put together in it.
    """

    trade: Trade
    prints: int = 1


class Choice(NamedTuple):
    """Which prints the trader wants to see.

    Attributes:
        least: base units that a row must have.
        united: prints of one taker's order are one row: the same side in the same millisecond.
    """

    least: Decimal | None = None
    united: bool = False


def chosen(prints: Iterable[Trade], choice: Choice) -> Iterator[Print]:
    """The rows of a tape, made one after the other; `prints` newest first."""
    rows = _united(prints) if choice.united else (Print(trade) for trade in prints)
    least = choice.least
    return rows if least is None else (row for row in rows if Decimal(row.trade.size) >= least)


def _united(prints: Iterable[Trade]) -> Iterator[Print]:
    group: list[Trade] = []
    for trade in prints:
        if group and not _one_order(group[-1], trade):
            yield _sum(group)
            group = []
        group.append(trade)
    if group:
        yield _sum(group)


def _one_order(newer: Trade, older: Trade) -> bool:
    if newer.time is None or older.time is None or newer.side != older.side:
        return False
    return round(newer.time * 1000) == round(older.time * 1000)


def _sum(group: list[Trade]) -> Print:
    if len(group) == 1:
        return Print(group[0])
    total = Decimal(0)
    for trade in group:
        total = EXACT.add(total, Decimal(trade.size))
    return Print(msgspec.structs.replace(group[0], size=f"{total:f}"), len(group))
