"""The supervisor and the live feed: what the board says is what the connections are."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace

import pytest
from tests.feed.scripted import BOOK, TAPE, FakeSocket, Network, NoRest, Server, Words, feed, toy
from tests.virtual import play

from wsdash.domain.events import Event, Unparsed
from wsdash.domain.instrument import MarketKey
from wsdash.feed.connection import Connection
from wsdash.feed.gaps import Ledger
from wsdash.feed.link import Link, LinkState
from wsdash.feed.live import LiveFeed
from wsdash.feed.market import ChannelState, Stream
from wsdash.venues.venue import Answer, Request, Step, Subscription, Venue

BTC, ETH = MarketKey("toy", "BTC"), MarketKey("toy", "ETH")
LIVE, QUIET, STALE, SYNCING, RESYNC, PARKED = (
    ChannelState.LIVE,
    ChannelState.QUIET,
    ChannelState.STALE,
    ChannelState.SYNCING,
    ChannelState.RESYNC,
    ChannelState.PARKED,
)


class Diary:
    """A listener that notes every change of a state, with the time."""

    def __init__(self) -> None:
        self.streams: list[tuple[float, str, str, ChannelState]] = []
        self.links: list[tuple[float, LinkState]] = []
        self.marked_when_lost: list[bool] = []

    def fact(self, venue: str, event: Event) -> None:
        pass

    def stream(self, connection: Connection, symbol: str, stream: Stream) -> None:
        now = asyncio.get_running_loop().time()
        self.streams.append((now, symbol, stream.channel, stream.state))

    def link(self, connection: Connection, before: Link) -> None:
        if connection.link.state is not before.state:
            now = asyncio.get_running_loop().time()
            self.links.append((now, connection.link.state))

    def frame(self, connection: Connection, direction: object, data: str) -> None:
        pass

    def answer(self, connection: Connection, request: object, body: bytes) -> None:
        pass


Then = Callable[[LiveFeed, Network, Server], Awaitable[None]]


def scene(
    then: Then,
    server: Server | None = None,
    *subs: Subscription,
    venue: Venue | None = None,
    rest: NoRest | None = None,
) -> LiveFeed:
    """Play what happens to a feed that wants a book, or what is given."""

    async def main() -> LiveFeed:
        wanted = server or Server()
        network = Network(wanted)
        live = feed(network, venue=venue, rest=rest)
        async with live.running():
            live.want([("toy", sub) for sub in subs or (BOOK,)])
            await then(live, network, wanted)
        return live

    return play(main())


async def until(
    state: ChannelState, live: LiveFeed, key: MarketKey = BTC, patience: float = 60
) -> float:
    loop = asyncio.get_running_loop()
    start = loop.time()
    while live.board.market(key).streams["book"].state is not state:
        assert loop.time() - start < patience, f"{key} is never {state}"
        await asyncio.sleep(0.01)
    return loop.time() - start


def link(live: LiveFeed) -> Link:
    return live.reports()[0].link


@pytest.mark.row("A2")
def test_streams_are_marked_in_the_very_call_that_loses_the_link() -> None:
    async def then(live: LiveFeed, network: Network, server: Server) -> None:
        await until(LIVE, live)
        seen: list[tuple[ChannelState, str]] = []

        class Look(Diary):
            def link(self, connection: Connection, before: Link) -> None:
                stream = live.board.market(BTC).streams["book"]
                if connection.link.state is LinkState.BACKOFF:
                    seen.append((stream.state, stream.reason))

        live.supervisor.listeners.append(Look())
        network.sockets[0].close_with(None)
        await asyncio.sleep(0.001)
        assert seen == [(STALE, "lost 1006 (no close frame)")]

    scene(then)


@pytest.mark.row("A2")
def test_a_stream_is_syncing_when_the_socket_is_there_again_and_live_with_data() -> None:
    async def then(live: LiveFeed, network: Network, server: Server) -> None:
        await until(LIVE, live)
        diary = Diary()
        live.supervisor.listeners.append(diary)
        network.sockets[0].close_with(1001)
        await asyncio.sleep(5)
        states = [state for _, _, channel, state in diary.streams if channel == "book"]
        assert states == [STALE, SYNCING, LIVE]

    scene(then)


@pytest.mark.row("D2")
def test_an_old_book_is_not_moved_by_a_new_socket_before_it_is_whole_again() -> None:
    async def then(live: LiveFeed, network: Network, server: Server) -> None:
        await until(LIVE, live)
        old = live.board.market(BTC).book
        server.muted.add("book")
        network.sockets[0].close_with(1001)
        await until(SYNCING, live)
        assert live.board.market(BTC).book is old
        server.muted.clear()
        await until(LIVE, live)
        assert live.board.market(BTC).book is not old

    scene(then)


def test_a_loss_opens_a_gap_with_its_cause_and_recovery_closes_it() -> None:
    async def then(live: LiveFeed, network: Network, server: Server) -> None:
        await until(LIVE, live)
        await asyncio.sleep(10)
        server.muted |= {"book", "beat"}
        last = live.wall()
        await until(STALE, live)
        (gap,) = live.board.gaps
        assert (gap.end, gap.reason, gap.symbol) == (None, "silent for 5 s", "")
        assert abs(gap.start - last) <= 1.0, "the last moment at which data was whole"
        server.muted.clear()
        await until(LIVE, live)
        (gap,) = live.board.gaps
        assert gap.end is not None
        assert gap.end > gap.start

    scene(then)


@pytest.mark.row("D1")
def test_a_lost_book_opens_a_gap_of_its_own_and_its_return_closes_it() -> None:
    async def then(live: LiveFeed, network: Network, server: Server) -> None:
        await until(LIVE, live)
        server.muted.add("book")
        network.sockets[0].say("lost BTC gap")
        await until(RESYNC, live)
        (gap,) = live.board.gaps
        assert (gap.symbol, gap.reason, gap.end) == ("BTC", "gap", None)
        server.muted.clear()
        await until(LIVE, live)
        assert next(iter(live.board.gaps)).end is not None
        assert live.reports()[0].resyncs == 1

    scene(then)


def test_a_market_that_is_left_leaves_no_gap_open() -> None:
    async def then(live: LiveFeed, network: Network, server: Server) -> None:
        await until(LIVE, live)
        server.muted.add("book BTC")
        network.sockets[0].say("lost BTC gap")
        await until(RESYNC, live)
        live.want([("toy", BOOK._replace(symbol="ETH"))])
        assert all(gap.end is not None for gap in live.board.gaps)

    scene(then)


def test_wanting_another_market_forgets_the_old_book_at_once() -> None:
    async def then(live: LiveFeed, network: Network, server: Server) -> None:
        await until(LIVE, live)
        live.want([("toy", BOOK._replace(symbol="ETH"))])
        assert live.board.market(BTC).book is None
        assert live.board.market(BTC).streams == {}
        assert live.board.market(ETH).streams["book"].state is SYNCING
        network.sockets[0].say("book BTC 999")  # a late one
        await until(LIVE, live, ETH)
        assert live.board.market(BTC).book is None
        assert "unsubscribe book BTC" in server.heard

    scene(then)


def test_adding_a_market_leaves_the_others_alone() -> None:
    async def then(live: LiveFeed, network: Network, server: Server) -> None:
        await until(LIVE, live)
        book, heard = live.board.market(BTC).book, server.heard.count("subscribe book BTC")
        live.want([("toy", BOOK), ("toy", BOOK._replace(symbol="ETH"))])
        await until(LIVE, live, ETH)
        assert live.board.market(BTC).book is book
        assert server.heard.count("subscribe book BTC") == heard
        assert len(network.connects) == 1

    scene(then)


@pytest.mark.parametrize("listed_first", [True, False])
@pytest.mark.row("D16")
def test_a_symbol_the_venue_does_not_list_is_parked_and_no_longer_asked_for(
    listed_first: bool,
) -> None:
    odd = BOOK._replace(symbol="ODD")
    key = MarketKey("toy", "ODD")

    async def then(live: LiveFeed, network: Network, server: Server) -> None:
        server.muted |= {"ack book ODD", "book ODD"}
        await until(LIVE, live)
        if listed_first:
            network.sockets[0].say("listed BTC ETH")
            await asyncio.sleep(0.01)
        live.want([("toy", BOOK), ("toy", odd)])
        if not listed_first:
            network.sockets[0].say("listed BTC ETH")
            await asyncio.sleep(0.01)
        stream = live.board.market(key).streams["book"]
        assert (stream.state, stream.reason) == (PARKED, "rejected: unknown symbol")
        asked = server.heard.count("subscribe book ODD")
        network.sockets[0].close_with(1001)
        await until(LIVE, live)
        await asyncio.sleep(60)
        assert server.heard.count("subscribe book ODD") == asked
        assert live.board.market(BTC).streams["book"].state is LIVE
        network.sockets[-1].say("listed BTC ETH ODD")
        server.muted.clear()
        await until(LIVE, live, key)

    scene(then)


@pytest.mark.row("D8", "D16")
def test_a_refused_symbol_is_parked_with_the_words_of_the_venue() -> None:
    async def then(live: LiveFeed, network: Network, server: Server) -> None:
        server.muted.add("ack")
        network.sockets[0].say("refused book BTC halted")
        await until(PARKED, live)
        assert live.board.market(BTC).streams["book"].reason == "rejected: halted"
        assert link(live).state is LinkState.LIVE

    async def first(network: Network) -> FakeSocket:
        return FakeSocket()

    async def main() -> None:
        network = Network(first)
        live = feed(network)
        async with live.running():
            live.want([("toy", BOOK)])
            await asyncio.sleep(0.1)
            await then(live, network, Server())

    play(main())


def test_a_resync_by_key_gets_that_book_anew_and_no_other() -> None:
    eth = BOOK._replace(symbol="ETH")

    async def then(live: LiveFeed, network: Network, server: Server) -> None:
        await until(LIVE, live, ETH)
        before = live.board.market(BTC).book, live.board.market(ETH).book
        live.resync(BTC)
        assert live.board.market(BTC).streams["book"].state is RESYNC
        assert live.board.market(BTC).streams["book"].reason == "by key"
        await until(LIVE, live)
        assert live.board.market(BTC).book is not before[0]
        assert live.board.market(ETH).book is before[1]
        assert len(network.connects) == 1
        live.resync(MarketKey("nowhere", "BTC"))  # means nothing, harms nothing

    scene(then, None, BOOK, eth)


def test_a_reconnect_by_key_opens_a_new_socket() -> None:
    async def then(live: LiveFeed, network: Network, server: Server) -> None:
        await until(LIVE, live)
        live.reconnect("toy")
        await asyncio.sleep(1.0)
        assert next(iter(live.board.gaps)).reason == "dropped by key"
        assert live.board.market(BTC).streams["book"].state is LIVE
        assert len(network.connects) == 2

    scene(then)


@pytest.mark.parametrize("channel", ["book", "trades"])
@pytest.mark.row("D9")
def test_one_silent_channel_on_a_live_socket_is_found_and_repaired(channel: str) -> None:
    """Silent while heartbeats and the other book go on; asking anew brings it back."""
    eth = BOOK._replace(symbol="ETH")
    words = {"book": "book BTC", "trades": "trade BTC"}[channel]
    subs = (BOOK if channel == "book" else TAPE, eth)

    async def then(live: LiveFeed, network: Network, server: Server) -> None:
        await until(LIVE, live, ETH)
        number = 0

        async def print_trades() -> None:
            nonlocal number
            while True:
                number += 1
                server.say(network.sockets[0], f"trade BTC {number}")
                await asyncio.sleep(0.5)

        printing = asyncio.create_task(print_trades())
        await asyncio.sleep(60)
        diary = Diary()
        live.supervisor.listeners.append(diary)
        asked, silent_from = len(server.heard), asyncio.get_running_loop().time()
        server.muted.add(words)
        stream = live.board.market(BTC).streams["book" if channel == "book" else "trades"]
        limit = stream.threshold
        while len(server.heard) == asked:  # noqa: ASYNC110 - virtual time
            await asyncio.sleep(0.01)
        server.muted.clear()
        stale_at = next(at for at, symbol, _, state in diary.streams if state is STALE)
        assert limit - 0.6 <= stale_at - silent_from <= limit + 1.0
        await asyncio.sleep(1.0)
        assert stream.state is LIVE
        assert len(network.connects) == 1
        assert {symbol for _, symbol, _, _ in diary.streams} == {"BTC"}
        printing.cancel()
        await asyncio.gather(printing, return_exceptions=True)

    scene(then, None, *subs)


@pytest.mark.row("D9")
def test_a_channel_that_stays_silent_gets_a_new_socket_and_then_is_parked_alone() -> None:
    async def then(live: LiveFeed, network: Network, server: Server) -> None:
        await asyncio.sleep(60)
        server.muted.add("book BTC")
        await until(PARKED, live, BTC, 300)
        assert len(network.connects) == 2
        assert live.board.market(ETH).streams["book"].state is LIVE
        server.muted.clear()
        await until(LIVE, live, BTC, 400)

    scene(then, None, BOOK, BOOK._replace(symbol="ETH"))


@pytest.mark.row("D10")
def test_a_tape_at_rest_is_not_accused_after_an_outage() -> None:
    async def then(live: LiveFeed, network: Network, server: Server) -> None:
        await until(LIVE, live)
        for n in range(100):
            network.sockets[0].say(f"trade BTC {n}")
            await asyncio.sleep(3.0)
        network.sockets[0].close_with(1012)
        await asyncio.sleep(20.0)
        stream = live.board.market(BTC).streams["trades"]
        assert stream.state is QUIET
        assert len(network.connects) == 2

    scene(then, None, BOOK, TAPE)


@pytest.mark.row("D10")
def test_six_hours_with_few_trades_bring_no_stale_mark_and_no_new_socket() -> None:
    async def then(live: LiveFeed, network: Network, server: Server) -> None:
        diary = Diary()
        live.supervisor.listeners.append(diary)
        await until(LIVE, live)
        for n in range(6 * 20):
            network.sockets[0].say(f"trade BTC {2 * n}")
            network.sockets[0].say(f"trade BTC {2 * n + 1}")
            await asyncio.sleep(180.0)
        assert [entry for entry in diary.streams if entry[3] is STALE] == []
        assert len(network.connects) == 1

    scene(then, Server(period=2.0), BOOK, TAPE)


@pytest.mark.row("E8")
def test_a_connection_task_that_dies_is_started_again_and_the_log_says_so() -> None:
    async def then(live: LiveFeed, network: Network, server: Server) -> None:
        await until(LIVE, live)

        class Faulty(Diary):
            def link(self, connection: Connection, before: Link) -> None:
                live.supervisor.listeners.clear()
                raise ZeroDivisionError

        live.supervisor.listeners.append(Faulty())
        network.sockets[0].close_with(1001)
        await asyncio.sleep(1)
        await until(LIVE, live)
        assert any("ZeroDivisionError" in entry.text for entry in live.log)

    scene(then)


@pytest.mark.row("E8")
def test_a_fault_in_the_watch_does_not_end_the_watch() -> None:
    async def then(live: LiveFeed, network: Network, server: Server) -> None:
        await asyncio.sleep(60)

        class Faulty(Diary):
            def stream(self, connection: Connection, symbol: str, stream: Stream) -> None:
                live.supervisor.listeners.clear()
                raise ZeroDivisionError

        live.supervisor.listeners.append(Faulty())
        server.muted.add("book BTC")
        await until(QUIET, live)
        server.muted.clear()
        await until(LIVE, live)
        server.muted.add("book BTC")
        await until(STALE, live)
        assert any("ZeroDivisionError" in entry.text for entry in live.log)

    scene(then)


class Ticking(Words):
    """Crashes at a look at the clock."""

    def ticked(self, now: float) -> Step:
        raise ZeroDivisionError


@pytest.mark.row("E8")
def test_a_session_that_crashes_at_every_look_is_parked_and_seen() -> None:
    async def then(live: LiveFeed, network: Network, server: Server) -> None:
        await asyncio.sleep(60)
        assert link(live).state is LinkState.PARKED
        assert link(live).reason.startswith("crashed: ZeroDivisionError")

    scene(then, venue=replace(toy(), public=Ticking))


@pytest.mark.row("E4")
def test_nothing_is_left_running_when_the_feed_ends_in_whatever_state() -> None:
    async def refuse(network: Network) -> FakeSocket:
        await asyncio.sleep(3)
        raise ConnectionRefusedError(111, "")

    async def main() -> None:
        for seconds in (0.0, 0.1, 2.0, 4.0):
            for meet in (refuse, Server()):
                rest = NoRest()
                live = feed(Network(meet), rest=rest)
                async with live.running():
                    live.want([("toy", BOOK)])
                    await asyncio.sleep(seconds)
                assert asyncio.all_tasks() == {asyncio.current_task()}
                assert rest.closed

    play(main())


def test_leaving_is_no_news_to_listeners() -> None:
    diary = Diary()

    async def then(live: LiveFeed, network: Network, server: Server) -> None:
        await until(LIVE, live)
        live.supervisor.listeners.append(diary)

    scene(then)
    assert diary.links == []
    assert diary.streams == []


def test_the_strip_and_the_rate_tell_the_last_hour() -> None:
    async def then(live: LiveFeed, network: Network, server: Server) -> None:
        await asyncio.sleep(600)
        report = live.reports()[0]
        assert report.strip == ("l" * 10).rjust(60)
        assert report.rate == pytest.approx(3.0, abs=0.5)
        assert report.attempts in (0, 1)
        assert report.rtt == 0.05

    scene(then)


class Seeded(Words):
    """Gets its books over REST, as Binance's are: what the stream says waits for the answer."""

    def opened(self, now: float) -> Step:
        step = super().opened(now)
        step.requests.append(Request("/snapshot", (("symbol", "BTC"),)))
        return step

    def received(self, frame: bytes, now: float) -> Step:
        return Step() if frame.startswith(b"book BTC") else super().received(frame, now)

    def answered(self, request: Request, answer: Answer, now: float) -> Step:
        return super().received(b"book BTC 1", now)


@pytest.mark.row("D3")
def test_a_snapshot_that_does_not_come_costs_no_socket_on_which_data_flows() -> None:
    eth = BOOK._replace(symbol="ETH")

    async def then(live: LiveFeed, network: Network, server: Server) -> None:
        await until(LIVE, live, ETH)
        await asyncio.sleep(600)
        assert live.board.market(BTC).streams["book"].state is SYNCING
        assert live.board.market(ETH).streams["book"].state is LIVE
        assert len(network.connects) == 1

    scene(then, None, BOOK, eth, venue=replace(toy(), public=Seeded), rest=NoRest())
    scene(then, None, BOOK, eth, venue=replace(toy(heartbeat=0.0), public=Seeded), rest=NoRest())


@pytest.mark.row("D3")
def test_a_snapshot_that_comes_late_makes_the_book_live() -> None:
    class Late(NoRest):
        async def fetch(self, request: Request) -> Answer:
            await asyncio.sleep(40)
            return Answer(200, b"")

    async def then(live: LiveFeed, network: Network, server: Server) -> None:
        assert 39 < await until(LIVE, live) < 41
        assert len(network.connects) == 1

    scene(then, None, BOOK, venue=replace(toy(), public=Seeded), rest=Late())


def test_a_hole_names_its_channel_its_beginning_and_what_was_missed() -> None:
    async def then(live: LiveFeed, network: Network, server: Server) -> None:
        await until(LIVE, live, BTC)
        network.sockets[0].say("lost BTC gap_7-9")
        await asyncio.sleep(0.1)
        [gap] = live.board.gaps
        assert (gap.symbol, gap.channels, gap.reason) == ("BTC", ("book",), "gap_7-9")
        network.sockets[0].close_with(1012)
        await asyncio.sleep(0.1)
        lost = next(gap for gap in live.board.gaps if not gap.symbol)
        assert lost.channels == ("book", "trades")

    scene(then, None, BOOK, TAPE)


def test_a_silent_channel_is_a_hole_from_its_last_word_on() -> None:
    async def then(live: LiveFeed, network: Network, server: Server) -> None:
        await asyncio.sleep(60)
        server.muted.add("book BTC")
        await until(STALE, live, BTC, 60)
        last = live.board.markets[BTC].streams["book"].received_at
        assert last is not None
        gap = next(gap for gap in live.board.gaps if gap.symbol == "BTC")
        assert gap.channels == ("book",)
        assert gap.start == pytest.approx(live.wall() - (live.now() - last), abs=0.3)
        assert gap.end is None
        server.muted.clear()
        await until(LIVE, live, BTC, 60)
        gap = next(gap for gap in live.board.gaps if gap.symbol == "BTC")
        assert gap.end is not None

    scene(then, None, BOOK, Subscription("book", "ETH"))


def test_the_ledger_says_which_updates_were_missed() -> None:
    ledger = Ledger()
    ledger.open("toy public", "BTC", 5.0, "gap 7-9", ("book",), "updates 7-9")
    ledger.open("toy public", "BTC", 6.0, "silent", ("trades",))
    ledger.close("toy public", "BTC", 8.0, ("book",))
    trades, book = ledger
    assert (book.end, book.missed) == (8.0, "updates 7-9")
    assert trades.end is None


def test_every_stream_has_its_own_last_hour() -> None:
    async def then(live: LiveFeed, network: Network, server: Server) -> None:
        await asyncio.sleep(130)
        server.muted.add("book BTC")
        await asyncio.sleep(70)
        [report] = live.reports()
        strips = dict(report.streams)
        assert strips["ETH book"].strip().endswith("l")
        assert "s" in strips["BTC book"].strip()[2:]
        live.want([("toy", Subscription("book", "ETH"))])
        assert "BTC book" not in dict(live.reports()[0].streams)

    scene(then, None, BOOK, Subscription("book", "ETH"), TAPE)


def test_what_is_not_understood_is_logged_and_whoever_listens_gets_every_frame() -> None:
    class Mumbling(Words):
        def _mumble(self) -> Iterable[Event]:
            yield Unparsed("no such word", "mumble")

    class Ear(Diary):
        def __init__(self) -> None:
            super().__init__()
            self.heard: list[str] = []

        def frame(self, connection: Connection, direction: object, data: str) -> None:
            self.heard.append(f"{direction} {data}")

    async def main() -> None:
        network, ear = Network(Server()), Ear()
        live = feed(network, venue=replace(toy(), public=Mumbling))
        async with live.running():
            live.supervisor.listeners.append(ear)
            live.supervisor.recording = True
            live.want([("toy", BOOK)])
            await asyncio.sleep(1)
            network.sockets[0].say("mumble")
            await asyncio.sleep(1)
            assert "in mumble" in ear.heard
            assert "out subscribe book BTC" in ear.heard
            [entry] = [entry for entry in live.log if entry.state == "BAD"]
            assert entry.text == "no such word: mumble"

    play(main())
