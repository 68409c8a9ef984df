"""Who may listen to everything that the supervisor hears."""

from __future__ import annotations

from typing import Literal, Protocol, TypeAlias

from wsdash.domain.events import Event
from wsdash.feed.connection import Connection
from wsdash.feed.link import Link
from wsdash.feed.market import Stream
from wsdash.venues.venue import Request

Symbol: TypeAlias = str
"""A venue's own name for a market; empty for the account."""


class Listener(Protocol):
    """Who wants every fact and every change of state, in order (`tail`, a recorder)."""

    def fact(self, venue: str, event: Event) -> None:
        """A venue said something; the board knows it already."""

    def stream(self, connection: Connection, symbol: Symbol, stream: Stream) -> None:
        """A stream is in another state."""

    def link(self, connection: Connection, before: Link) -> None:
        """A link is another one."""

    def frame(self, connection: Connection, direction: Literal["in", "out"], data: str) -> None:
        """A frame crossed the wire; only while the supervisor is `recording`."""

    def answer(self, connection: Connection, request: Request, body: bytes) -> None:
        """A request was answered."""
