"""Tokens that open Kraken's private socket: they must be used within a time."""

from __future__ import annotations

from collections.abc import Callable

from wsdash.exchange.chance import seeded


class Tokens:
    """Mints tokens and tells whether one may still subscribe."""

    def __init__(self, seed: int, clock: Callable[[], float], seconds: int = 900) -> None:
        self.seconds = seconds
        self._random = seeded(seed, "tokens")
        self._clock = clock
        self._minted: dict[str, float] = {}

    def mint(self) -> str:
        """Return a new token."""
        token = "".join(
            self._random.choices("abcdefghijklmnopqrstuvwxyzABCDEFGHJKLMN23456789", k=44)
        )
        self._minted[token] = self._clock()
        return token

    def valid(self, token: str) -> bool:
        """Tell whether a token was minted here and not too long ago."""
        minted = self._minted.get(token)
        return minted is not None and self._clock() - minted < self.seconds
