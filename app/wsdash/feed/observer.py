"""What connections need from outside, and whom they tell what happens on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from wsdash.domain.events import Event
from wsdash.feed.clock import Clock
from wsdash.feed.link import Link, Uniform
from wsdash.feed.sockets import OpenSocket
from wsdash.venues.venue import Request

if TYPE_CHECKING:
    from wsdash.feed.connection import Connection


class Observer(Protocol):
    """Who is told what happens on connections."""

    def link_changed(self, connection: Connection, before: Link) -> None:
        """The link is another one than `before`."""

    def facts(self, connection: Connection, events: list[Event]) -> None:
        """The venue said something."""

    def frame(self, connection: Connection, direction: Literal["in", "out"], data: str) -> None:
        """A frame crossed the wire; called only while `recording`."""

    def answer(self, connection: Connection, request: Request, body: bytes) -> None:
        """A request was answered."""

    recording: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What connections need from outside, all of it replaceable in a test."""

    clock: Clock
    uniform: Uniform
    open_socket: OpenSocket
    observer: Observer
