"""Each fault of the exchange is seen, named and got over; no wrong book is ever shown."""

from __future__ import annotations

import asyncio
import socket
from contextlib import AsyncExitStack

import pytest
from tests.chaos.plugin import Figure
from tests.e2e.house import BTC, ETH, VENUES, all_live, books, everything, house, link, state, until

from wsdash.domain.instrument import MarketKey
from wsdash.exchange.server import Exchange
from wsdash.feed.link import Link, LinkState
from wsdash.feed.market import ChannelState

LIVE, RESYNC, STALE = ChannelState.LIVE, ChannelState.RESYNC, ChannelState.STALE


@pytest.mark.row("D1", "D2")
@pytest.mark.parametrize("venue", VENUES)
@pytest.mark.parametrize(
    ("fault", "reasons"),
    [
        ("drop 1", ("gap", "checksum")),
        ("swap 1", ("gap", "checksum")),
    ],
)
async def test_a_spoilt_change_costs_that_book_alone_a_resync(
    venue: str, fault: str, reasons: tuple[str, ...]
) -> None:
    async with Exchange() as exchange, house(exchange) as (feed, oracle):
        feed.want(books(BTC[venue], ETH[venue]))
        await all_live(feed, BTC[venue], ETH[venue])
        oracle.states.clear()
        exchange.inject(
            {"at": "0s", "venue": venue, "symbol": BTC[venue].name, "ch": "book", "do": fault}
        )
        await until(lambda: bool(oracle.book_states(BTC[venue])))
        seen, reason = oracle.book_states(BTC[venue])[0]
        assert seen is RESYNC
        assert reason.startswith(reasons)
        await all_live(feed, BTC[venue])
        moved = oracle.compared
        await until(lambda: oracle.compared > moved + 20)
        assert oracle.book_states(ETH[venue]) == []
        assert oracle.wrong == []


@pytest.mark.row("D4")
async def test_a_wrong_checksum_is_not_believed() -> None:
    key = BTC["kraken"]
    async with Exchange() as exchange, house(exchange) as (feed, oracle):
        feed.want(books(key))
        await all_live(feed, key)
        oracle.states.clear()
        exchange.inject({"at": "0s", "venue": "kraken", "ch": "book", "do": "bad_crc 1"})
        await until(lambda: bool(oracle.book_states(key)))
        await all_live(feed, key)
        assert oracle.book_states(key)[0] == (RESYNC, "checksum")
        assert oracle.wrong == []


@pytest.mark.row("D2")
@pytest.mark.parametrize("fault", ["dup 3", "garbage 2"])
async def test_what_does_no_harm_costs_no_connection(fault: str) -> None:
    async with Exchange() as exchange, house(exchange) as (feed, oracle):
        feed.want(books(*BTC.values()))
        await all_live(feed, *BTC.values())
        oracle.states.clear()
        sessions = len(oracle.links)
        for venue in VENUES:
            exchange.inject({"at": "0s", "venue": venue, "ch": "book", "do": fault})
        moved = oracle.compared
        await until(lambda: oracle.compared > moved + 100)
        assert len(oracle.links) == sessions
        assert oracle.wrong == []
        assert oracle.book_states(BTC["binance"]) == []


@pytest.mark.row("A2", "C2")
@pytest.mark.parametrize("venue", VENUES)
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("close 1012 restarting", "closed 1012 (venue restarting): restarting"),
        ("close 1000", "closed 1000 (closed by the venue)"),
        ("close 4003 slow consumer", "closed 4003 (closed by the venue): slow consumer"),
        ("abort", ("lost 1006 (no close frame)", "connection reset")),
    ],
)
async def test_a_connection_that_is_lost_marks_its_books_and_comes_back(
    venue: str, fault: str, words: str | tuple[str, ...]
) -> None:
    async with Exchange() as exchange, house(exchange) as (feed, oracle):
        other = VENUES[VENUES.index(venue) - 1]
        feed.want(books(BTC[venue], BTC[other]))
        await all_live(feed, BTC[venue], BTC[other])
        oracle.states.clear()
        oracle.links.clear()
        exchange.inject({"at": "0s", "venue": venue, "do": fault})
        await until(lambda: link(feed, venue).state is not LinkState.LIVE)
        assert state(feed, BTC[venue]) is not LIVE
        await all_live(feed, BTC[venue])
        (_, state_then, reason) = oracle.links[0]
        assert state_then is LinkState.BACKOFF
        assert reason in ((words,) if isinstance(words, str) else words)
        assert (STALE, reason) in oracle.book_states(BTC[venue])
        assert {name for name, _, _ in oracle.links} == {venue}
        assert oracle.book_states(BTC[other]) == []
        assert oracle.wrong == []


@pytest.mark.row("B1", "B2", "B3", "B4", "C1")
@pytest.mark.parametrize(
    ("fault", "state_then", "words"),
    [
        ({"do": "status 503"}, LinkState.BACKOFF, "HTTP 503"),
        ({"do": "status 429", "retry_after": 1}, LinkState.HOLD, "429 rate limited"),
        ({"do": "status 403", "times": 2}, LinkState.BACKOFF, "403 forbidden"),
        ({"do": "status 451"}, LinkState.PARKED, "451 restricted location"),
        ({"do": "redirect http://127.0.0.1:1/x"}, LinkState.PARKED, "redirected to 127.0.0.1"),
        ({"do": "flap 1008"}, LinkState.BACKOFF, "closed 1008 (policy violation)"),
    ],
    ids=lambda value: value["do"] if isinstance(value, dict) else "",
)
async def test_a_handshake_that_is_met_with_a_fault_is_named_and_tried_again(
    fault: dict[str, object], state_then: LinkState, words: str
) -> None:
    faults = [{"at": "0s", "venue": venue, **fault} for venue in VENUES]
    async with Exchange(faults=faults) as exchange, house(exchange) as (feed, oracle):
        feed.want(books(*BTC.values()))
        for venue in VENUES:
            reason = await oracle.reached(venue, state_then)
            assert reason.startswith(words)
            if state_then is LinkState.PARKED:
                await asyncio.sleep(0.5)
                assert link(feed, venue).state is LinkState.PARKED
                assert [c.path for c in exchange.connects if c.venue == venue][1:] == []
                feed.reconnect(venue)
        await all_live(feed, *BTC.values())
        assert oracle.wrong == []


@pytest.mark.row("D9")
async def test_a_channel_that_falls_silent_while_the_others_go_on_is_found_and_repaired() -> None:
    async with Exchange(rate=2.0) as exchange, house(exchange) as (feed, oracle):
        feed.want(everything(*BTC.values()) + books(*ETH.values()))
        await all_live(feed, *BTC.values(), *ETH.values())
        silent = [feed.board.market(key).streams["book"] for key in BTC.values()]
        await until(lambda: all(stream.threshold < 6 for stream in silent))
        oracle.states.clear()
        sessions = len(oracle.links)
        silence = {"at": "0s", "symbol": "BTC/USD", "ch": "book", "keep": ["ack", "snapshot"]}
        for venue in VENUES:
            exchange.inject({**silence, "venue": venue, "do": "silence", "for": 6.5})

        def found(key: MarketKey) -> bool:  # 5 s, or a little more where the cadence was learnt so
            return any(
                state is STALE and reason.startswith("no data for ")
                for state, reason in oracle.book_states(key)
            )

        await until(lambda: all(found(key) for key in BTC.values()))
        await all_live(feed, *BTC.values())
        await asyncio.sleep(2.0)  # the silence ends meanwhile
        await all_live(feed, *BTC.values())
        for key in ETH.values():  # on a busy machine data may be late, and is marked as that
            assert all(
                state is LIVE or reason.startswith("lagging ")
                for state, reason in oracle.book_states(key)
            )
        assert len(oracle.links) == sessions
        moved = oracle.compared
        await until(lambda: oracle.compared > moved + 20)
        assert oracle.wrong == []


async def aged(exchange: Exchange, changes: int) -> None:
    """Wait until the market has a past."""
    truth = exchange.market.listings["BTC/USD"].truth
    first = truth.sequence
    await until(lambda: truth.sequence > first + changes)


@pytest.mark.row("D3")
async def test_a_snapshot_that_is_too_old_is_never_shown() -> None:
    fault: dict[str, object] = {
        "at": "0s",
        "venue": "binance",
        "on": "rest",
        "do": "stale_snapshot 100",
        "times": 2,
    }
    async with Exchange(rate=3.0) as exchange, house(exchange) as (feed, oracle):
        await aged(exchange, 120)
        exchange.inject(fault)
        feed.want(books(BTC["binance"]))
        await all_live(feed, BTC["binance"])
        moved = oracle.compared
        await until(lambda: oracle.compared > moved + 10)
        assert oracle.wrong == []


@pytest.mark.row("D3", "D4")
async def test_an_old_snapshot_of_kraken_is_unmasked_by_the_next_change() -> None:
    key = BTC["kraken"]
    async with Exchange() as exchange, house(exchange) as (feed, oracle):
        await aged(exchange, 80)
        exchange.inject({"at": "0s", "venue": "kraken", "do": "stale_snapshot 50"})
        feed.want(books(key))
        await until(lambda: (RESYNC, "checksum") in oracle.book_states(key))
        await all_live(feed, key)
        moved = oracle.compared
        await until(lambda: oracle.compared > moved + 20)
        assert oracle.wrong == []  # the snapshot was the book of the time it carried


@pytest.mark.row("D8")
@pytest.mark.parametrize("venue", VENUES)
async def test_a_refused_subscription_says_why_and_the_others_are_live(venue: str) -> None:
    fault: dict[str, object] = {"at": "0s", "venue": venue, "ch": "trades"}
    fault["do"] = "reject Exceeded msg rate"
    async with Exchange(faults=[fault]) as exchange, house(exchange) as (feed, oracle):
        feed.want(everything(BTC[venue]))
        await all_live(feed, BTC[venue])
        refused = [
            s
            for s in feed.board.market(BTC[venue]).streams.values()
            if s.state is ChannelState.PARKED
        ]
        assert all(stream.reason == "rejected: Exceeded msg rate" for stream in refused)
        assert refused or venue in ("binance", "bybit")  # their answer is for a whole frame
        assert oracle.wrong == []


@pytest.mark.row("D16")
async def test_a_symbol_nobody_lists_is_parked_and_harms_nobody() -> None:
    odd = [
        key._replace(name="NOPE/USD" if key.venue == "kraken" else "NOPEUSDT")
        for key in BTC.values()
    ]
    async with Exchange() as exchange, house(exchange) as (feed, oracle):
        feed.want(books(*BTC.values(), *odd))
        await all_live(feed, *BTC.values())
        await until(lambda: all(state(feed, key) is ChannelState.PARKED for key in odd))
        for key in odd:
            assert feed.board.market(key).streams["book"].reason.startswith("rejected")
        assert oracle.wrong == []


@pytest.mark.row("A2")
async def test_an_exchange_that_dies_is_missed_at_once_and_found_again_on_its_return() -> None:
    keys = list(BTC.values())
    port = free_ports()
    async with AsyncExitStack() as first:
        exchange = await first.enter_async_context(Exchange(seed=3, port=port))
        async with house(exchange) as (feed, oracle):
            feed.want(books(*keys))
            await all_live(feed, *keys)
            await first.aclose()
            await until(lambda: all(_is_refused(link(feed, venue)) for venue in VENUES))
            assert all(state(feed, key) is STALE for key in keys)
            assert {gap.connection for gap in feed.board.gaps if gap.end is None} == {
                f"{venue} public" for venue in VENUES
            }
            async with Exchange(seed=4, port=port) as again:
                oracle.exchange = again
                await all_live(feed, *keys)
                moved = oracle.compared
                await until(lambda: oracle.compared > moved + 20)
                assert oracle.wrong == []
                await until(lambda: all(gap.end is not None for gap in feed.board.gaps))


def _is_refused(seen: Link) -> bool:
    return seen.state is LinkState.BACKOFF and seen.reason.startswith("connection refused")


def free_ports() -> int:
    """A port that is free, and the next one too."""
    while True:
        with socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", 0))
            port = int(one.getsockname()[1])
            try:
                two.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


@pytest.mark.row("D3")
async def test_books_wait_for_rest_while_streams_flow_and_are_live_when_it_is_back() -> None:
    key = BTC["binance"]
    fault: dict[str, object] = {"at": "0s", "venue": "binance", "on": "rest", "do": "status 503"}
    async with Exchange() as exchange, house(exchange) as (feed, oracle):
        exchange.inject({**fault, "for": 7})
        feed.want(books(key))
        await all_live(feed, key)
        assert len([entry for entry in oracle.links if entry[1] is LinkState.CONNECTING]) == 1
        assert oracle.wrong == []


@pytest.mark.row("A2")
async def test_a_reset_is_on_the_board_before_anybody_can_look(figure: Figure) -> None:
    """From the reset to the word on the board; the marks come in the very same call."""
    loop, took = asyncio.get_running_loop(), list[float]()
    async with Exchange() as exchange, house(exchange) as (feed, oracle):
        feed.want(books(*BTC.values()))
        for _ in range(3):
            await all_live(feed, *BTC.values())
            oracle.links.clear()
            began = loop.time()
            exchange.drop_all()
            for venue in VENUES:
                await oracle.reached(venue, LinkState.BACKOFF)
                assert state(feed, BTC[venue]) is not LIVE
            took.append(loop.time() - began)
        assert oracle.wrong == []
    figure("S4", longest=max(took), frames_compared=oracle.compared)
