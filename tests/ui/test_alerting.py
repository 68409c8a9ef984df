from __future__ import annotations

import pytest
from tests.ui.fakes import BTC, FakeFeed
from tests.ui.screen import dashboard, hides, screen_text, shows, until
from textual.worker import WorkerFailed

from wsdash.domain.events import Printed
from wsdash.feed.alerts import Alerts
from wsdash.feed.clock import Clock
from wsdash.ui.crash import CRASHED
from wsdash.venues.venue import Subscription


class FeedClock(Clock):
    def __init__(self, feed: FakeFeed) -> None:
        self.feed = feed

    def monotonic(self) -> float:
        return self.feed.now()

    def wall(self) -> float:
        return self.feed.wall()

    async def sleep(self, seconds: float) -> None:
        raise NotImplementedError


def printed(feed: FakeFeed, engine: Alerts, price: str) -> None:
    feed.time += 0.1
    feed.trade(BTC, price, "1", "buy")
    newest = feed.board.market(BTC).tape.prints[0]
    engine.fact("kraken", Printed("BTC/USD", newest))
    engine.look()


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (120, 40)])
async def test_a_rule_is_typed_fires_is_told_and_removed(size: tuple[int, int]) -> None:
    feed = FakeFeed()
    engine = Alerts(feed.board, FeedClock(feed))
    app, _, _ = dashboard(feed, alerts=engine)
    sent: list[str] = []
    async with app.run_test(size=size) as pilot:
        await shows(pilot, "LIVE")
        assert app._driver is not None
        app._driver.write = sent.append  # type: ignore[assignment, method-assign]
        await pilot.press("exclamation_mark")
        await shows(pilot, "Alerts", "no rules yet")
        await pilot.press(*"price", "space", "greater_than_sign", "space", *"much", "enter")
        await shows(pilot, "expected a number such as")
        await pilot.press(*["backspace"] * 4, *"70000", "space", *"bell", "enter")
        await shows(pilot, "price > 70000 bell", "armed")
        assert [str(trigger.rule) for trigger in engine.rules] == [
            "kraken:BTC/USD price > 70000 bell"
        ]
        await pilot.press("escape")
        await hides(pilot, "Alerts")
        assert ("kraken", Subscription("trades", "BTC/USD")) in feed.wanted
        for _ in range(15):  # a second, after which it believes again
            printed(feed, engine, "69999.9")
        await pilot.pause()
        assert "\a" not in sent
        printed(feed, engine, "70000.1")
        await shows(pilot, "! ", "price > 70000")
        assert "\a" in sent
        await pilot.press("exclamation_mark")
        await shows(pilot, "fired", "70,000.1  last 12:04:")
        assert (" at 70,000.1" in screen_text(app)) == (size[0] > 40)
        assert "at …" not in screen_text(app)
        await pilot.press("ctrl+x")
        await shows(pilot, "no rules yet")
        await pilot.press("escape")
        await hides(pilot, "price > 70000")
        assert engine.rules == []
        assert app.is_running


async def test_where_nothing_is_live_there_are_no_alerts() -> None:
    app, _, _ = dashboard()
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "LIVE")
        await pilot.press("exclamation_mark")
        await until(pilot, lambda: "no alerts here" in screen_text(app))


async def test_a_bug_in_what_tells_of_alerts_is_reported_and_not_swallowed() -> None:
    feed = FakeFeed()
    engine = Alerts(feed.board, FeedClock(feed))
    app, _, _ = dashboard(feed, alerts=engine)

    def wrong() -> None:
        raise ZeroDivisionError

    async def scene() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await shows(pilot, "LIVE")
            app.desk.alarm.take = wrong  # type: ignore[assignment, method-assign]
            engine.news.touch()
            await until(pilot, lambda: app.return_code == CRASHED)

    with pytest.raises(WorkerFailed):
        await scene()
    assert "ZeroDivisionError" in (app.crash or "")
