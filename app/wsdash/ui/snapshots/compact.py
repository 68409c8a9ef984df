"""One market on a small screen: best prices, last print, and every state as a word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from wsdash.domain.text import clean
from wsdash.feed.feed import LinkReport
from wsdash.ui.snapshots.clocks import position
from wsdash.ui.snapshots.glow import Glow
from wsdash.ui.snapshots.ladder import Sight, ladder, market_title
from wsdash.ui.snapshots.lines import Line, Span, first_fit, spread, switched_off, width_of
from wsdash.ui.snapshots.links import brief_links
from wsdash.ui.snapshots.tape import last_print
from wsdash.ui.snapshots.title import Headline

BAR_FROM: Final = 6
"""Rows from which a replay has a bar of its own below."""


def compact(
    headline: Headline,
    reports: Sequence[LinkReport],
    sight: Sight,
    glow: Glow,
    now: float,
) -> tuple[Line, ...]:
    """Return the rows of the whole screen, `sight` telling its size."""
    width, height = sight.width, sight.height
    if headline.key is None:
        return ((Span(" wsdash", "title"),), (Span(f" {headline.find} finds a market", "dim"),))
    top = _top(headline, width)
    body_height = height - (3 if height >= 7 else 2)
    inner = Sight(min(width, 60), max(1, body_height), sight.ticks, sight.cursor)
    picture = ladder(headline.market, headline.key, headline.verdict, inner, glow, now)
    live = headline.verdict.believable
    rows = [row if live else switched_off(row) for row in picture.rows[:body_height]]
    rows += [()] * (body_height - len(rows))
    below: list[Line] = []
    if height >= 7:
        below.append(_print(headline, width))
    below.append(_bottom(headline, reports, now, width, bar_below=height >= BAR_FROM))
    return (top, *rows, *below)


def _top(headline: Headline, width: int) -> Line:
    if headline.key is None:
        return ()
    badge = "REPLAY" if headline.player is not None else clean(headline.badge, 8)
    name = market_title(headline.market, headline.key)
    state = headline.verdict.line(max(8, width // 2))
    marked: Line = (*state, Span(f" {badge}", "look")) if badge else state
    choices = [(name, marked), (name, state), (name[:1], state)]
    if headline.warning is not None:
        warned = (headline.warning, Span(" "), *state)
        choices = [(name, warned), (name[:1], warned), *choices]
    for left, right in choices:
        if width_of(left) + width_of(right) + 3 <= width:
            return spread((Span(" "), *left), (*right, Span(" ")), width)
    return spread(name[:1], state, width) if width_of(state) < width // 2 else state


def _print(headline: Headline, width: int) -> Line:
    market = headline.market
    if market is None or not market.tape.prints:
        return ()
    row = last_print(market, width)
    return row if headline.verdict.believable else switched_off(row)


def _bottom(
    headline: Headline, reports: Sequence[LinkReport], now: float, width: int, *, bar_below: bool
) -> Line:
    player = headline.player
    if player is None or bar_below:
        return brief_links(reports, now, width)
    state = "playing" if player.playing else "paused"
    where = f"{position(player.position)}/{position(player.duration)}"
    long = Span(f" REPLAY {where} ×{player.speed:g} {state}", "look")
    return first_fit(width, [(long,), (Span(f" REPLAY {where}", "look"),)])
