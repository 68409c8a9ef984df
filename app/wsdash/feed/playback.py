"""Recorded traffic through the same sessions that live traffic goes through."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl

from wsdash.domain.events import BookSynced, Event
from wsdash.feed.recording import Record, RecordingError
from wsdash.venues import registry
from wsdash.venues.venue import Answer, Request, Session, Venue

SETTLED = 1.0
"""Seconds that pass for the sessions after the last record."""


class Playback:
    """Feeds records to sessions, one session a connection, and hands out what they say.

    Args:
        venue: the venue of connections whose address does not tell.

    Attributes:
        speaker: the connection that said what `feed` returned last.
    """

    def __init__(self, venue: Venue | None = None) -> None:
        self.venue = venue
        self.speaker = ""
        self.sessions: dict[str, Session] = {}
        self.venues: dict[str, Venue] = {}
        self.closed: list[Session] = []
        self.now = 0.0
        self._down: set[str] = set()
        self._owners: dict[tuple[str, str], Session] = {}

    def feed(self, record: Record) -> list[tuple[Venue, Event]]:
        """Take one record and return what it means.

        Raises:
            RecordingError: it is of a venue this program does not speak.
        """
        if record.t is not None:
            self.now = max(self.now, record.t)
        if record.dir == "link":
            self._turn(record)
            return []
        if record.dir == "out" or not record.data:
            return []
        if record.dir == "rest":
            return list(self._rest(record))
        session = self._session(record)
        self._down.discard(record.conn)
        events = session.ticked(self.now).events
        events += session.received(record.data.encode(), self.now).events
        return self._said(record.conn, events)

    def finish(self) -> list[tuple[Venue, Event]]:
        """Let the time pass that quiet books need to be believed."""
        self.now += SETTLED
        return [
            said
            for conn, session in self.sessions.items()
            for said in self._said(conn, session.ticked(self.now).events)
        ]

    def all_sessions(self) -> list[Session]:
        """Every session there was."""
        return [*self.closed, *self.sessions.values()]

    def stands(self, venue: str, symbol: str) -> bool:
        """Whether the connection over which a venue's book came is still up."""
        owner = self._owners.get((venue, symbol))
        return any(
            session is owner and conn not in self._down for conn, session in self.sessions.items()
        )

    def _said(self, conn: str, events: list[Event]) -> list[tuple[Venue, Event]]:
        self.speaker, venue = conn, self.venues[conn]
        for event in events:
            if isinstance(event, BookSynced):
                self._owners[venue.name, event.symbol] = self.sessions[conn]
        return [(venue, event) for event in events]

    def _turn(self, record: Record) -> None:
        if record.event == "lost":
            self._down.add(record.conn)
        if record.event == "closed" and record.conn in self.sessions:
            self.closed.append(self.sessions.pop(record.conn))
        begins = record.event == "restated" and record.conn not in self.sessions
        if (record.event == "opened" or begins) and record.venue in registry.VENUES:
            if record.conn in self.sessions:
                self.closed.append(self.sessions.pop(record.conn))
            self._down.discard(record.conn)
            self._open(record.conn, registry.VENUES[record.venue], record.role == "private")

    def _session(self, record: Record) -> Session:
        if record.conn not in self.sessions:
            venue = registry.of_connection(record.conn, record.data) or self.venue
            if venue is None:
                raise RecordingError(f"no venue is known for {_where(record.conn)}; try --venue")
            self._open(record.conn, venue, is_private(record.conn))
        return self.sessions[record.conn]

    def _open(self, conn: str, venue: Venue, private: bool) -> None:
        session = venue.private(None, None) if private and venue.private else venue.public()
        self.sessions[conn], self.venues[conn] = session, venue
        session.opened(self.now)

    def _rest(self, record: Record) -> Iterator[tuple[Venue, Event]]:
        venue = registry.of_connection(record.conn, record.data) or self.venue
        if venue is None:
            return
        parts = registry.parts_of(record.conn)
        query = tuple(parse_qsl(parts.query))
        path = parts.path.replace("/api/v1/", "/api/v3/")
        request, answer = Request(path, query), Answer(200, record.data.encode())
        symbol = dict(query).get("symbol", "")
        public = [
            conn
            for conn, known in self.venues.items()
            if known is venue and not is_private(conn) and conn in self.sessions
        ]
        if not public:
            self._open(record.conn, venue, private=False)
            public = [record.conn]
        heard = [conn for conn in public if self.sessions[conn].hears(symbol)]
        conn = (heard or public)[0]
        events = self.sessions[conn].answered(request, answer, self.now).events
        yield from self._said(conn, events)


def is_private(conn: str) -> bool:
    """Whether an address is one of an account's connections."""
    return "ws-auth" in conn or "/ws-api/" in conn or "/private" in conn


def _where(conn: str) -> str:
    parts = registry.parts_of(conn)
    return f"{parts.hostname}{parts.path}" if parts.hostname else "this connection"
