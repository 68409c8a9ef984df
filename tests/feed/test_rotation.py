"""Make before break: a connection is replaced while nothing on the board is ever stale."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from itertools import pairwise

import pytest
from tests.feed.scripted import BOOK, TAPE, FakeSocket, Network, Server, Words, feed, toy
from tests.feed.test_live import BTC, Diary
from tests.virtual import play

from wsdash.domain.book import OrderBook
from wsdash.domain.events import BookLost, BookMoved, BookSynced, Event, Notice, Printed
from wsdash.domain.trades import Trade
from wsdash.feed.link import LinkState
from wsdash.feed.live import LiveFeed
from wsdash.feed.market import ChannelState
from wsdash.feed.rotation import AGAIN_AFTER, PATIENCE
from wsdash.venues.venue import Liveness, Venue

HOUR = 3600.0


class Telling(Words):
    """Words whose books say at which sequence they stand."""

    def _book(self, symbol: str, sequence: str) -> Iterable[Event]:
        fresh = symbol not in self._books
        book = self._books.setdefault(symbol, OrderBook())
        book.apply([("1", sequence)], [])
        fact = BookSynced(symbol, book, int(sequence), None) if fresh else None
        yield fact or BookMoved(symbol, int(sequence), None)

    def _going(self) -> Iterable[Event]:
        yield Notice("maintenance in a minute", shutdown=True)


class Choir(Server):
    """A venue that says the same to all its connections at the same moments."""

    singers: list[FakeSocket]
    trades = 0
    period = 0.2

    def begin(self) -> None:
        """Open for business."""
        self.singers = []
        self._sing()

    def _hear(self, socket: FakeSocket, message: str) -> None:
        self.heard.append(message)
        verb, channel, symbol = [*message.split(" "), ""][:3]
        if verb == "subscribe":
            self.say(socket, f"ack {channel} {symbol}")
            if channel == "book" and socket not in self.singers:
                self.singers.append(socket)

    def _sing(self) -> None:
        self.sequence += 1
        self.trades += 1
        for socket in self.singers:
            self.say(socket, f"book BTC {self.sequence}")
            self.say(socket, f"trade BTC {self.trades}")
        asyncio.get_running_loop().call_later(self.period, self._sing)


Act = Callable[[LiveFeed, Network, Choir], Awaitable[None]]


def stage(act: Act, venue: Venue | None = None) -> tuple[LiveFeed, Diary, Network]:
    """Play what happens to a feed on a venue that treats all connections alike."""
    made = replace(venue or toy(), public=Telling)

    async def main() -> tuple[LiveFeed, Diary, Network]:
        choir = Choir()
        choir.begin()
        network = Network(choir)
        live, diary = feed(network, venue=made), Diary()
        async with live.running():
            live.want([("toy", BOOK), ("toy", TAPE)])
            await asyncio.sleep(3)
            live.supervisor.listeners.append(diary)
            await act(live, network, choir)
            assert live.board.markets[BTC].book is not None
        return live, diary, network

    return play(main())


def never_stale(diary: Diary) -> bool:
    """Whether no stream was ever anything but alive."""
    return all(state in (ChannelState.LIVE, ChannelState.QUIET) for *_, state in diary.streams)


@pytest.mark.row("D12")
def test_a_rotation_by_key_leaves_no_moment_and_no_trade_out() -> None:
    async def act(live: LiveFeed, network: Network, choir: Choir) -> None:
        for _ in range(3):
            live.rotate("toy public")
            await asyncio.sleep(90)
        tape = live.board.markets[BTC].tape
        ids = sorted(int(trade.id) for trade in tape.prints)
        assert tape.count == len(set(ids)) == ids[-1] - ids[0] + 1

    live, diary, network = stage(act)
    assert len(network.sockets) == 4
    assert [socket.ended for socket in network.sockets[:3]] == [True] * 3
    assert never_stale(diary)
    assert len(live.board.gaps) == 0
    assert LinkState.ROTATING in [state for _, state in diary.links]


@pytest.mark.row("D12")
def test_the_book_after_the_swap_is_the_new_connections() -> None:
    async def act(live: LiveFeed, network: Network, choir: Choir) -> None:
        before = live.board.markets[BTC].book
        live.rotate("toy public")
        await asyncio.sleep(5.1)
        after = live.board.markets[BTC].book
        assert after is not before
        assert after is not None
        assert after.bids.best == ("1", str(choir.sequence))
        [report] = live.reports()
        assert report.link.name == "toy public"
        assert report.link.state is LinkState.LIVE

    stage(act)


@pytest.mark.row("D12")
@pytest.mark.timeout(180)
def test_a_connection_goes_before_the_venue_ends_it() -> None:
    async def act(live: LiveFeed, network: Network, choir: Choir) -> None:
        choir.period = 2.0
        await asyncio.sleep(9 * HOUR)

    _, diary, network = stage(act, replace(toy(), liveness=Liveness(5.0, max_age=4 * HOUR)))
    assert never_stale(diary)
    lives = [after - before for before, after in pairwise(network.connects)]
    assert len(lives) >= 3
    assert all(1.95 * HOUR < life < 3.05 * HOUR for life in lives)


@pytest.mark.row("D11")
def test_an_announced_shutdown_is_gone_ahead_of() -> None:
    async def act(live: LiveFeed, network: Network, choir: Choir) -> None:
        network.sockets[0].say("going")
        await asyncio.sleep(5)
        assert len(network.sockets) == 2
        assert network.sockets[0].ended
        choir.singers.remove(network.sockets[0])

    _, diary, _ = stage(act)
    assert never_stale(diary)


@pytest.mark.row("D12")
def test_a_new_connection_that_differs_never_takes_over() -> None:
    async def act(live: LiveFeed, network: Network, choir: Choir) -> None:
        old = live.board.markets[BTC].book
        choir.muted.add("book")
        live.rotate("toy public")
        await asyncio.sleep(1)
        choir.muted.clear()
        for socket in choir.singers[1:]:
            socket.say("book BTC 1")
        choir.singers[1:] = []
        await asyncio.sleep(PATIENCE + 2)
        assert live.board.markets[BTC].book is old
        [report] = live.reports()
        assert report.link.state is LinkState.LIVE
        assert network.sockets[1].ended
        await asyncio.sleep(AGAIN_AFTER)
        assert len(network.sockets) == 3  # and it is tried again

    _, diary, _ = stage(act)
    assert never_stale(diary)


@pytest.mark.row("D12", "D11")
def test_when_the_old_one_dies_first_the_new_one_takes_over_at_once() -> None:
    async def act(live: LiveFeed, network: Network, choir: Choir) -> None:
        choir.muted.add("book")  # so that they cannot be compared
        live.rotate("toy public")
        await asyncio.sleep(1)
        choir.muted.clear()
        network.sockets[0].close_with(1012)
        await asyncio.sleep(3)
        assert live.board.markets[BTC].streams["book"].state is ChannelState.LIVE
        [report] = live.reports()
        assert report.link.state is LinkState.LIVE
        assert report.link.name == "toy public"

    stage(act)


def test_a_connection_parked_by_key_stays_away_until_it_is_retried() -> None:
    async def act(live: LiveFeed, network: Network, choir: Choir) -> None:
        live.park("toy public")
        await asyncio.sleep(10 * HOUR)
        [report] = live.reports()
        assert report.link.state is LinkState.PARKED
        assert report.link.reason == "parked by key"
        assert len(network.sockets) == 1
        live.retry("toy public")
        await asyncio.sleep(5)
        [report] = live.reports()
        assert report.link.state is LinkState.LIVE

    stage(act)


def test_a_connection_parked_by_key_while_another_is_made_ready_stays_away() -> None:
    async def act(live: LiveFeed, network: Network, choir: Choir) -> None:
        choir.muted = {"ack"}
        live.rotate("toy public")
        await asyncio.sleep(1)
        assert len(network.sockets) == 2
        live.park("toy public")
        choir.muted.clear()
        await asyncio.sleep(HOUR)
        [report] = live.reports()
        assert report.link.state is LinkState.PARKED
        assert all(socket.ended for socket in network.sockets)

    stage(act)


def test_a_connection_parked_by_key_while_it_opens_does_not_talk() -> None:
    async def act(live: LiveFeed, network: Network, choir: Choir) -> None:
        async def slowly(network: Network) -> FakeSocket:
            await asyncio.sleep(2)
            return await choir(network)

        network.meet = slowly
        live.reconnect("toy")
        await asyncio.sleep(1)
        assert live.reports()[0].link.state is LinkState.CONNECTING
        live.park("toy public")
        await asyncio.sleep(HOUR)
        assert live.reports()[0].link.state is LinkState.PARKED
        assert len(network.sockets) == 2
        assert network.sockets[1].ended

    stage(act)


def test_a_connection_dropped_by_key_is_a_loss_like_any_other() -> None:
    async def act(live: LiveFeed, network: Network, choir: Choir) -> None:
        live.drop("toy public")
        await asyncio.sleep(5)
        [gap] = live.board.gaps
        assert gap.reason == "dropped by key"
        assert gap.end is not None

    _, diary, _ = stage(act)
    assert not never_stale(diary)


def test_the_screen_is_told_when_a_rotation_is_due_and_that_an_address_is_not_the_venues() -> None:
    async def act(live: LiveFeed, network: Network, choir: Choir) -> None:
        [report] = live.reports()
        assert report.rotate_at is not None
        assert 1.9 * HOUR < report.rotate_at - live.now() < 3.1 * HOUR
        assert report.custom == "toy.example"

    stage(act, replace(toy(), liveness=Liveness(5.0, max_age=4 * HOUR)))


@pytest.mark.row("D12")
def test_what_a_connection_that_was_let_go_still_has_to_say_changes_nothing() -> None:
    async def act(live: LiveFeed, network: Network, choir: Choir) -> None:
        old = live.supervisor.lines["toy public"].connection
        live.rotate("toy public")
        await asyncio.sleep(30)
        assert live.supervisor.lines["toy public"].connection is not old
        market = live.board.markets[BTC]
        before = (market.tape.count, market.streams["book"].state, len(live.log))
        live.supervisor.facts(
            old, [BookLost("BTC", "gap"), Printed("BTC", Trade("x", "1", "1", "buy", None))]
        )
        assert (market.tape.count, market.streams["book"].state, len(live.log)) == before

    _, diary, _ = stage(act)
    assert never_stale(diary)
