"""A connection as a screen shows it."""

from __future__ import annotations

from urllib.parse import urlsplit

from wsdash.domain.text import clean
from wsdash.feed.connection import Connection
from wsdash.feed.feed import LinkReport
from wsdash.feed.line import Line


def report(line: Line) -> LinkReport:
    """Return what there is to say of a connection."""
    connection = line.connection
    session = connection.session
    return LinkReport(
        link=connection.link,
        received_at=connection.received_at,
        rate=line.history.rate,
        rtt=connection.rtt,
        attempts=connection.budget.spent,
        budget=connection.budget.limit,
        resyncs=line.history.resyncs,
        bad=session.tally.unparsed if session is not None else 0,
        strip=str(line.history.strip),
        streams=tuple(
            (clean(f"{sub.symbol} {sub.channel}", 40), str(strip))
            for sub, strip in sorted(line.history.streams.items())
        ),
        rotate_at=line.rotate_at,
        custom=_custom(connection),
    )


def _custom(connection: Connection) -> str:
    """Where a connection goes, when that is none of the venue's own hosts."""
    parts = urlsplit(connection.address)
    host = parts.hostname or ""
    if any(f".{host}".endswith(f".{own}") for own in connection.venue.hosts):
        return ""
    return clean(f"{host}:{parts.port}" if parts.port else host, 60)
