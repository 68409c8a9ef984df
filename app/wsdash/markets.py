"""Markets as people type them: ``VENUE:SYMBOL``, checked against what the venue lists."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

from wsdash.domain.instrument import Instrument, MarketKey
from wsdash.domain.text import clean, is_word
from wsdash.venues import registry


class UnknownSymbol(ValueError):
    """A market that does not exist; the message is for people."""


def parse(text: str) -> MarketKey:
    """Return the market that ``VENUE:SYMBOL`` names.

    Raises:
        UnknownSymbol: it is not of that form.
        UnknownVenue: there is no such venue.
    """
    name, colon, symbol = text.partition(":")
    if not colon or not symbol.strip() or not is_word(symbol.strip()):
        shown = clean(text, 40)
        raise UnknownSymbol(f"{shown!r} is no market; write VENUE:SYMBOL, such as kraken:BTC/USD")
    venue = registry.find(name.strip().lower())
    return MarketKey(venue.name, venue.canonical(symbol.strip()))


def unlisted(
    keys: Sequence[MarketKey], instruments: Mapping[str, Mapping[str, Instrument]]
) -> str | None:
    """Return a sentence about the first market that its venue does not list, or None.

    Venues whose list has not come yet are not judged.
    """
    for key in keys:
        listed = instruments.get(key.venue)
        if listed and key.name not in listed:
            near = difflib.get_close_matches(key.name, listed, n=3)
            hint = f"; did you mean {', '.join(near)}?" if near else ""
            return f"unknown symbol {clean(str(key), 40)}{hint}"
    return None
