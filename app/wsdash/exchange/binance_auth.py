"""How Binance checks a signed request, over REST and the WebSocket API alike."""

from __future__ import annotations

from collections.abc import Mapping

from wsdash.exchange.binance_queries import BinanceError, number
from wsdash.exchange.signing import Keys, binance_signature, same


def check_times(params: Mapping[str, str], now: int) -> None:
    """Refuse a request outside its window; `now` is in milliseconds.

    Raises:
        BinanceError: timestamp missing, ahead of the server or too old.
    """
    if "timestamp" not in params:
        raise BinanceError(
            400,
            -1102,
            "Mandatory parameter 'timestamp' was not sent, was empty/null, or malformed.",
        )
    window = number(params, "recvWindow", 5000)
    if window > 60_000:
        raise BinanceError(400, -1131, "Parameter 'recvWindow' must be less than 60000.")
    sent = number(params, "timestamp", 0)
    if sent >= now + 1000:
        raise BinanceError(
            400, -1021, "Timestamp for this request was 1000ms ahead of the server's time."
        )
    if sent < now - window:
        raise BinanceError(400, -1021, "Timestamp for this request is outside of the recvWindow.")


def check_key(keys: Keys, given: str | None) -> None:
    """Refuse a key that is not ours.

    Raises:
        BinanceError: no key, or another one.
    """
    if not given:
        raise BinanceError(401, -2014, "API-key format invalid.")
    if not same(given, keys.api_key):
        raise BinanceError(401, -2015, "Invalid API-key, IP, or permissions for action.")


def check_signature(keys: Keys, payload: str, given: str) -> None:
    """Refuse a signature that is not the payload's.

    Raises:
        BinanceError: it is not valid.
    """
    if not same(given, binance_signature(keys.api_secret, payload)):
        raise BinanceError(400, -1022, "Signature for this request is not valid.")


def rest_payload(query: str) -> tuple[str, str]:
    """Split a query string into what was signed and the signature, which comes last."""
    payload, _, signature = query.rpartition("signature=")
    return payload.rstrip("&"), signature.partition("&")[0]


def api_payload(params: Mapping[str, str]) -> str:
    """Return what a WebSocket API request signs: its parameters, sorted by name."""
    return "&".join(f"{name}={params[name]}" for name in sorted(params) if name != "signature")
