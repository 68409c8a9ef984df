"""When connections are rotated, and the moment of the swap."""

from __future__ import annotations

from collections.abc import Callable

from wsdash.feed.connection import Connection
from wsdash.feed.line import Line
from wsdash.feed.link import LinkState, Uniform
from wsdash.feed.rotation import AGAIN_AFTER, APART, EARLY, PATIENCE, Rotation
from wsdash.feed.supervisor import Supervisor

NEXT = " (next)"
"""Marks the name of a connection that has not taken over yet."""


class Rotations:
    """Begins, ends and abandons rotations.

    Args:
        supervisor: whose lines are rotated.
        uniform: spreads the times at which they are due.
        start: makes and starts a connection like the one given.
        stop: stops a connection that was let go.
    """

    def __init__(
        self,
        supervisor: Supervisor,
        uniform: Uniform,
        start: Callable[[Connection], Connection],
        stop: Callable[[Connection], None],
    ) -> None:
        self._supervisor, self._uniform = supervisor, uniform
        self._start, self._stop = start, stop
        self._begun: dict[str, float] = {}

    def ask(self, line: Line, now: float, reason: str) -> None:
        """Rotate a line as soon as it can be."""
        line.rotate_at, line.rotate_why = now, reason

    def tick(self, now: float) -> None:
        """Look at every line, about four times a second."""
        for line in self._supervisor.lines.values():
            if line.rotation is not None:
                self._look(line, line.rotation, now)
            elif line.connection.link.state is LinkState.LIVE:
                self._plan(line)
                if line.rotate_at is not None and now >= line.rotate_at:
                    self._begin(line, now)

    def _plan(self, line: Line) -> None:
        """Choose when a new connection is due to go, well before the venue ends it."""
        limit, opened = line.connection.venue.liveness.max_age, line.connection.link.opened_at
        if line.rotate_at is None and limit and opened is not None:
            line.rotate_at = opened + limit - EARLY * (1 + self._uniform(0, 1))
            line.rotate_why = "before the venue's limit"

    def _begin(self, line: Line, now: float) -> None:
        venue = line.connection.venue.name
        if now - self._begun.get(venue, -APART) < APART or line.connection.budget.wait():
            return  # one after the other, and never beyond the budget
        self._begun[venue] = now
        new = self._start(line.connection)
        line.rotation = Rotation(new, line.wanted, now, line.rotate_why)
        line.rotate_at = None
        new.want(sorted(line.wanted))
        self._supervisor.note(line.connection, f"rotating: {line.rotate_why}")
        line.connection.rotate()

    def _look(self, line: Line, rotation: Rotation, now: float) -> None:
        rotation.new.tick(now)
        old = line.connection.link
        if old.state is LinkState.PARKED and old.retry_at is None:  # by key: no other is wanted
            line.rotation = None
            self._stop(rotation.new)
        elif rotation.is_ready(self._supervisor.board, line.connection):
            self._swap(line, rotation, now)
        elif now - rotation.began > PATIENCE and line.connection.is_live:
            line.rotation, line.rotate_at = None, now + AGAIN_AFTER
            self._supervisor.note(line.connection, "rotation given up; the old one stays")
            line.connection.rotate(done=True)
            self._stop(rotation.new)

    def _swap(self, line: Line, rotation: Rotation, now: float) -> None:
        old, new = line.connection, rotation.new
        name = old.link.name
        old.rename(f"{name} (last)")
        new.rename(name)
        line.connection, line.rotation, line.rotate_at = new, None, None
        events = rotation.swap(self._supervisor.board, now)
        self._supervisor.took_over(new)
        self._supervisor.facts(new, events)
        self._stop(old)
