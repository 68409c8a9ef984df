"""The words for how true something is, computed anew at every draw.

Ages are measured here, from when data came to now: whoever should have marked a
stream as stale may be stuck, and the screen says it all the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from wsdash.domain.text import clean
from wsdash.feed.feed import LinkReport
from wsdash.feed.freshness import LAGGING
from wsdash.feed.link import Link, LinkState
from wsdash.feed.market import ChannelState, Stream
from wsdash.ui.snapshots.clocks import age, countdown, minutes
from wsdash.ui.snapshots.picture import Verdict

LOOK_AFTER: Final = 2.0
"""Seconds after which the age of a live book turns amber."""

GRACE: Final = 0.5
"""Seconds past its limit after which the screen itself calls a stream stale."""

_DOWN: Final = frozenset(
    {
        LinkState.IDLE,
        LinkState.HOLD,
        LinkState.CONNECTING,
        LinkState.AUTH,
        LinkState.BACKOFF,
        LinkState.PARKED,
    }
)


def link_verdict(
    link: Link, now: float, received_at: float | None = None, *, brief: bool = False
) -> Verdict:
    """Return the state of a connection in words; `brief` leaves out its reason."""
    wait = 0.0 if link.retry_at is None else link.retry_at - now
    reason = "" if brief else clean(link.reason)
    match link.state:
        case LinkState.BACKOFF:
            number = f" #{link.attempt}" if link.attempt else ""
            return Verdict("RETRY", f"{countdown(wait)}{number} {reason}".rstrip(), "bad")
        case LinkState.HOLD:
            return Verdict("HOLD", f"{minutes(wait)} {reason}".rstrip(), "look")
        case LinkState.PARKED:
            return Verdict("PARKED", reason.removeprefix("parked "), "bad")
        case LinkState.SYNCING:
            return Verdict("SYNC", clean(link.progress), "look")
        case LinkState.LIVE | LinkState.ROTATING:
            heard = age(now - received_at) if received_at is not None else ""
            live = link.state is LinkState.LIVE
            return Verdict(link.state.value, heard, "good" if live else "quiet")
        case _:
            return Verdict(link.state.value, clean(link.progress), "look")


def stream_verdict(stream: Stream | None, report: LinkReport | None, now: float) -> Verdict:
    """Return how true a stream's numbers are, given the connection they come over."""
    if report is not None and report.link.state in _DOWN:
        return link_verdict(report.link, now)
    if stream is None:
        return Verdict("SYNC", "", "look")
    silent = stream.age(now)
    reason = clean(stream.reason)
    match stream.state:
        case ChannelState.LIVE if silent is not None and silent <= stream.threshold + GRACE:
            if stream.behind > LAGGING:
                return Verdict("LAGGING", age(stream.behind), "look")
            aging = stream.channel == "book" and silent >= LOOK_AFTER
            return Verdict("LIVE", age(silent), "aging" if aging else "good")
        case ChannelState.QUIET if silent is not None and not _unheard(stream, report, now):
            return Verdict("QUIET", age(silent), "quiet")
        case ChannelState.SYNCING:
            progress = clean(report.link.progress) if report is not None else ""
            return Verdict("SYNC", progress, "look")
        case ChannelState.STALE if stream.is_late:
            return Verdict("STALE", reason, "bad")
        case ChannelState.RESYNC:
            return Verdict("RESYNC", reason, "look")
        case ChannelState.PARKED:
            return Verdict("PARKED", reason, "bad")
        case _:
            return Verdict("STALE", age(silent) if silent is not None else reason, "bad")


def report_for(reports: Iterable[LinkReport], venue: str, *, private: bool) -> LinkReport | None:
    """Return the connection that carries a venue's public or private streams.

    Where several could, the one that is worst off: what it carries is not known here.
    """
    fitting = [
        report
        for report in reports
        if report.link.venue == venue and ("private" in report.link.name) == private
    ]
    down = [report for report in fitting if report.link.state in _DOWN]
    return next(iter(down or fitting), None)


def _unheard(stream: Stream, report: LinkReport | None, now: float) -> bool:
    """Tell whether even heartbeats have stopped, so that quiet is no excuse any more."""
    if report is None or report.received_at is None:
        return False
    return now - report.received_at > stream.threshold + GRACE
