"""Data that comes too late is said to, whatever the two clocks think of each other."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.feed.scripted import BOOK, Network, Server, Words, feed, toy
from tests.virtual import play

from wsdash.domain.book import OrderBook
from wsdash.domain.events import BookMoved, BookSynced, Event
from wsdash.domain.instrument import MarketKey
from wsdash.feed.apply import apply
from wsdash.feed.freshness import BEST_OF, LAGGING, TOO_LATE, Delay
from wsdash.feed.market import Board, Stream
from wsdash.feed.watchdog import Patient, Repair

pytestmark = pytest.mark.row("A7")

EPOCH = 1_795_608_000.0


@given(st.floats(-7_200, 7_200), st.lists(st.floats(0, 20), min_size=1, max_size=40))
def test_the_lag_is_true_to_the_best_arrival_whatever_the_clocks(
    skew: float, delays: list[float]
) -> None:
    delay = Delay()
    for index, late in enumerate(delays):
        sent = float(index)
        behind = delay.note(sent + late, EPOCH + skew + sent)
        assert behind == pytest.approx(late - min(delays[: index + 1]), abs=1e-3)


def test_a_better_way_than_minutes_ago_is_forgotten_in_the_end() -> None:
    delay = Delay()
    delay.note(0.0, EPOCH)
    for second in range(1, int(3 * BEST_OF)):
        behind = delay.note(second + 1.0, EPOCH + second)
    assert behind == 0.0


def board() -> tuple[Board, Stream]:
    """A board with a synced book."""
    made = Board()
    market = made.market(MarketKey("toy", "BTC"))
    stream = market.streams["book"] = Stream("book", 0.0)
    apply(made, "toy", BookSynced("BTC", OrderBook(), 1, EPOCH), 0.1)
    return made, stream


def test_a_book_that_falls_behind_is_stale_and_live_again_when_it_catches_up() -> None:
    made, stream = board()
    apply(made, "toy", BookMoved("BTC", 2, EPOCH + 1), 1.1 + LAGGING + 0.5)
    assert stream.state == "LIVE"
    assert stream.behind > LAGGING
    assert apply(made, "toy", BookMoved("BTC", 3, EPOCH + 2), 2.2 + TOO_LATE) is stream
    assert stream.state == "STALE"
    assert stream.reason == "lagging 5 s"
    apply(made, "toy", BookMoved("BTC", 4, EPOCH + 7), 7.1 + LAGGING + 0.1)
    assert stream.state == "STALE"  # not yet
    apply(made, "toy", BookMoved("BTC", 5, EPOCH + 9), 9.1)
    assert stream.state == "LIVE"
    assert stream.sequence == 5


def test_lag_is_no_reason_to_reconnect() -> None:
    made, stream = board()
    patient = Patient(0.0)
    for second in range(1, 600):
        apply(made, "toy", BookMoved("BTC", second, EPOCH + second), second + 10.0)
        assert patient.look(stream, second + 10.0) is Repair.NOTHING


def test_a_book_that_is_late_is_marked_and_leaves_no_hole() -> None:
    """What is late still comes: the ledger of gaps has nothing to add."""

    class Timed(Words):
        """Words that also say when a book was true: ``moved BTC 7 1795608000``."""

        def _moved(self, symbol: str, sequence: str, at: str) -> Iterable[Event]:
            yield BookMoved(symbol, int(sequence), float(at))

    async def main() -> None:
        network = Network(Server(period=60.0))
        live = feed(network, venue=replace(toy(), public=Timed))
        async with live.running():
            live.want([("toy", BOOK)])
            for number in range(60):
                await asyncio.sleep(0.5)
                late = TOO_LATE + 1 if number > 40 else 0.0
                at = asyncio.get_running_loop().time() - late + EPOCH
                network.sockets[0].say(f"moved BTC {number + 1} {at}")
            [stream] = live.board.market(MarketKey("toy", "BTC")).streams.values()
            await asyncio.sleep(0.1)
            assert stream.state == "STALE"
            assert stream.reason == "lagging 6 s"
            assert any(entry.state == "STALE" for entry in live.log)
            assert len(live.board.gaps) == 0
            assert len(network.sockets) == 1

    play(main())
