"""The top line: what is shown, its price, and how true it is."""

from __future__ import annotations

from typing import Final, NamedTuple

from wsdash.domain.instrument import MarketKey
from wsdash.domain.text import clean
from wsdash.feed.feed import Player
from wsdash.feed.market import Market
from wsdash.ui.snapshots.bars import bar_right
from wsdash.ui.snapshots.clocks import clock
from wsdash.ui.snapshots.depth import Middle, digits_of, middle
from wsdash.ui.snapshots.glow import Glow
from wsdash.ui.snapshots.ladder import market_title
from wsdash.ui.snapshots.lines import Line, Span, fit, switched_off, width_of
from wsdash.ui.snapshots.picture import Verdict
from wsdash.ui.snapshots.prices import last_price, price_source, shown_price
from wsdash.ui.snapshots.watch_entry import change_of

CLOCK: Final = 56
"""Cells from which there is room for the time of day."""


class Headline(NamedTuple):
    """What the top line is made of.

    Attributes:
        badge: a lasting word such as ``DEMO``.
        wall: seconds since the epoch.
        warning: what an API key may do that it should not.
        find: what is pressed to find a market.
    """

    key: MarketKey | None
    market: Market | None
    verdict: Verdict
    badge: str
    wall: float
    player: Player | None = None
    warning: Span | None = None
    find: str = "/"


def title_line(headline: Headline, glow: Glow, now: float, width: int) -> Line:
    """Return the top line; its parts drop out from the least to the most important."""
    right = _right(headline, width)
    if headline.key is None:
        left: Line = (Span(" wsdash", "title"), Span(f"   {headline.find} finds a market", "dim"))
        return _ends(left, right, width)
    gap = "   " if width >= CLOCK else "  "
    name = (Span("   "), *market_title(headline.market, headline.key))
    left = (Span(" wsdash", "title"), *name) if width >= 72 else (Span(" "), *name[1:])
    figures = _figures(headline, glow, now)
    if not headline.verdict.believable:
        figures = [switched_off(part) for part in figures]
    state = _state(headline.verdict, width - width_of((*left, *right, *figures[0])) - 8, width)
    room = width - width_of(right) - width_of(state) - len(gap) - 1
    left = _with_price(left, figures[0], gap, room)
    for part in figures[1:]:
        if part and width_of(left) + len(gap) + width_of(part) <= room:
            left = (*left, Span(gap), *part)
    return _ends((*left, Span(gap), *state), right, width)


def _with_price(left: Line, price: Line, gap: str, room: int) -> Line:
    """Return name and price; where there is no room the change goes, and then the venue."""
    if not price:
        return left
    brief = price[:-2] if price[-1].text.endswith("%") else price
    for name, told in ((left, price), (left, brief), (left[:-1], brief)):
        if width_of(name) + len(gap) + width_of(told) <= room:
            return (*name, Span(gap), *told)
    return left


def _state(verdict: Verdict, room: int, width: int) -> Line:
    """Return the state in as many words as leave the price its place."""
    return verdict.line(max(12, min(room, width // 2)))


def too_small(headline: Headline, width: int, height: int, needed: tuple[int, int]) -> list[Line]:
    """Return what can still be said where nothing else fits."""
    price = shown_price(headline.market)
    word = headline.verdict.word
    role = "bright" if headline.verdict.believable else "off"
    state = Span(word, headline.verdict.mood if headline.verdict.mood in {"look", "bad"} else "dim")
    need = Span(f"needs {needed[0]}x{needed[1]}", "look")
    line: Line = (Span(price, role), Span(" "), state, Span(" "), need)
    if width_of(line) <= width:
        return [line]
    return [fit(part, width) for part in ((Span(price, role),), (state,), (need,))][:height]


def replay_words(player: Player) -> Line:
    """Return the banner of a replay; where it is, is said on a bar of its own."""
    if player.seeking is not None:
        return (Span("REPLAY", "look"), Span(f" SEEK {player.seeking:.0%}", "look"))
    state = f" ×{player.speed:g}" if player.playing else " paused"
    return (Span("REPLAY", "look"), Span(state, "text"))


def _figures(headline: Headline, glow: Glow, now: float) -> list[Line]:
    market = headline.market
    book = market.book if market is not None else None
    digits = digits_of(market.instrument if market is not None else None, book)
    figures = middle(book, digits)
    price = last_price(market)
    last: Line = ()
    if price is not None and market is not None:
        text = shown_price(market)
        head: Line = (Span("mid ", "dim"),) if price_source(market) == "book" else ()
        last = (*head, *glow.spans("last", text, "bright", now), *_arrow(market))
        change = change_of(market)
        last = (*last, Span(" "), *change) if change else last
    spread: Line = ()
    if figures.spread:
        spread = (Span("spread ", "dim"), Span(figures.spread), Span(f" {figures.basis}bp", "dim"))
    return [last, spread, _imbalance(figures)]


def _imbalance(figures: Middle) -> Line:
    if figures.imbalance is None:
        return ()
    role = "bid" if figures.imbalance >= 0 else "ask"
    bar = bar_right((figures.imbalance + 1) / 2, 8, f"{role}-bar")
    return (Span("imb ", "dim"), Span(f"{figures.imbalance:+.2f} ", role), *bar)


def _arrow(market: Market) -> Line:
    if not market.tape.prints:
        return ()
    bought = market.tape.prints[0].side == "buy"
    return (Span(" ▲" if bought else " ▼", "bid" if bought else "ask"),)


def _right(headline: Headline, width: int) -> Line:
    right: Line = ()
    if headline.player is not None:
        right = (*replay_words(headline.player), Span("  "))
    elif headline.badge:
        right = (Span(clean(headline.badge, 12), "look"), Span("   " if width >= CLOCK else " "))
    if headline.warning is not None:
        right = (headline.warning, Span("  "), *right)
    if width >= (CLOCK if headline.warning is None else 100):
        right = (*right, Span(clock(headline.wall), "dim"), Span(" "))
    return right


def _ends(left: Line, right: Line, width: int) -> Line:
    gap = width - width_of(left) - width_of(right)
    return (*left, Span(" " * gap), *right) if gap >= 1 else fit(left, width)
