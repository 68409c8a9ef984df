"""Which markets the dashboard begins with, and whether changes of that list last.

Markets come from the command line, else from ``WSDASH_WATCHLIST``, else from the list that the
trader keeps with keys (``watchlist.txt`` beside the settings), else from ``watchlist`` in the
settings. Where there is none of them and no settings file either, the dashboard asks.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final, NamedTuple

from wsdash.domain.instrument import MarketKey
from wsdash.feed.kept import Kept
from wsdash.feed.kept_list import ListFile
from wsdash.feed.uses import Uses
from wsdash.markets import parse
from wsdash.paths import config_file, state_dir
from wsdash.settings import Settings

LIST: Final = "watchlist.txt"
"""The file beside the settings with the list that is kept."""

ENVIRONMENT: Final = "WSDASH_WATCHLIST"


class Start(NamedTuple):
    """How the dashboard begins.

    Attributes:
        keys: the markets; empty where the trader is to be asked.
        kept: keeps what changes.
        origin: where the markets come from, in words.
    """

    keys: list[MarketKey]
    kept: Kept
    origin: str


def start(settings: Settings, symbols: Sequence[str]) -> Start:
    """Return how the dashboard begins.

    Raises:
        UnknownSymbol: a market of the command line or of the settings makes no sense.
        UnknownVenue: nor does a venue.
    """
    uses = Uses(state_dir() / "opened.json")
    troubles = [problem] if (problem := uses.load()) else []
    if symbols or ENVIRONMENT in os.environ:
        origin = "the command line" if symbols else ENVIRONMENT
        keys = [parse(symbol) for symbol in symbols or settings.watchlist]
        passing = f"for this run only: the list is that of {origin}"
        return Start(_once(keys), Kept(uses=uses, passing=passing, problems=troubles), origin)
    shelf = ListFile(config_file().with_name(LIST), parse)
    loaded = shelf.load()
    kept = Kept(shelf, loaded.keys or (), uses, problems=[*troubles, *loaded.problems])
    if loaded.keys is not None:
        return Start(list(loaded.keys), kept, str(shelf.file))
    if not (config_file().exists() or loaded.problems):
        return Start([], kept, "nobody yet")
    named = "watchlist" in settings.model_fields_set
    origin = str(config_file()) if named else "wsdash itself"
    return Start(_once([parse(symbol) for symbol in settings.watchlist]), kept, origin)


def _once(keys: Sequence[MarketKey]) -> list[MarketKey]:
    return list(dict.fromkeys(keys))
