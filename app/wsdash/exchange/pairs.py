"""The pairs the embedded exchange lists, and the names two venues give them.

A price is a whole number of ticks and a size a whole number of lots; both are
powers of ten, so text on the wire is the integer with a point put in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

_KRAKEN_CODES = {"BTC": "XBT", "DOGE": "XDG"}
_KRAKEN_KEYS = {
    "BTC": "XXBT",
    "ETH": "XETH",
    "XRP": "XXRP",
    "DOGE": "XXDG",
    "LTC": "XLTC",
    "USD": "ZUSD",
    "EUR": "ZEUR",
}
_KRAKEN_PAIR_KEYS = {
    "BTC/USD": "XXBTZUSD",
    "BTC/EUR": "XXBTZEUR",
    "ETH/USD": "XETHZUSD",
    "XRP/USD": "XXRPZUSD",
    "LTC/USD": "XLTCZUSD",
    "ETH/BTC": "XETHXXBT",
}


@dataclass(frozen=True, slots=True)
class Pair:
    """One listed pair: its grid, and what its order flow looks like."""

    base: str
    quote: str
    opening: int
    """Price at which the market opens, in ticks."""
    price_places: int
    """Digits after the point of a price: the tick is 10**-price_places."""
    size_places: int
    """Digits after the point of a size: the lot is 10**-size_places."""
    activity: float
    """Book events a second at rate 1."""
    typical: float
    """Typical order size in units of the base asset."""
    volatility: float
    """Standard deviation of a day's log return in a calm market."""
    levels: int = 400
    """Price levels a side at the open."""
    symbol: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "symbol", f"{self.base}/{self.quote}")

    @property
    def chronicle(self) -> str:
        """The symbol whose invented past is also this one's."""
        return self.symbol

    @property
    def kraken_key(self) -> str:
        """The key of the pair in Kraken's REST replies, such as XXBTZUSD."""
        return _KRAKEN_PAIR_KEYS.get(self.symbol, self.kraken_altname)

    @property
    def kraken_altname(self) -> str:
        """Kraken's short REST name, such as XBTUSD."""
        return kraken_code(self.base) + kraken_code(self.quote)

    @property
    def kraken_wsname(self) -> str:
        """Kraken's REST idea of the socket name, such as XBT/USD."""
        return f"{kraken_code(self.base)}/{kraken_code(self.quote)}"

    @property
    def binance_symbol(self) -> str:
        """Binance's name, upper case, with the dollar as USDT."""
        return binance_asset(self.base) + binance_asset(self.quote)

    def price(self, ticks: int) -> str:
        """Return a price in ticks as text with all its decimals."""
        return fixed(ticks, self.price_places)

    def size(self, lots: int) -> str:
        """Return a size in lots as text with all its decimals."""
        return fixed(lots, self.size_places)

    def price8(self, ticks: int) -> str:
        """Return a price as Binance writes it: eight decimals."""
        return fixed(ticks * 10 ** (8 - self.price_places), 8)

    def size8(self, lots: int) -> str:
        """Return a size as Binance writes it: eight decimals."""
        return fixed(lots * 10 ** (8 - self.size_places), 8)

    def notional8(self, value: int) -> str:
        """Return ticks times lots as quote currency with eight decimals, rounded down."""
        excess = self.price_places + self.size_places - 8
        return fixed(value // 10**excess if excess >= 0 else value * 10**-excess, 8)


def kraken_code(asset: str) -> str:
    """Return Kraken's REST ticker of an asset: XBT for BTC, XDG for DOGE."""
    return _KRAKEN_CODES.get(asset, asset)


def kraken_asset_key(asset: str) -> str:
    """Return Kraken's REST key of an asset, such as XXBT or ZUSD."""
    return _KRAKEN_KEYS.get(asset, asset)


def binance_asset(asset: str) -> str:
    """Return Binance's name of an asset: dollars are USDT there."""
    return "USDT" if asset == "USD" else asset


@lru_cache(maxsize=1 << 14)
def fixed(value: int, places: int) -> str:
    """Return ``value * 10**-places`` as plain text with exactly `places` decimals."""
    if value < 0:
        return "-" + fixed(-value, places)
    if not places:
        return str(value)
    digits = str(value).zfill(places + 1)
    return f"{digits[:-places]}.{digits[-places:]}"


PAIRS: tuple[Pair, ...] = (
    Pair("BTC", "USD", 650_000, 1, 8, 90.0, 0.12, 0.030, 1100),
    Pair("ETH", "USD", 350_000, 2, 8, 60.0, 1.6, 0.040, 700),
    Pair("SOL", "USD", 15_000, 2, 8, 40.0, 24.0, 0.055, 500),
    Pair("XRP", "USD", 52_000, 5, 8, 30.0, 3_000.0, 0.045),
    Pair("DOGE", "USD", 1_250_000, 7, 8, 22.0, 12_000.0, 0.060),
    Pair("ADA", "USD", 450_000, 6, 8, 14.0, 3_500.0, 0.050),
    Pair("LTC", "USD", 8_200, 2, 8, 12.0, 14.0, 0.040),
    Pair("LINK", "USD", 1_400_000, 5, 8, 12.0, 90.0, 0.050),
    Pair("AVAX", "USD", 2_700, 2, 8, 10.0, 55.0, 0.055),
    Pair("DOT", "USD", 62_000, 4, 8, 8.0, 220.0, 0.050),
    Pair("ETH", "BTC", 5_385, 5, 8, 12.0, 0.9, 0.020),
    Pair("BTC", "EUR", 600_000, 1, 8, 20.0, 0.05, 0.030),
    Pair("SHIB", "USD", 812, 8, 5, 6.0, 9_000_000.0, 0.070),
)
"""The listing, busiest first."""

ASSETS: tuple[str, ...] = tuple(dict.fromkeys(a for pair in PAIRS for a in (pair.base, pair.quote)))
"""Every asset the exchange knows."""
