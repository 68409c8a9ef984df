"""Binance: the signer of requests. Source: binance-spot-api-docs, "request security"."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from urllib.parse import urlencode

from wsdash.venues.signing import Params, Signed
from wsdash.venues.venue import Request


class BinanceSigner:
    """Signs with HMAC-SHA256 over the parameters, sorted by name for the WebSocket API.

    Args:
        key: the API key.
        secret: its secret.
        wall_clock: seconds since the epoch.
    """

    def __init__(self, key: str, secret: str, wall_clock: Callable[[], float]) -> None:
        self._key = key
        self._secret = secret.encode()
        self._clock = wall_clock
        self._offset = 0.0

    def __repr__(self) -> str:
        return "BinanceSigner(…)"

    def sign(self, request: Request) -> Signed:
        """Return the header and the query of a signed REST request."""
        query = urlencode([*request.query, ("timestamp", self._timestamp())])
        return Signed(
            {"X-MBX-APIKEY": self._key}, f"{query}&signature={self.signature(query)}", body=""
        )

    def sign_frame(self, params: Params) -> Params:
        """Return the parameters of a WebSocket API request with key, time and signature."""
        params = {**params, "apiKey": self._key, "timestamp": int(self._timestamp())}
        payload = "&".join(f"{name}={_text(params[name])}" for name in sorted(params))
        return {**params, "signature": self.signature(payload)}

    def signature(self, payload: str) -> str:
        """Return the hex signature of a payload."""
        return hmac.new(self._secret, payload.encode(), hashlib.sha256).hexdigest()

    def set_offset(self, seconds: float) -> None:
        """Take how far the venue's clock is ahead of ours; times are signed by its clock."""
        self._offset = seconds

    def _timestamp(self) -> str:
        return str(int((self._clock() + self._offset) * 1000))


def _text(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
