"""All venues by name, and how recorded traffic is recognised."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from urllib.parse import SplitResult, urlsplit

from wsdash.domain.candles import INTERVALS
from wsdash.domain.events import Channel
from wsdash.venues import (
    binance,
    binance_account,
    binance_pages,
    binance_requests,
    binance_signer,
    bybit,
    bybit_pages,
    kraken,
    kraken_account,
    kraken_pages,
    kraken_requests,
    permissions,
)
from wsdash.venues.venue import Budget, Endpoints, Liveness, Venue

_CHANNELS: Final[frozenset[Channel]] = frozenset(
    {"book", "trades", "ticker", "candles", "instruments"}
)

KRAKEN: Final = Venue(
    name="kraken",
    title="Kraken",
    hosts=("kraken.com",),
    endpoints=Endpoints(
        "wss://ws.kraken.com/v2", "wss://ws-auth.kraken.com/v2", "https://api.kraken.com"
    ),
    channels=_CHANNELS,
    intervals=tuple(INTERVALS),
    connects=Budget(burst=3, per_second=1 / 6),
    messages=Budget(burst=10, per_second=5),
    liveness=Liveness(heartbeat=5.0),
    public=kraken.KrakenSession,
    private=lambda _signer, _wall: kraken_account.KrakenAccountSession(),
    signer=kraken_account.KrakenSigner,
    canonical=kraken_requests.canonical,
    permissions=permissions.KRAKEN,
    pages=kraken_pages.PAGES,
)

BINANCE: Final = Venue(
    name="binance",
    title="Binance",
    hosts=("binance.com", "binance.vision"),
    endpoints=Endpoints(
        "wss://stream.binance.com:9443/stream",
        "wss://ws-api.binance.com:443/ws-api/v3",
        "https://api.binance.com",
        alternates=(
            "wss://stream.binance.com:443/stream",
            "wss://data-stream.binance.vision/stream",
        ),
    ),
    channels=_CHANNELS,
    intervals=tuple(INTERVALS),
    connects=Budget(burst=5, per_second=1 / 5),
    messages=Budget(burst=2, per_second=1.5),  # a ping and a pong count too: five a second
    liveness=Liveness(heartbeat=0.0, max_age=24 * 3600.0),
    public=binance.BinanceSession,
    private=binance_account.BinanceAccountSession,
    signer=binance_signer.BinanceSigner,
    canonical=binance_requests.canonical,
    permissions=permissions.BINANCE,
    pages=binance_pages.PAGES,
)

BINANCE_US: Final = replace(
    BINANCE,
    name="binance_us",
    title="Binance.US",
    hosts=("binance.us",),
    endpoints=Endpoints(
        "wss://stream.binance.us:9443/stream",
        "wss://ws-api.binance.us:443/ws-api/v3",
        "https://api.binance.us",
    ),
    public=lambda: binance.BinanceSession("binance_us"),
    private=None,
    signer=None,
    permissions=None,
)

BYBIT: Final = Venue(
    name="bybit",
    title="Bybit perpetuals",
    hosts=("bybit.com",),
    endpoints=Endpoints(
        "wss://stream.bybit.com/v5/public/linear",
        "wss://stream.bybit.com/v5/private",
        "https://api.bybit.com",
    ),
    channels=_CHANNELS,
    intervals=tuple(INTERVALS),
    connects=Budget(burst=5, per_second=1 / 5),  # 500 in five minutes may be, for all together
    messages=Budget(burst=10, per_second=5),  # no limit is documented
    liveness=Liveness(heartbeat=30.0),  # it answers our ping every 20 s, and says nothing itself
    public=bybit.BybitSession,
    private=None,
    signer=None,
    canonical=bybit.canonical,
    pages=bybit_pages.PAGES,
)

VENUES: Final[dict[str, Venue]] = {
    venue.name: venue for venue in (KRAKEN, BINANCE, BINANCE_US, BYBIT)
}


class UnknownVenue(ValueError):
    """A venue this program does not speak; the message is for people."""


def find(name: str) -> Venue:
    """Return a venue by its short name.

    Raises:
        UnknownVenue: there is none of that name.
    """
    if name not in VENUES:
        raise UnknownVenue(f"unknown venue {name!r}; there are {', '.join(VENUES)}")
    return VENUES[name]


def parts_of(address: str) -> SplitResult:
    """Return the parts of a recorded address; of one that is none, empty ones."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def of_connection(address: str, frame: str) -> Venue | None:
    """Return the venue of a recorded connection, by its address or else by what it said."""
    parts = parts_of(address)
    host = parts.hostname or ""
    for venue in VENUES.values():
        if any(host == known or host.endswith("." + known) for known in venue.hosts):
            return venue if _is_our_product(venue, parts) else None
    if parts.path.startswith("/v5/"):
        return BYBIT if _is_our_product(BYBIT, parts) else None
    if '"channel"' in frame or '"req_id"' in frame:
        return KRAKEN
    if any(mark in frame for mark in ('"stream"', '"lastUpdateId"', '"e":', '"subscriptionId"')):
        return BINANCE
    return None


def _is_our_product(venue: Venue, parts: SplitResult) -> bool:
    """Whether it is the product of a venue that we speak: others of it say other things."""
    if venue is BYBIT:
        linear = "category" not in parts.query or "category=linear" in parts.query
        return parts.path == "/v5/public/linear" or (
            parts.path.startswith("/v5/market/") and linear
        )
    if venue is KRAKEN and parts.scheme == "wss" and not parts.path.startswith("/v2"):
        return False
    host = parts.hostname or ""
    return host.split(".")[0] not in ("fstream", "dstream", "fapi", "dapi", "futures")
