from __future__ import annotations

import json
from typing import cast

import pytest

from wsdash.domain.book import OrderBook
from wsdash.domain.events import BookMoved, BookSynced, Event, Printed
from wsdash.domain.instrument import MarketKey
from wsdash.domain.trades import Trade
from wsdash.feed.connection import Connection
from wsdash.feed.market import Board, ChannelState, Stream
from wsdash.feed.tail import BOOK_EVERY, KINDS, Tail
from wsdash.venues.registry import KRAKEN

BTC = MarketKey("kraken", "BTC/USD")


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now

    def wall(self) -> float:
        return self.now + 0.1234567

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("lines wait for nothing")


class Line:
    """As much of a connection as is looked at when a stream changes."""

    venue = KRAKEN


class Scene:
    """A board with one live book, and the lines that were written about it."""

    def __init__(self, kinds: tuple[str, ...] = ("book", "trades")) -> None:
        self.clock, self.board, self.written = Clock(), Board(), list[bytes]()
        self.tail = Tail(self.board, kinds, self.clock, self.written.append)
        market = self.board.market(BTC)
        market.book = OrderBook()
        market.book.apply([("5", "1")], [("6", "2")])
        self.stream = market.streams["book"] = Stream("book", 0.0)
        self.stream.enter(ChannelState.LIVE, 0.0)

    def lines(self) -> list[dict[str, object]]:
        lines = [json.loads(line) for line in self.written]
        self.written.clear()
        return lines

    def moved(self) -> None:
        self.tail.fact("kraken", BookMoved("BTC/USD", None, None))

    def enter(self, state: ChannelState, reason: str = "") -> None:
        self.stream.enter(state, self.clock.now, reason)
        self.tail.stream(cast("Connection", Line()), "BTC/USD", self.stream)


def test_a_book_is_written_ten_times_a_second_at_most_and_its_last_state_is() -> None:
    scene = Scene()
    for _ in range(100):
        scene.moved()
        scene.clock.now += 0.01
        scene.tail.flush()
    assert 9 <= len(scene.lines()) <= 11
    scene.moved()
    scene.clock.now += 2 * BOOK_EVERY
    scene.tail.flush()
    assert len(scene.lines()) == 1
    scene.tail.flush()
    assert scene.lines() == []


def test_a_change_of_state_is_written_at_once_and_what_is_not_believed_is_not_given() -> None:
    scene = Scene()
    scene.moved()
    scene.enter(ChannelState.RESYNC, "checksum")
    live, lost = scene.lines()
    assert (live["state"], live["bids"], live["asks"]) == ("LIVE", [["5", "1"]], [["6", "2"]])
    assert (lost["state"], lost["bids"], lost["asks"]) == ("RESYNC", [], [])


@pytest.mark.row("G1")
def test_no_line_holds_anything_a_terminal_obeys() -> None:
    scene = Scene(KINDS)
    evil = "A\x1b[31m\x9b2J\u202e\x7f/B"
    events: list[Event] = [
        Printed(evil, Trade("1\u200b", "1", "2", "buy", None)),
        BookSynced(evil, OrderBook(), None, None),
    ]
    for event in events:
        scene.tail.fact("kraken", event)
    [line] = scene.written
    assert line.endswith(b"\n")
    assert not [byte for byte in line[:-1] if not 0x20 <= byte < 0x7F]
    assert json.loads(line)["symbol"] == evil


@pytest.mark.row("A9")
def test_what_was_held_back_before_a_sleep_is_not_written_as_live_after_it() -> None:
    scene = Scene()
    scene.tail.flush()
    scene.moved()
    scene.moved()
    assert len(scene.lines()) == 1
    scene.clock.now += 8.0
    scene.tail.flush()
    assert scene.lines() == []
    scene.moved()
    assert len(scene.lines()) == 1
