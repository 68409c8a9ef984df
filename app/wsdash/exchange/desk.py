"""Both dialects around one market: who serves a connection, and at which address."""

from __future__ import annotations

import time
from collections.abc import Callable

from aiohttp import web

from wsdash.exchange import handshake
from wsdash.exchange.binance import BinanceSession
from wsdash.exchange.binance_api import BinanceApiSession
from wsdash.exchange.binance_feed import BinanceFeed
from wsdash.exchange.binance_queries import Queries
from wsdash.exchange.client import Client, Session
from wsdash.exchange.kraken import KrakenSession
from wsdash.exchange.kraken_feed import KrakenFeed
from wsdash.exchange.kraken_rest import KrakenRest
from wsdash.exchange.market import Market
from wsdash.exchange.rest import BinanceRest, Gatekeeper, application
from wsdash.exchange.signing import keys
from wsdash.exchange.tokens import Tokens


class Desk:
    """Feeds, keys and sessions of both venues.

    Args:
        market: what they publish.
        seed: decides keys and tokens.
        stale: tells by venue, kind of connection and symbol how many sequences
            old the next book snapshot shall be.
    """

    def __init__(self, market: Market, seed: int, stale: Callable[[str, str, str], int]) -> None:
        self.kraken = KrakenFeed(market)
        self.binance = BinanceFeed(market)
        self._market = market
        self._stale = stale
        self._tokens = Tokens(seed, time.monotonic)
        self._queries = Queries(market, lambda symbol: stale("binance", "rest", symbol))
        self._keys = {venue: keys(seed, venue) for venue in ("kraken", "binance")}
        self._numbered = 0

    def session(self, client: Client, door: handshake.Door) -> Session:
        """Return the dialect for a new connection."""
        self._numbered += 1
        if door.venue == "kraken":
            return KrakenSession(
                client,
                self.kraken,
                self._numbered,
                private=door.where == "private",
                token_ok=self._tokens.valid,
                stale=lambda symbol: self._stale("kraken", door.where, symbol),
            )
        if door.where == "private":
            return BinanceApiSession(client, self.binance, self._queries, self._keys["binance"])
        return BinanceSession(client, self.binance, client.path)

    def application(self, keeper: Gatekeeper) -> web.Application:
        """Return the REST side."""
        kraken = KrakenRest(
            self._market,
            self._keys["kraken"],
            self._tokens,
            lambda symbol: self._stale("kraken", "rest", symbol),
        )
        return application(kraken, BinanceRest(self._queries, self._keys["binance"]), keeper)

    def urls(self, socket: str, rest: str) -> dict[str, dict[str, str]]:
        """Return addresses and keys; `socket` and `rest` are the two ports' origins."""
        paths = {
            "kraken": (handshake.KRAKEN_PUBLIC, handshake.KRAKEN_PRIVATE),
            "binance": ("/stream", handshake.BINANCE_API),
        }
        return {
            venue: {
                "ws_url": socket + public,
                "private_ws_url": socket + private,
                "rest_url": rest,
                "api_key": self._keys[venue].api_key,
                "api_secret": self._keys[venue].api_secret,
            }
            for venue, (public, private) in paths.items()
        }
