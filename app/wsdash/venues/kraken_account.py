"""Kraken Spot, WebSocket API v2: the account's connection, and the signer of its requests.

A token is minted by a signed REST request on every connection and then carried by the
subscription. Source: docs.kraken.com, "Spot REST authentication" and "Balances" (v2).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from urllib.parse import urlencode

import msgspec

from wsdash.domain.account import Balance
from wsdash.domain.events import (
    AuthFailed,
    BalancesMoved,
    BalancesStated,
    Heartbeat,
    Subscribed,
)
from wsdash.domain.numbers import add
from wsdash.venues import kraken_wire as wire
from wsdash.venues.account import AccountSession
from wsdash.venues.kraken_facts import seconds
from wsdash.venues.signing import BadKey, Params, Signed
from wsdash.venues.venue import (
    UNREADABLE,
    Answer,
    Request,
    Step,
    Subscription,
)

TOKEN_PATH = "/0/private/GetWebSocketsToken"  # noqa: S105 - an address

TOKEN_RETRY = 5.0
"""Seconds between two requests for a token, when the venue had none to give."""


class KrakenSigner:
    """Signs REST requests with HMAC-SHA512 over the path and SHA256(nonce + body).

    Args:
        key: the API key.
        secret: its secret, base64 as Kraken shows it.
        wall_clock: seconds since the epoch; the nonce counts microseconds.

    Raises:
        BadKey: the secret is not base64.
    """

    def __init__(self, key: str, secret: str, wall_clock: Callable[[], float]) -> None:
        self._key = key
        try:
            self._secret = base64.b64decode(secret, validate=True)
        except ValueError:
            raise BadKey("the Kraken API secret is not base64") from None
        self._clock = wall_clock
        self._nonce = 0

    def __repr__(self) -> str:
        return "KrakenSigner(…)"

    def sign(self, request: Request) -> Signed:
        """Return the headers and the body of a signed POST."""
        self._nonce = max(self._nonce + 1, int(self._clock() * 1_000_000))
        body = urlencode([("nonce", str(self._nonce)), *request.query])
        return Signed(
            {
                "API-Key": self._key,
                "API-Sign": self.signature(request.path, str(self._nonce), body),
                "Content-Type": "application/x-www-form-urlencoded",
            },
            query="",
            body=body,
        )

    def set_offset(self, seconds: float) -> None:
        """Nonces count on whatever the time is."""

    def sign_frame(self, params: Params) -> Params:
        """Frames carry a token instead."""
        return params

    def signature(self, path: str, nonce: str, body: str) -> str:
        """Return the API-Sign header for a request."""
        digest = hashlib.sha256((nonce + body).encode()).digest()
        mac = hmac.new(self._secret, path.encode() + digest, hashlib.sha512)
        return base64.b64encode(mac.digest()).decode()


class _TokenResult(msgspec.Struct):
    token: str


class _TokenAnswer(msgspec.Struct):
    error: list[str] = []
    result: _TokenResult | None = None


_token_answer = msgspec.json.Decoder(_TokenAnswer)


class KrakenAccountSession(AccountSession):
    """The account's connection: balances, one subscription."""

    def __init__(self) -> None:
        super().__init__()
        self._sequence = 0
        self._token = ""
        self._asking = False
        self._wallets: dict[str, dict[str, str]] = {}

    def opened(self, now: float) -> Step:
        """Ask for a token."""
        return self._ask()

    def ticked(self, now: float) -> Step:
        """Nothing is due here."""
        return Step()

    def resync(self, subscription: Subscription, now: float, reason: str) -> Step:
        """Leave the subscription there is, and start over with a new token."""
        step = Step(send=[self._frame("unsubscribe")] if self._token else [])
        self._phase, self._token = "auth", ""
        step.extend(self._ask())
        return step

    def answered(self, request: Request, answer: Answer, now: float) -> Step:
        """Subscribe with the token, or say why there is none."""
        if request.path != TOKEN_PATH:
            return Step()
        self._asking = False
        try:
            reply = _token_answer.decode(answer.body) if answer.status else _TokenAnswer()
        except UNREADABLE:
            reply = _TokenAnswer(error=[f"HTTP {answer.status}"])
        if reply.result is not None and not reply.error:
            self._phase, self._token = "subscribing", reply.result.token
            return Step(send=[self._frame("subscribe")])
        refusal = next((text for text in reply.error if _is_refusal(text)), None)
        if refusal is not None:
            return Step(events=[AuthFailed(refusal)])
        return self._ask(max(answer.retry_after or 0.0, TOKEN_RETRY))

    def received(self, frame: bytes, now: float) -> Step:
        """Take a frame; one that cannot be understood is counted and reported."""
        try:
            message = wire.envelope.decode(frame)
            if message.channel == "balances":
                return self._balances(message, now)
            if message.channel == "heartbeat":
                return Step(events=[Heartbeat()])
            if message.method == "subscribe":
                return self._answer(message)
        except UNREADABLE as error:
            return Step(events=[self.tally.bad(error)])
        return Step()

    def _ask(self, delay: float = 0.0) -> Step:
        """Ask for a token, unless one is on its way: venues count how many are minted."""
        if self._asking:
            return Step()
        self._asking = True
        return Step(requests=[Request(TOKEN_PATH, method="POST", signed=True, delay=delay)])

    def _frame(self, method: str) -> str:
        params: Params = {"channel": "balances", "token": self._token}
        if method == "subscribe":
            params["snapshot"] = True
        return msgspec.json.encode({"method": method, "params": params, "req_id": 1}).decode()

    def _answer(self, message: wire.Envelope) -> Step:
        if not message.success and "already subscribed" not in message.error.lower():
            if message.error.startswith("ESession"):
                self._phase, self._token = "auth", ""
                return self._ask(TOKEN_RETRY)
            return Step(events=[AuthFailed(message.error)])
        if self._phase == "subscribing":
            self._phase = "syncing"
        return Step(events=[Subscribed("account", "")])

    def _balances(self, message: wire.Envelope, now: float) -> Step:
        snapshot = message.type == "snapshot"
        if not snapshot and self._phase != "ready":
            return Step()  # of a subscription that is given up
        if not snapshot and message.sequence != self._sequence + 1:
            self.tally.sequence_gaps += 1
            return self.resync(Subscription("account"), now, "gap")
        entries = wire.balances.decode(message.data)
        wallets = {} if snapshot else {name: dict(own) for name, own in self._wallets.items()}
        for entry in entries:
            own = wallets.setdefault(entry.asset, {})
            if entry.wallets:
                own.update((w.place, wire.number(w.balance)) for w in entry.wallets)
            else:
                own[entry.place] = wire.number(entry.balance)
        balances = tuple(
            Balance(asset, add(wallets[asset].values()))
            for asset in dict.fromkeys(entry.asset for entry in entries)
        )
        time = seconds(entries[-1].timestamp) if entries else None
        # Only now: an entry that cannot be read is then missing in the sequence.
        self._wallets, self._sequence, self._phase = wallets, message.sequence, "ready"
        fact = BalancesStated if snapshot else BalancesMoved
        return Step(events=[fact(balances, time)])


def _is_refusal(error: str) -> bool:
    """Whether asking again would be in vain: the key itself is not accepted."""
    return error.startswith(("EAPI:Invalid", "EGeneral:Permission", "EAPI:Bad"))
