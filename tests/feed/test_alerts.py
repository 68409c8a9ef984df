"""The alert engine on a board that changes in virtual time: it fires on what is true, and once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.feed.scripted import BOOK, TAPE, Network, Server
from tests.feed.scripted import feed as scripted_feed
from tests.virtual import EPOCH, START, VirtualClock, play

from wsdash.domain.alerts import Fired, Trigger
from wsdash.domain.alerts_text import BadRule, parse
from wsdash.domain.book import OrderBook
from wsdash.domain.events import (
    AuthFailed,
    BookLost,
    BookMoved,
    BookSynced,
    Channel,
    Event,
    KeyChecked,
    Printed,
    Subscribed,
    TickerMoved,
)
from wsdash.domain.instrument import MarketKey
from wsdash.domain.trades import Aggressor, Trade
from wsdash.feed.alerts import ANYHOW, PER_SECOND, Alerts
from wsdash.feed.apply import apply
from wsdash.feed.connection import Connection
from wsdash.feed.link import Link, LinkState
from wsdash.feed.market import Board, ChannelState, Stream
from wsdash.feed.notify import Delivery
from wsdash.venues.venue import Subscription

KRAKEN, BINANCE = MarketKey("kraken", "BTC/USD"), MarketKey("binance", "BTCUSDT")


class Told:
    """A delivery that remembers."""

    def __init__(self) -> None:
        self.fired: list[Fired] = []

    async def deliver(self, fired: Fired) -> str:
        self.fired.append(fired)
        return ""

    async def close(self) -> None:
        pass


class World:
    """A board with two markets and an engine, told what a supervisor would tell."""

    def __init__(self, *rules: str, outlets: dict[str, Delivery] | None = None) -> None:
        self.clock = VirtualClock()
        self.board = Board()
        self.alerts = Alerts(self.board, self.clock, outlets=outlets)
        self.numbers = iter(range(1, 10_000))
        for key in (KRAKEN, BINANCE):
            channels: tuple[Channel, ...] = ("book", "trades", "ticker")
            for channel in channels:
                self.board.market(key).streams[channel] = Stream(channel, self.now)
        for rule in rules:
            self.alerts.add(rule)

    @property
    def now(self) -> float:
        return self.clock.monotonic()

    @property
    def fired(self) -> list[str]:
        return [f"{fired.rule}: {fired.value}" for fired in self.alerts.log]

    def say(self, event: Event, key: MarketKey = KRAKEN) -> None:
        """What the supervisor does with a fact."""
        stream = apply(self.board, key.venue, event, self.now)
        if stream is not None:
            self.alerts.stream(connection(key.venue), getattr(event, "symbol", ""), stream)
        match event:
            case BookLost():
                self.board.gaps.open(
                    f"{key.venue} public", event.symbol, self.clock.wall(), event.reason
                )
            case BookSynced():
                self.board.gaps.close(f"{key.venue} public", event.symbol, self.clock.wall())
        self.alerts.fact(key.venue, event)

    def book(self, bid: str, ask: str, key: MarketKey = KRAKEN, size: str = "1") -> None:
        made = OrderBook()
        made.apply([(bid, size)], [(ask, size)])
        self.say(BookSynced(key.name, made, None, None), key)

    def trade(self, price: str, size: str = "1", *, history: bool = False) -> Printed:
        side: Aggressor = "buy"
        trade = Trade(str(next(self.numbers)), price, size, side, None, history)
        event = Printed(KRAKEN.name, trade)
        self.say(event)
        return event

    def enter(self, channel: Channel, state: str, key: MarketKey = KRAKEN, why: str = "") -> None:
        stream = self.board.market(key).streams[channel]
        if stream.enter(ChannelState(state), self.now, why):
            self.alerts.stream(connection(key.venue), key.name, stream)


def connection(venue: str, link: Link | None = None, role: str = "public") -> Connection:
    made = SimpleNamespace(venue=SimpleNamespace(name=venue), link=link, role=role)
    return cast("Connection", made)


def scene(
    act: Callable[[World], Awaitable[None]], *rules: str, outlets: dict[str, Any] | None = None
) -> World:
    """Play a scene with the engine running, and return what is left of the world."""

    async def run() -> World:
        world = World(*rules, outlets=outlets)
        async with world.alerts.running():
            await act(world)
        return world

    return play(run())


async def a_look() -> None:
    await asyncio.sleep(1.5 / PER_SECOND)


def test_it_fires_within_a_twentieth_of_a_second_with_what_it_saw() -> None:
    async def act(world: World) -> None:
        world.book("65999", "66000")
        await asyncio.sleep(1.0)
        assert world.fired == []
        before = world.now
        world.book("66000.5", "66001")
        await asyncio.sleep(1 / PER_SECOND + 0.001)
        fired = world.alerts.log[-1]
        assert fired.rule == "kraken:BTC/USD price > 66000 bell"
        assert fired.value == "66000.75"
        assert fired.state.startswith("book LIVE 0.")
        assert before <= fired.time - EPOCH + START <= world.now
        assert [event.kind for event in world.alerts.terminal] == ["bell"]

    scene(act, "kraken:BTC/USD price > 66000 bell")


def test_it_fires_again_only_after_it_was_false_for_a_while() -> None:
    async def act(world: World) -> None:
        for bid, ask, pause in (
            ("67000", "67001", 2), ("60000", "60001", 3), ("67000", "67001", 2),
            ("60000", "60001", 4), ("60000", "60001", 4), ("67000", "67001", 2),
        ):  # fmt: skip
            world.book(bid, ask)
            await asyncio.sleep(pause)

    assert len(scene(act, "kraken:BTC/USD price > 66000").fired) == 2


def test_the_price_is_that_of_the_prints_even_between_two_looks() -> None:
    async def act(world: World) -> None:
        world.book("64999", "65001")
        world.trade("66500", history=True)
        await a_look()
        for price in ("65000", "66001", "65000"):
            world.trade(price)
        await a_look()

    assert scene(act, "kraken:BTC/USD price > 66000", "kraken:BTC/USD price < 64999").fired == [
        "kraken:BTC/USD price > 66000: 66001"
    ]


def test_a_print_counts_once_and_history_not_at_all() -> None:
    async def act(world: World) -> None:
        world.trade("1", "50", history=True)
        await a_look()
        assert world.fired == []
        big = world.trade("1", "7.50")
        world.trade("1", "2")
        await a_look()
        world.say(big)  # as another connection tells of it too
        await a_look()

    assert scene(act, "kraken:BTC/USD print >= 5 rearm 0s").fired == [
        "kraken:BTC/USD print >= 5 rearm 0s: 7.5"
    ]


def test_prints_from_before_a_loss_are_forgotten() -> None:
    async def act(world: World) -> None:
        world.trade("66500", "9")
        world.enter("trades", "STALE", why="lost 1006")
        await a_look()
        world.say(Subscribed("trades", KRAKEN.name))
        await asyncio.sleep(2 * ANYHOW)
        assert world.board.market(KRAKEN).streams["trades"].state == "QUIET"

    rules = ("kraken:BTC/USD price > 66000", "kraken:BTC/USD print > 5")
    assert scene(act, *rules).fired == []


def test_a_ticker_from_before_a_loss_is_not_the_price_after_it() -> None:
    async def act(world: World) -> None:
        ticker = TickerMoved(KRAKEN.name, None, None, "66500", None, None, None)
        world.say(ticker)
        world.enter("ticker", "STALE")
        world.say(Subscribed("ticker", KRAKEN.name))
        await asyncio.sleep(2 * ANYHOW)
        assert world.fired == []
        world.say(ticker)
        await a_look()
        assert len(world.fired) == 1

    scene(act, "kraken:BTC/USD price > 66000")


def test_rules_about_the_book() -> None:
    async def act(world: World) -> None:
        world.book("100", "101", size="12")
        await a_look()

    rules = {
        "kraken:BTC/USD spread > 99bp": "99.5bp",
        "kraken:BTC/USD spread > 100bp": None,
        "kraken:BTC/USD size >= 12 at best": "12",
        "kraken:BTC/USD size > 12 at bid": None,
        "kraken:BTC/USD size >= 10 at 101.0": "12",
        "kraken:BTC/USD size < 1 at 100.5": "0",
        "kraken:BTC/USD size < 1 at 99": None,  # nobody knows what is below the last level
        "kraken:BTC/USD size < 1 at 102": None,
        "kraken:BTC/USD imbalance >= 0": "0",
        "kraken:BTC/USD imbalance > 0.1": None,
    }
    fired = scene(act, *rules).fired
    stored = {rule.replace("101.0", "101"): value for rule, value in rules.items()}
    assert fired == [f"{rule}: {value}" for rule, value in stored.items() if value is not None]


def test_a_basis_is_of_two_books_that_are_both_live() -> None:
    async def act(world: World) -> None:
        world.book("100", "102")
        world.book("90", "92", BINANCE)
        world.enter("book", "STALE", BINANCE)
        await a_look()
        assert world.fired == []
        world.book("90", "92", BINANCE)
        await a_look()

    world = scene(act, "kraken:BTC/USD basis binance:btc/usdt > 10bp")
    assert world.fired == ["kraken:BTC/USD basis binance:BTCUSDT > 10bp: 1098.9bp"]


def test_the_pace_is_known_after_its_whole_window() -> None:
    async def act(world: World) -> None:
        for _ in range(160):
            world.trade("1")
            await asyncio.sleep(0.1)

    rules = ("kraken:BTC/USD pace > 9", "kraken:BTC/USD pace < 5")
    assert [rule.partition(":")[2] for rule in scene(act, *rules).fired] == ["BTC/USD pace > 9: 10"]


FLOWING = ("LIVE", "QUIET")
moves = st.one_of(
    st.tuples(st.just("book"), st.sampled_from(["1", "100"]), st.sampled_from(["101", "900"])),
    st.tuples(st.just("trade"), st.sampled_from(["1", "500"]), st.sampled_from(["1", "50"])),
    st.tuples(
        st.just("enter"), st.sampled_from(["book", "trades", "ticker"]),
        st.sampled_from([*ChannelState]),
    ),
    st.tuples(st.just("far"), st.sampled_from(["1", "100"]), st.sampled_from([*ChannelState])),
    st.tuples(st.just("lost"), st.just(""), st.just("")),
    st.tuples(st.just("tick"), st.sampled_from(["1", "500"]), st.just("")),
    st.tuples(st.just("wait"), st.sampled_from(["0.06", "1", "6", "130"]), st.just("")),
)  # fmt: skip
NUMBERS = (
    "kraken:BTC/USD price > 200", "kraken:BTC/USD price crosses 200",
    "kraken:BTC/USD price < 50", "kraken:BTC/USD print > 5", "kraken:BTC/USD size > 0 at best",
    "kraken:BTC/USD spread > 50bp", "kraken:BTC/USD imbalance >= 0", "kraken:BTC/USD pace >= 0",
    "kraken:BTC/USD basis binance:BTCUSDT > 10bp",
)  # fmt: skip
NEEDS: dict[str, tuple[Channel, ...]] = {
    "price": ("trades", "book", "ticker"), "print": ("trades",), "pace": ("trades",),
}  # fmt: skip


async def act_out(world: World, what: str, one: str, two: str) -> None:
    match what:
        case "book" if float(one) < float(two):
            world.book(one, two)
        case "trade":
            world.trade(one, two)
        case "enter":
            world.enter(cast("Channel", one), two)
        case "far":
            world.book(one, "101", BINANCE)
            world.enter("book", two, BINANCE)
        case "lost":
            world.say(BookLost(KRAKEN.name, "gap"))
        case "tick":
            world.say(TickerMoved(KRAKEN.name, None, None, one, None, None, None))
        case "wait":
            await asyncio.sleep(float(one))


def assert_live(world: World, fired: Fired) -> None:
    kind = fired.rule.split()[1]
    streams = world.board.market(KRAKEN).streams
    live = [c for c in NEEDS.get(kind, ("book",)) if streams[c].state in FLOWING]
    state = fired.state.removeprefix("kraken ")
    assert any(state.startswith(f"{c} {streams[c].state}") for c in live)
    if kind == "basis":
        assert world.board.market(BINANCE).streams["book"].state in FLOWING


@settings(deadline=None)
@given(st.lists(moves, max_size=40))
def test_no_number_fires_that_is_not_live(script: list[tuple[str, str, str]]) -> None:
    async def run() -> None:
        world = World(*(f"{rule} rearm 0s" for rule in NUMBERS))
        for what, one, two in script:
            await act_out(world, what, one, two)
            before = len(world.alerts.log)
            world.alerts.look()
            for fired in list(world.alerts.log)[before:]:
                assert_live(world, fired)
        assert not world.alerts.problems

    play(run())


def test_a_live_stream_that_nobody_marked_is_not_believed_for_ever() -> None:
    async def act(world: World) -> None:
        world.book("1", "2")
        await asyncio.sleep(121)
        assert world.board.market(KRAKEN).streams["book"].state == "LIVE"
        world.alerts.add("kraken:BTC/USD size > 0")
        world.alerts.add("kraken:BTC/USD stale > 60s")
        await asyncio.sleep(1)

    assert [text.split(":")[1] for text in scene(act).fired] == ["BTC/USD stale > 60s"]


def test_after_a_standstill_nothing_is_believed_until_the_feed_has_looked() -> None:
    async def act(world: World) -> None:
        world.book("1", "2")
        world.alerts.look()
        world.alerts._looked -= 480.0  # the machine slept
        world.trade("66500")
        world.book("66500", "66501")
        await asyncio.sleep(0.9)
        assert world.fired == []
        await asyncio.sleep(0.3)
        assert len(world.fired) == 1

    scene(act, "kraken:BTC/USD price > 66000")


def test_a_market_is_looked_at_twenty_times_a_second_at_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks: list[str] = []
    look = Trigger.look

    def counted(trigger: Trigger, values: Any, now: float) -> Any:
        looks.append(str(trigger.rule))
        return look(trigger, values, now)

    monkeypatch.setattr(Trigger, "look", counted)

    async def act(world: World) -> None:
        world.book("1", "2")
        for number in range(5_000):
            world.say(BookMoved(KRAKEN.name, number, None))
            world.say(BookMoved("ETH/USD", number, None))
            await asyncio.sleep(0.002)

    scene(act, "kraken:BTC/USD price > 66000", "binance:BTCUSDT price > 66000")
    kraken = [rule for rule in looks if rule.startswith("kraken")]
    assert 150 <= len(kraken) <= 10 * PER_SECOND + 2
    assert len(looks) - len(kraken) <= 10 / ANYHOW + 2


def test_quality_rules_fire_on_what_is_wrong_with_the_data() -> None:
    async def act(world: World) -> None:
        world.book("1", "2")
        channels: tuple[Channel, ...] = ("trades", "ticker")
        for channel in channels:
            world.say(Subscribed(channel, KRAKEN.name))
        await a_look()
        assert world.fired == []
        world.say(BookLost(KRAKEN.name, "gap 5-7"))
        world.book("1", "2")  # whole again before anybody looked
        await a_look()
        assert sorted(world.fired) == ["kraken gap: ", "kraken:BTC/USD gap: "]
        assert world.alerts.log[0].state == "BTC/USD gap 5-7"
        world.enter("book", "STALE", why="no data for 5 s")
        await asyncio.sleep(9.5)
        assert len(world.fired) == 2
        await asyncio.sleep(1)
        assert [rule.partition(": ")[0] for rule in world.fired[2:]] == [
            "kraken:BTC/USD stale > 10s"
        ]
        assert world.alerts.log[-1].state.startswith("book STALE 10.")
        world.say(BookLost(KRAKEN.name, "checksum", parked=True))
        await asyncio.sleep(1)
        assert "kraken parked: " in world.fired

    rules = ("kraken gap", "kraken:BTC/USD gap", "binance gap", "kraken:BTC/USD stale > 10s",
             "kraken parked", "binance parked", "binance:BTCUSDT gap")  # fmt: skip
    scene(act, *rules)


def test_a_key_that_may_do_more_or_is_refused_is_said() -> None:
    async def act(world: World) -> None:
        world.say(KeyChecked("read only", more=False))
        await asyncio.sleep(1)
        assert world.fired == []
        world.say(AuthFailed("EAPI:Invalid key\x1b[2J"))
        await a_look()
        assert world.alerts.log[0].state.startswith("EAPI:Invalid key")
        assert world.alerts.log[0].state.isprintable()
        live = Link("kraken private", "kraken", LinkState.LIVE)
        world.alerts.link(connection("kraken", live, "private"), live)
        await asyncio.sleep(6)
        world.say(KeyChecked("may withdraw", more=True))
        await asyncio.sleep(1)

    world = scene(act, "kraken key", "binance key")
    assert [fired.state for fired in world.alerts.log][1:] == ["may withdraw"]


def test_a_parked_connection_is_said_by_its_name() -> None:
    async def act(world: World) -> None:
        link = Link("kraken public", "kraken", LinkState.PARKED, reason="451 restricted location")
        world.alerts.link(connection("kraken", link), link)
        await a_look()

    world = scene(act, "kraken parked", "kraken:BTC/USD parked", "binance parked")
    assert [fired.state for fired in world.alerts.log] == [
        "kraken public PARKED 451 restricted location"
    ] * 2


def test_a_ticker_from_before_a_standstill_is_not_the_price_after_it() -> None:
    async def act(world: World) -> None:
        ticker = TickerMoved(KRAKEN.name, None, None, "66500", None, None, None)
        world.alerts._looked -= 480.0
        world.say(ticker)
        await asyncio.sleep(3)
        assert world.fired == []
        world.say(ticker)
        await a_look()
        assert len(world.fired) == 1

    scene(act, "kraken:BTC/USD price > 66000")


def test_a_stored_rule_whose_action_is_not_set_any_more_says_so() -> None:
    async def act(world: World) -> None:
        world.alerts._watch(parse("kraken:BTC/USD size > 0 webhook"))
        world.book("1", "2")
        await a_look()

    world = scene(act)
    assert len(world.fired) == 1
    assert list(world.alerts.problems) == ["alert webhook: alert_webhook is not set"]


def test_actions_go_where_the_settings_say() -> None:
    command, journal = Told(), Told()

    async def act(world: World) -> None:
        with pytest.raises(BadRule, match="webhook needs alert_webhook in the settings"):
            world.alerts.add("kraken gap webhook")
        world.book("1", "2")
        await a_look()

    rules = ("kraken:BTC/USD size > 0 once command", "kraken:BTC/USD spread > 0bp")
    world = scene(act, *rules, outlets={"command": command, "journal": journal})
    assert [fired.rule for fired in command.fired] == [
        "kraken:BTC/USD size > 0 at best once command"
    ]
    assert len(journal.fired) == 2
    assert [str(trigger.rule) for trigger in world.alerts.rules] == ["kraken:BTC/USD spread > 0bp"]


def test_a_rule_that_crashes_is_let_go_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    look = Trigger.look

    def broken(trigger: Trigger, values: Any, now: float) -> Any:
        if trigger.rule.kind == "spread":
            raise KeyError("s3cret")
        return look(trigger, values, now)

    monkeypatch.setattr(Trigger, "look", broken)

    async def act(world: World) -> None:
        world.book("1", "2")
        await asyncio.sleep(2)

    world = scene(act, "kraken:BTC/USD spread > 0bp", "kraken:BTC/USD size > 0")
    assert len(world.fired) == 1
    assert all("s3cret" not in problem for problem in world.alerts.problems)


def test_rules_can_be_made_and_removed_at_any_time() -> None:
    async def act(world: World) -> None:
        seen = world.alerts.news.revision
        rule = world.alerts.add("kraken:btc/usd price > 5 once")
        assert await world.alerts.news.changed(seen) > seen
        with pytest.raises(BadRule, match="such a rule already"):
            world.alerts.add("kraken:BTC/USD price > 5.0 once")
        with pytest.raises(BadRule, match="unknown venue"):
            world.alerts.add("nowhere:X price > 5")
        assert world.alerts.wanted() == {
            ("kraken", Subscription(channel, "BTC/USD")) for channel in ("trades", "book", "ticker")
        }
        world.alerts.remove(rule)
        world.alerts.remove(rule)
        world.book("6", "7")
        await a_look()
        assert (world.fired, world.alerts.rules, world.alerts.wanted()) == ([], [], set())
        for number in range(200):
            world.alerts.add(f"kraken:BTC/USD price > {number + 1}")
        with pytest.raises(BadRule, match="200 rules already"):
            world.alerts.add("kraken gap")

    scene(act)


def test_behind_a_real_supervisor_an_outage_fires_the_gap_and_not_the_price(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("wsdash.feed.alerts.resolve", lambda key: key)

    async def run() -> None:
        server = Server()
        network = Network(server)
        feed = scripted_feed(network)
        alerts = Alerts(feed.board, VirtualClock())
        feed.supervisor.listeners.append(alerts)
        feed.want([("toy", BOOK), ("toy", TAPE)])
        async with feed.running(), alerts.running():
            await asyncio.sleep(3)
            alerts.add("toy gap")
            alerts.add("toy:BTC stale > 2s")
            alerts.add("toy:BTC size > 10000 at bid")
            await asyncio.sleep(3)
            assert not alerts.log
            server.sequence = 20_000
            server.muted = {"book BTC"}
            network.sockets[-1].close_with(None)
            await asyncio.sleep(4)
            assert [fired.rule for fired in alerts.log] == ["toy gap", "toy:BTC stale > 2s"]
            server.muted.clear()
            await asyncio.sleep(20)
            assert alerts.log[2].rule == "toy:BTC size > 10000 at bid"
            assert alerts.log[2].state.startswith("book LIVE")

    play(run())
