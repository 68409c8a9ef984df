"""How facts change the state that screens look at: one function, the only writer of it."""

from __future__ import annotations

from wsdash.domain.account import Account
from wsdash.domain.candles import CandleSeries
from wsdash.domain.events import (
    BalancesMoved,
    BalancesStated,
    BookLost,
    BookMoved,
    BookSynced,
    CandlesMoved,
    Channel,
    ClockRead,
    Event,
    KeyChecked,
    Listed,
    Printed,
    Refused,
    Subscribed,
    TickerMoved,
)
from wsdash.domain.instrument import MarketKey
from wsdash.domain.text import clean
from wsdash.feed import streams
from wsdash.feed.freshness import LAGGING, TOO_LATE
from wsdash.feed.market import Board, ChannelState, Market, Stream


def apply(board: Board, venue: str, event: Event, now: float) -> Stream | None:
    """Apply one fact of a venue; return the stream whose state it may have changed.

    Facts of channels that nobody subscribed are dropped: a late message of an old
    subscription must not bring back what the trader left.
    """
    match event:
        case BookMoved():
            stream = streams.find(board, venue, event.symbol, "book")
            return _moved(stream, event, now) if stream is not None else None
        case Printed():
            return _printed(board, venue, event, now)
        case TickerMoved():
            return _ticker(board, venue, event, now)
        case BookSynced() | BookLost():
            return _book(board, venue, event, now)
        case CandlesMoved():
            return _candles(board, venue, event, now)
        case BalancesStated() | BalancesMoved():
            return _balances(board, venue, event, now)
        case _:
            return _answered(board, venue, event, now)


def _answered(board: Board, venue: str, event: Event, now: float) -> Stream | None:
    match event:
        case Listed():
            _listed(board, venue, event, now)
        case KeyChecked():
            board.key_warnings[venue] = event.words if event.more else ""
            if (stream := board.account_streams.get(venue)) is not None:
                stream.touch()
        case ClockRead():
            board.clocks[venue] = event.ahead
        case Refused():
            stream = streams.find(board, venue, event.symbol, event.channel)
            if stream is not None:
                stream.enter(ChannelState.PARKED, now, clean(f"rejected: {event.reason}", 80))
            return stream
        case Subscribed():
            return _subscribed(board, venue, event, now)
        case _:
            pass
    return None


def _moved(stream: Stream, event: BookMoved, now: float) -> Stream | None:
    """A book that moves too late is not live, and is again when it catches up."""
    if stream.state not in _FLOWING and not stream.is_late:
        return None
    stream.sequence = event.sequence
    changed = stream.heard(now, event.time)
    if stream.behind > TOO_LATE:
        changed = stream.enter(ChannelState.STALE, now, f"lagging {stream.behind:.0f} s")
    elif stream.is_late and stream.behind < LAGGING:
        changed = stream.enter(ChannelState.LIVE, now)
    return stream if changed else None


_FLOWING = (ChannelState.LIVE, ChannelState.QUIET)


def _live(stream: Stream, now: float, venue_time: float | None) -> Stream | None:
    """Data came for a channel without a book behind it: it is live."""
    was_quiet = stream.heard(now, venue_time)
    return stream if was_quiet or stream.enter(ChannelState.LIVE, now) else None


def _market(board: Board, venue: str, symbol: str, channel: Channel) -> Market | None:
    market = board.markets.get(MarketKey(venue, symbol))
    return market if market is not None and channel in market.streams else None


def _book(board: Board, venue: str, event: BookSynced | BookLost, now: float) -> Stream | None:
    market = _market(board, venue, event.symbol, "book")
    if market is None:
        return None
    stream = market.streams["book"]
    if isinstance(event, BookLost):
        state = ChannelState.PARKED if event.parked else ChannelState.RESYNC
        stream.enter(state, now, clean(event.reason, 80))
        return stream
    market.book = event.book
    stream.sequence = event.sequence
    stream.heard(now, event.time)
    stream.enter(ChannelState.LIVE, now)
    return stream


def _printed(board: Board, venue: str, event: Printed, now: float) -> Stream | None:
    market = _market(board, venue, event.symbol, "trades")
    if market is None or not market.tape.add(event.trade):
        return None
    return _live(market.streams["trades"], now, event.trade.time)


def _ticker(board: Board, venue: str, event: TickerMoved, now: float) -> Stream | None:
    market = _market(board, venue, event.symbol, "ticker")
    if market is None:
        return None
    market.ticker = event
    return _live(market.streams["ticker"], now, event.time)


def _candles(board: Board, venue: str, event: CandlesMoved, now: float) -> Stream | None:
    market = _market(board, venue, event.symbol, "candles")
    if market is None:
        return None
    series = market.candles.setdefault(event.interval, CandleSeries(event.interval))
    if event.past:
        series.fill(event.candles)
        market.streams["candles"].touch()
        return None
    series.join(event.candles)
    series.update(event.candles)
    return _live(market.streams["candles"], now, None)


def _balances(
    board: Board, venue: str, event: BalancesStated | BalancesMoved, now: float
) -> Stream | None:
    stream = board.account_streams.get(venue)
    if stream is None:
        return None
    account = board.accounts.setdefault(venue, Account())
    if isinstance(event, BalancesStated):
        account.replace(event.balances)
    else:
        account.update(event.balances)
    return _live(stream, now, event.time)


def _listed(board: Board, venue: str, event: Listed, now: float) -> None:
    known = board.instruments.setdefault(venue, {})
    if not event.partial:
        known.clear()
    for instrument in event.instruments:
        known[instrument.name] = instrument
        market = board.markets.get(instrument.key)
        if market is not None:
            market.instrument = instrument
            for stream in market.streams.values():
                stream.touch()
    if not event.partial:
        streams.judge(board, venue, now)


def _subscribed(board: Board, venue: str, event: Subscribed, now: float) -> Stream | None:
    """A channel whose data comes when something happens is quiet from here on, not stale."""
    stream = streams.find(board, venue, event.symbol, event.channel)
    if stream is None or event.channel in ("book", "account"):
        return None
    if stream.state in (ChannelState.SYNCING, ChannelState.STALE, ChannelState.RESYNC):
        stream.enter(ChannelState.QUIET, now)
        return stream
    return None
