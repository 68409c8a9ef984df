"""All dialects around one market: who serves a connection, and at which address."""

from __future__ import annotations

import time
from collections.abc import Callable

from aiohttp import web

from wsdash.exchange import handshake
from wsdash.exchange.binance import BinanceSession
from wsdash.exchange.binance_api import BinanceApiSession
from wsdash.exchange.binance_feed import BinanceFeed
from wsdash.exchange.binance_queries import Queries
from wsdash.exchange.bybit import BybitSession
from wsdash.exchange.bybit_feed import BybitFeed
from wsdash.exchange.bybit_rest import BybitRest
from wsdash.exchange.client import Client, Session
from wsdash.exchange.kraken import KrakenSession
from wsdash.exchange.kraken_feed import KrakenFeed
from wsdash.exchange.kraken_rest import KrakenRest
from wsdash.exchange.market import Market
from wsdash.exchange.rest import BinanceRest, Gatekeeper, application
from wsdash.exchange.signing import keys
from wsdash.exchange.tokens import Tokens


class Desk:
    """Feeds, keys and sessions of all venues.

    Args:
        market: what they publish.
        seed: decides keys and tokens.
        stale: tells by venue, kind of connection and symbol how many sequences
            old the next book snapshot shall be.
    """

    def __init__(self, market: Market, seed: int, stale: Callable[[str, str, str], int]) -> None:
        self.kraken = KrakenFeed(market)
        self.binance = BinanceFeed(market)
        self.bybit = BybitFeed(market)
        self._market = market
        self._stale = stale
        self._tokens = Tokens(seed, time.monotonic)
        self._queries = Queries(market, lambda symbol: stale("binance", "rest", symbol))
        self._keys = {venue: keys(seed, venue) for venue in ("kraken", "binance", "bybit")}
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
        if door.venue == "bybit":
            return BybitSession(
                client,
                self.bybit,
                self._numbered,
                lambda symbol: self._stale("bybit", "public", symbol),
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
        binance = BinanceRest(self._queries, self._keys["binance"])
        return application(kraken, binance, self.bybit_rest(), keeper)

    def bybit_rest(self) -> BybitRest:
        """Return the REST side of Bybit."""
        return BybitRest(self._market, lambda symbol: self._stale("bybit", "rest", symbol))

    def tick(self) -> None:
        """Send whatever is due by now; call it often."""
        self.binance.tick()
        self.bybit.tick()

    def urls(self, socket: str, rest: str) -> dict[str, dict[str, str]]:
        """Return addresses and keys of every venue.

        Every entry has the same fields, so that nobody who reads them need know the venues; of
        Bybit's, the private address and the keys lead nowhere yet.

        Args:
            socket: origin of the port for WebSockets.
            rest: origin of the port for REST.
        """
        paths = {
            "kraken": (handshake.KRAKEN_PUBLIC, handshake.KRAKEN_PRIVATE),
            "binance": ("/stream", handshake.BINANCE_API),
            "bybit": (handshake.BYBIT_LINEAR, "/v5/private"),
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
