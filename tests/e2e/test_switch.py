"""Going from one symbol to another: the old book is gone at once, the new one soon verified."""

from __future__ import annotations

import asyncio
from statistics import quantiles

import pytest
from tests.chaos.plugin import Figure
from tests.e2e.house import BTC, ETH, VENUES, all_live, books, house

from wsdash.exchange.server import Exchange


@pytest.mark.parametrize("venue", VENUES)
@pytest.mark.parametrize(
    ("switches", "pause"),
    [(6, 0.0), pytest.param(100, 1.0, marks=[pytest.mark.slow, pytest.mark.timeout(500)])],
    ids=["hasty", "hundred"],
)
async def test_a_switch_shows_nothing_of_the_old_symbol_and_a_true_book_of_the_new_one(
    venue: str, switches: int, pause: float, figure: Figure
) -> None:
    """With the pause the venue's own message budget holds every switch at once."""
    loop, took = asyncio.get_running_loop(), list[float]()
    async with Exchange() as exchange, house(exchange) as (feed, oracle):
        feed.want(books(BTC[venue]))
        await all_live(feed, BTC[venue])
        old, new = BTC[venue], ETH[venue]
        for _ in range(switches):
            await asyncio.sleep(pause)
            began = loop.time()
            feed.want(books(new))
            assert feed.board.market(old).book is None
            assert feed.board.market(old).streams == {}
            await all_live(feed, new)
            took.append(loop.time() - began)
            old, new = new, old
        assert oracle.wrong == []
        assert oracle.compared > switches
        assert all(state.name != "BACKOFF" for _, state, _ in oracle.links)
    if pause:
        figure("switch", venue=venue, p95=quantiles(took, n=20)[-1], longest=max(took))
