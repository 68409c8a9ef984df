"""What signs requests: the only objects that hold a secret."""

from __future__ import annotations

from typing import NamedTuple, Protocol, TypeAlias

from wsdash.venues.venue import Request


class BadKey(ValueError):
    """A secret that is none of this venue's; the message is for people and holds no value."""


class Signed(NamedTuple):
    """A request made ready to be sent, secrets applied."""

    headers: dict[str, str]
    query: str
    body: str


Params: TypeAlias = dict[str, str | int | bool]
"""Parameters of a frame."""


class Signer(Protocol):
    """The only object that holds a secret. It never shows it, not even in its repr."""

    def sign(self, request: Request) -> Signed:
        """Sign a REST request."""

    def set_offset(self, seconds: float) -> None:
        """Take how far the venue's clock is ahead of ours; times are signed by its clock."""

    def sign_frame(self, params: Params) -> Params:
        """Return the parameters of a frame with key, time and signature."""
