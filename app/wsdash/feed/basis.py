"""The basis of two markets of the board: one figure, whoever asks for it.

The pane and the alert rules take it from here, so that a rule never fires on another number
than the trader sees.
"""

from __future__ import annotations

from typing import Final

from wsdash.domain.basis import Basis, Leg, measure
from wsdash.domain.merged import BELIEVED
from wsdash.feed.market import ChannelState, Market, Stream

GRACE: Final = 0.5
"""Seconds past its limit from which a stream is not believed, whatever its state says."""

FLOWING: Final = (ChannelState.LIVE, ChannelState.QUIET)
"""States of a stream whose numbers can be true."""


def believed(stream: Stream | None, now: float) -> bool:
    """Tell whether a stream's numbers are true now.

    The age of a live one is measured here: whoever should have marked it may be stuck.
    """
    if stream is None or stream.state not in FLOWING:
        return False
    age = stream.age(now)
    if stream.state is ChannelState.QUIET:
        return age is not None or stream.channel != "book"
    return age is not None and age <= stream.threshold + GRACE


def leg(market: Market | None, now: float) -> Leg:
    """Return the book of a market as one side of a basis; its state as far as it is true."""
    stream = market.streams.get("book") if market is not None else None
    if market is None or stream is None:
        return Leg(None, ChannelState.SYNCING.value)
    doubted = stream.state in FLOWING and not believed(stream, now)
    return Leg(market.book, (ChannelState.STALE if doubted else stream.state).value)


def basis_now(own: Market | None, other: Market | None, now: float) -> Basis | None:
    """Return how far one market is above another; None while either cannot be believed."""
    return measure(leg(own, now), leg(other, now), BELIEVED)
