"""Kraken Spot, WebSocket API v2: the account's connection, and the signer of its requests.

A token is minted by a signed REST request on every connection and then carried by the
subscription. Source: docs.kraken.com, "Spot REST authentication" and "Balances" (v2).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Iterable
from urllib.parse import urlencode

import msgspec

from wsdash.domain.account import Balance
from wsdash.domain.events import (
    AuthFailed,
    BalancesMoved,
    BalancesStated,
    Event,
    Heartbeat,
    Subscribed,
    Unparsed,
)
from wsdash.domain.numbers import BadNumber, add
from wsdash.venues import kraken_wire as wire
from wsdash.venues.kraken_facts import seconds
from wsdash.venues.venue import (
    Answer,
    Params,
    Phase,
    Progress,
    Request,
    Signed,
    Step,
    Subscription,
    Tally,
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
        ValueError: the secret is not base64.
    """

    def __init__(self, key: str, secret: str, wall_clock: Callable[[], float]) -> None:
        self._key = key
        try:
            self._secret = base64.b64decode(secret, validate=True)
        except binascii.Error:
            raise ValueError("the Kraken API secret is not base64") from None
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


class KrakenAccountSession:
    """The account's connection: balances, one subscription."""

    def __init__(self) -> None:
        self.tally = Tally()
        self._phase: Phase = "auth"
        self._sequence = 0
        self._wallets: dict[str, dict[str, str]] = {}

    @property
    def progress(self) -> Progress:
        """How far the session is."""
        return Progress(self._phase, int(self._phase == "ready"), 1)

    def hears(self, symbol: str) -> bool:
        """No books here."""
        return False

    def want(self, subscriptions: Iterable[Subscription], now: float) -> Step:
        """The account is always wanted whole."""
        return Step()

    def opened(self, now: float) -> Step:
        """Ask for a token."""
        return Step(requests=[Request(TOKEN_PATH, method="POST", signed=True)])

    def ticked(self, now: float) -> Step:
        """Nothing is due here."""
        return Step()

    def resync(self, subscription: Subscription, now: float, reason: str) -> Step:
        """Start over with a new token."""
        self._phase, self._sequence = "auth", 0
        return self.opened(now)

    def answered(self, request: Request, answer: Answer, now: float) -> Step:
        """Subscribe with the token, or say why there is none."""
        if request.path != TOKEN_PATH:
            return Step()
        try:
            reply = _token_answer.decode(answer.body) if answer.status else _TokenAnswer()
        except msgspec.MsgspecError:
            reply = _TokenAnswer(error=[f"HTTP {answer.status}"])
        if reply.result is not None and not reply.error:
            self._phase = "subscribing"
            params = {"channel": "balances", "snapshot": True, "token": reply.result.token}
            frame = {"method": "subscribe", "params": params, "req_id": 1}
            return Step(send=[msgspec.json.encode(frame).decode()])
        refusal = next((text for text in reply.error if _is_refusal(text)), None)
        if refusal is not None:
            return Step(events=[AuthFailed(refusal)])
        delay = max(answer.retry_after or 0.0, TOKEN_RETRY)
        return Step(requests=[Request(TOKEN_PATH, method="POST", signed=True, delay=delay)])

    def received(self, frame: bytes, now: float) -> Step:
        """Take a frame; one that cannot be understood is counted and reported."""
        try:
            message = wire.envelope.decode(frame)
            if message.channel == "balances":
                return self._balances(message, now)
            if message.channel == "heartbeat":
                return Step(events=[Heartbeat()])
            if message.method == "subscribe":
                return Step(events=self._answer(message))
        except (msgspec.MsgspecError, BadNumber, ValueError) as error:
            self.tally.unparsed += 1
            return Step(events=[Unparsed(type(error).__name__, "")])
        return Step()

    def _answer(self, message: wire.Envelope) -> list[Event]:
        if not message.success:
            return [AuthFailed(message.error)]
        if self._phase == "subscribing":
            self._phase = "syncing"
        return [Subscribed("account", "")]

    def _balances(self, message: wire.Envelope, now: float) -> Step:
        snapshot = message.type == "snapshot"
        if not snapshot and message.sequence != self._sequence + 1:
            self.tally.sequence_gaps += 1
            return self.resync(Subscription("account"), now, "gap")
        self._sequence = message.sequence
        entries = wire.balances.decode(message.data)
        if snapshot:
            self._wallets.clear()
            self._phase = "ready"
        for entry in entries:
            wallets = self._wallets.setdefault(entry.asset, {})
            if entry.wallets:
                wallets.update((w.place, wire.number(w.balance)) for w in entry.wallets)
            else:
                wallets[entry.place] = wire.number(entry.balance)
        balances = tuple(
            Balance(asset, add(self._wallets[asset].values()))
            for asset in dict.fromkeys(entry.asset for entry in entries)
        )
        time = seconds(entries[-1].timestamp) if entries else None
        fact = BalancesStated if snapshot else BalancesMoved
        return Step(events=[fact(balances, time)])


def _is_refusal(error: str) -> bool:
    """Whether asking again would be in vain: the key itself is not accepted."""
    return error.startswith(("EAPI:Invalid", "EGeneral:Permission", "EAPI:Bad"))
