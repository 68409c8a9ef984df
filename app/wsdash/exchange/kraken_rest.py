"""Kraken's REST: its envelope, its signature check, and the private answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast
from urllib.parse import parse_qsl

import msgspec

from wsdash.exchange.kraken_public import KrakenError, KrakenPublic
from wsdash.exchange.market import Market
from wsdash.exchange.pairs import kraken_asset_key
from wsdash.exchange.signing import Keys, kraken_signature, same
from wsdash.exchange.tokens import Tokens

PERMISSIONS = ("query-funds", "query-open-trades", "query-ledger", "create-ws-token")


class KrakenRest:
    """Answers REST requests; `answer` returns the JSON body."""

    def __init__(
        self, market: Market, keys: Keys, tokens: Tokens, stale: Callable[[str], int]
    ) -> None:
        self._market = market
        self._keys = keys
        self._tokens = tokens
        self._nonce = 0
        self._public = KrakenPublic(market, stale)
        self._private: dict[str, Callable[[], str]] = {
            "GetWebSocketsToken": self._token,
            "GetApiKeyInfo": self._key_info,
            "Balance": self._balance,
            "BalanceEx": self._balance_ex,
        }

    def answer(
        self, path: str, query: Mapping[str, str], head: Mapping[str, str], body: str
    ) -> str:
        """Return the reply to a request, errors included, in Kraken's envelope."""
        try:
            return f'{{"error":[],"result":{self._result(path, query, head, body)}}}'
        except KrakenError as error:
            return msgspec.json.encode({"error": [str(error)]}).decode()

    def _result(
        self, path: str, query: Mapping[str, str], head: Mapping[str, str], body: str
    ) -> str:
        kind, _, name = path.removeprefix("/0/").partition("/")
        if kind == "public" and name in self._public.answers:
            return self._public.answers[name]({**query, **_form(body)})
        if kind == "private" and name in self._private:
            self._check(path, head, body)
            return self._private[name]()
        raise KrakenError("EGeneral:Unknown method")

    def _check(self, path: str, head: Mapping[str, str], body: str) -> None:
        """Refuse what is not signed with our key, or was signed before."""
        if not same(head.get("API-Key", ""), self._keys.api_key):
            raise KrakenError("EAPI:Invalid key")
        nonce = _form(body).get("nonce", "")
        signature = kraken_signature(self._keys.api_secret, path, nonce, body)
        if not same(head.get("API-Sign", ""), signature):
            raise KrakenError("EAPI:Invalid signature")
        if not (nonce.isascii() and nonce.isdigit() and self._nonce < int(nonce) < 1 << 64):
            raise KrakenError("EAPI:Invalid nonce")
        self._nonce = int(nonce)

    def _token(self) -> str:
        return f'{{"token":"{self._tokens.mint()}","expires":{self._tokens.seconds}}}'

    def _key_info(self) -> str:
        info: dict[str, object] = {
            "api_key_name": "read only",
            "api_key": self._keys.api_key,
            "nonce": str(self._nonce),
            "nonce_window": "0",
            "permissions": list(PERMISSIONS),
            "valid_until": "0",
            "query_from": "0",
            "query_to": "0",
            "ip_allowlist": [],
        }
        return msgspec.json.encode(info).decode()

    def _balance(self) -> str:
        balances = self._market.account.balances
        rows = {kraken_asset_key(asset): f"{total:.10f}" for asset, total in balances.items()}
        return msgspec.json.encode(rows).decode()

    def _balance_ex(self) -> str:
        account = self._market.account
        rows = {
            kraken_asset_key(asset): {
                "balance": f"{total:.10f}",
                "hold_trade": f"{total - account.available(asset):.10f}",
            }
            for asset, total in account.balances.items()
        }
        return msgspec.json.encode(rows).decode()


def _form(body: str) -> dict[str, str]:
    """Return the fields of a form or JSON body as text."""
    if body.startswith("{"):
        try:
            raw = msgspec.json.decode(body)
        except msgspec.DecodeError:
            return {}
        return {name: str(value) for name, value in cast("dict[str, Any]", raw).items()}
    return dict(parse_qsl(body))
