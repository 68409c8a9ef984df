"""Request signatures of both venues, and the one key pair the exchange knows.

The keys open nothing but this loopback exchange; they follow from the seed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Keys:
    """An API key and its secret, as a user would paste them."""

    api_key: str
    api_secret: str


def keys(seed: int, venue: str) -> Keys:
    """Return the key pair of a venue."""
    digest = hashlib.sha512(f"wsdash/{seed}/{venue}".encode()).digest()
    if venue == "kraken":
        public = base64.b64encode(hashlib.sha512(digest).digest()[:42]).decode()
        return Keys(public, base64.b64encode(digest).decode())
    return Keys(digest.hex()[:64], digest.hex()[64:])


def kraken_signature(secret: str, path: str, nonce: str, body: str) -> str:
    """Return Kraken's API-Sign.

    Raises:
        ValueError: the secret is not base64.
    """
    try:
        key = base64.b64decode(secret, validate=True)
    except binascii.Error as error:
        raise ValueError("a Kraken secret is base64") from error
    digest = hashlib.sha256((nonce + body).encode()).digest()
    mac = hmac.new(key, path.encode() + digest, hashlib.sha512)
    return base64.b64encode(mac.digest()).decode()


def binance_signature(secret: str, payload: str) -> str:
    """Return Binance's HMAC-SHA256 signature as lower-case hex."""
    return hmac.new(secret.encode(), payload.encode(), hashlib.sha256).hexdigest()


def same(left: str, right: str) -> bool:
    """Compare signatures in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())
