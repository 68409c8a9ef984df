"""A connection under supervision, and what is kept beside it."""

from __future__ import annotations

from dataclasses import dataclass, field

from wsdash.feed.connection import Connection
from wsdash.feed.history import LinkHistory
from wsdash.feed.rotation import Rotation
from wsdash.feed.watchdog import Patient
from wsdash.venues.venue import Subscription


@dataclass(slots=True)
class Line:
    """A connection and what is kept beside it.

    Attributes:
        rotation: the change to another connection that is under way.
        rotate_at: when the next one is due, monotonic seconds; None for never.
        rotate_why: why it is due.
    """

    connection: Connection
    rotation: Rotation | None = None
    rotate_at: float | None = None
    rotate_why: str = ""
    history: LinkHistory = field(default_factory=LinkHistory)
    patients: dict[Subscription, Patient] = field(default_factory=dict)
    wanted: frozenset[Subscription] = frozenset()
