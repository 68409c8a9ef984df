from __future__ import annotations

import asyncio
import contextlib
import gc
import warnings
from collections.abc import Callable

from tests.ui.fakes import BTC, ETH, MARKETS, FakeFeed
from tests.ui.screen import dashboard

from wsdash.domain.account import Balance
from wsdash.feed.market import Stream
from wsdash.ui.desk import Desk
from wsdash.ui.streams import follow, follow_links
from wsdash.venues.venue import Subscription


async def eventually(condition: Callable[[], bool]) -> None:
    for _ in range(2_000):
        if condition():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("never happened")


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_the_first_change_is_drawn_at_once_and_a_burst_is_one_drawing() -> None:
    stream = Stream("book", 0.0)
    drawn: list[int] = []

    def draw() -> None:
        drawn.append(stream.revision)

    follower = asyncio.create_task(follow(lambda: stream, draw, lambda: 0.02))
    await settle()
    assert drawn == [0]
    for _ in range(500):
        stream.touch()
    await eventually(lambda: len(drawn) == 2)
    assert drawn == [0, 500]
    follower.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await follower


async def test_a_stream_that_appears_late_or_is_replaced_is_followed() -> None:
    streams: list[Stream] = []
    drawn: list[Stream] = []
    follower = asyncio.create_task(
        follow(
            lambda: streams[-1] if streams else None, lambda: drawn.append(streams[-1]), lambda: 0.0
        )
    )
    await settle()
    assert drawn == []
    streams.append(Stream("book", 0.0))
    await eventually(lambda: bool(drawn))
    streams.append(Stream("book", 0.0))
    streams[0].touch()
    await eventually(lambda: streams[1] in drawn)
    follower.cancel()


async def test_what_shines_is_drawn_again_when_it_is_over() -> None:
    stream = Stream("book", 0.0)
    dues: list[float | None] = [0.01, None]
    drawn: list[int] = []

    def draw() -> float | None:
        drawn.append(1)
        return dues.pop(0) if dues else None

    follower = asyncio.create_task(follow(lambda: stream, draw, lambda: 0.0))
    await eventually(lambda: len(drawn) == 2)
    follower.cancel()


async def test_links_are_drawn_when_one_of_them_changes() -> None:
    feed = FakeFeed()
    drawn: list[int] = []
    follower = asyncio.create_task(follow_links(feed, lambda: drawn.append(1), lambda: 0.0))
    feed.link("kraken public")
    await eventually(lambda: bool(drawn))
    follower.cancel()


def test_the_desk_wants_what_it_shows_and_a_price_for_what_is_held() -> None:
    feed = FakeFeed()
    feed.list_instruments(instrument for instrument, _ in MARKETS.values())
    feed.account("kraken", [Balance("ETH", "2"), Balance("USD", "10"), Balance("KFEE", "1")])
    desk = Desk(feed, [BTC], BTC, accounts=["kraken"])
    wanted = desk.wanted()
    assert ("kraken", Subscription("ticker", ETH.name)) in wanted
    assert ("kraken", Subscription("instruments")) in wanted
    assert ("binance", Subscription("instruments")) not in wanted
    assert len(set(wanted)) == len(wanted)
    feed.ticker(ETH, "1877.47", "0")
    price = desk.price_of("kraken", "ETH")
    assert price is not None
    assert str(price) == "1877.47"
    assert desk.price_of("kraken", "USD") == 1
    assert desk.price_of("kraken", "KFEE") is None


async def test_who_is_followed_anew_before_it_began_leaves_nothing_behind() -> None:
    app, _, _ = dashboard()
    async with app.run_test(size=(80, 24)) as pilot:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            app.board_screen.work.follow_desk()
            app.board_screen.work.follow_desk()
            await pilot.pause()
            gc.collect()
        assert not [str(one.message) for one in said if "never awaited" in str(one.message)]
