"""Names of connections in a recording: the address, and a number where there is more than one."""

from __future__ import annotations

from collections.abc import Iterator

from wsdash.feed.connection import Connection
from wsdash.feed.link import OPEN, Link
from wsdash.feed.recording import Record
from wsdash.feed.rest import HttpRest
from wsdash.venues.venue import Request


class Labels:
    """Tells sockets to the same address apart, and puts turns of connections into records."""

    def __init__(self) -> None:
        self._labels: dict[Connection, str] = {}
        self._carriers: dict[str, str] = {}

    def of(self, connection: Connection) -> str:
        """The address; numbered when another connection to it has a label already."""
        if connection not in self._labels:
            count = sum(one.address == connection.address for one in self._labels)
            suffix = f"#{count + 1}" if count else ""
            self._labels[connection] = connection.address + suffix
        return self._labels[connection]

    def answer(
        self, connection: Connection, request: Request, body: bytes, wall: float
    ) -> Record | None:
        """The record of an answer, under the address that was asked; None of none worth one."""
        if connection.role == "private" or not isinstance(connection.rest, HttpRest) or not body:
            return None
        address = connection.rest.address(request)
        return Record(wall, address, "rest", body.decode("utf-8", "replace"))

    def restated(self, connection: Connection, wall: float) -> Iterator[Record]:
        """Yield what makes the frames of a connection understood that follow: its books."""
        if connection.session is None or not isinstance(connection.rest, HttpRest):
            return
        label, venue = self.of(connection), connection.venue.name
        yield Record(wall, label, "link", venue=venue, role="public", event="restated")
        for told in connection.session.restate():
            where = connection.rest.root + told.path if told.dir == "rest" else label
            yield Record(wall, where, told.dir, told.data)

    def turns(self, connection: Connection, before: Link, wall: float) -> list[Record]:
        """The records that a change of a link makes."""
        link, label = connection.link, self.of(connection)
        records = []
        last = self._carriers.setdefault(link.name, label)
        if last != label:  # a rotation: another connection carries the line now
            self._carriers[link.name] = label
            records.append(Record(wall, last, "link", event="closed"))
        if link.state is before.state:
            return records
        if link.state in OPEN and before.state not in OPEN:
            event = "opened"
        elif before.state in OPEN and link.state not in OPEN:
            event = "lost"
        else:
            event = link.state.lower()
        records.append(
            Record(
                t=wall,
                conn=label,
                dir="link",
                venue=connection.venue.name,
                role=connection.role,
                event=event,
                reason=link.reason,
            )
        )
        return records
