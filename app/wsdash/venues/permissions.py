"""What an API key may do, in our own words: pure readings of each venue's answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from wsdash.venues.venue import Answer, Request


@dataclass(frozen=True, slots=True)
class Granted:
    """What a key may do beyond reading; `known` is False when the venue did not say."""

    known: bool
    trade: tuple[str, ...] = ()
    withdraw: tuple[str, ...] = ()

    @property
    def read_only(self) -> bool:
        """Whether the key is known to do no more than read."""
        return self.known and not self.trade and not self.withdraw

    @property
    def words(self) -> str:
        """For people."""
        if not self.known:
            return "permissions unknown"
        more = [f"can withdraw ({', '.join(self.withdraw)})"] if self.withdraw else []
        more += [f"can trade ({', '.join(self.trade)})"] if self.trade else []
        return "; ".join(more) or "read only"


UNKNOWN = Granted(known=False)


@dataclass(frozen=True, slots=True)
class Permissions:
    """How a venue is asked what a key may do.

    Attributes:
        request: signed.
        read: what the answer means.
    """

    request: Request
    read: Callable[[Answer], Granted]


class _KrakenKey(msgspec.Struct):
    permissions: list[str]


class _KrakenAnswer(msgspec.Struct):
    error: list[str] = []
    result: _KrakenKey | None = None


_KRAKEN_TRADE = frozenset({"modify-trades", "close-trades"})
_KRAKEN_WITHDRAW = frozenset({"withdraw-funds", "add-funds"})
_BINANCE_TRADE = (
    "enableSpotAndMarginTrading",
    "enableMargin",
    "enableFutures",
    "enableVanillaOptions",
    "enableFixApiTrade",
    "enablePortfolioMarginTrading",
)
_BINANCE_WITHDRAW = ("enableWithdrawals", "enableInternalTransfer", "permitsUniversalTransfer")

_kraken = msgspec.json.Decoder(_KrakenAnswer)
_binance = msgspec.json.Decoder(dict[str, bool | int])


def _read_kraken(answer: Answer) -> Granted:
    """Source: Kraken REST, ``GetApiKeyInfo``."""
    try:
        reply = _kraken.decode(answer.body)
    except msgspec.MsgspecError:
        return UNKNOWN
    if reply.error or reply.result is None:
        return UNKNOWN
    granted = frozenset(reply.result.permissions)
    return Granted(
        known=True,
        trade=tuple(sorted(granted & _KRAKEN_TRADE)),
        withdraw=tuple(sorted(granted & _KRAKEN_WITHDRAW)),
    )


def _read_binance(answer: Answer) -> Granted:
    """Source: Binance wallet API, ``apiRestrictions``; the test network has none."""
    try:
        flags = _binance.decode(answer.body)
    except msgspec.MsgspecError:
        return UNKNOWN
    if answer.status != 200 or "enableReading" not in flags:
        return UNKNOWN
    return Granted(
        known=True,
        trade=tuple(name for name in _BINANCE_TRADE if flags.get(name) is True),
        withdraw=tuple(name for name in _BINANCE_WITHDRAW if flags.get(name) is True),
    )


KRAKEN = Permissions(Request("/0/private/GetApiKeyInfo", method="POST", signed=True), _read_kraken)
BINANCE = Permissions(Request("/sapi/v1/account/apiRestrictions", signed=True), _read_binance)
