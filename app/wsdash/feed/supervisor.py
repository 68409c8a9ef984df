"""The supervisor: it hears what happens on connections and keeps the board true to it.

Facts go to the board. A lost link marks every stream it carried before anything else
is drawn. Silent streams are found by the watchdog and repaired, each on its own.
"""

from __future__ import annotations

from typing import Literal

from wsdash.domain.account import Account
from wsdash.domain.events import BookLost, Event, Listed, Notice, Unparsed
from wsdash.domain.text import SafeText, clean
from wsdash.feed import streams
from wsdash.feed.apply import apply
from wsdash.feed.causes import Silence
from wsdash.feed.clock import Clock
from wsdash.feed.connection import Connection
from wsdash.feed.line import Line
from wsdash.feed.link import OPEN, Link, LinkState
from wsdash.feed.listener import Listener, Symbol
from wsdash.feed.log import LinkEvent, new_log
from wsdash.feed.market import Board, ChannelState, Stream
from wsdash.feed.watchdog import Patient, Repair
from wsdash.venues.venue import Request, Subscription


class Supervisor:
    """Observes connections on behalf of a board."""

    def __init__(self, board: Board, clock: Clock) -> None:
        self.board = board
        self.log = new_log()
        self.lines: dict[str, Line] = {}
        self.listeners: list[Listener] = []
        self.recording = False
        self.links = Stream("account", clock.monotonic())
        self._clock = clock

    def add(self, connection: Connection) -> None:
        """Take a connection under supervision."""
        self.lines[connection.link.name] = Line(connection)
        if connection.role == "private":
            venue = connection.venue.name
            self.board.accounts.setdefault(venue, Account())
            self.board.account_streams[venue] = Stream("account", self._clock.monotonic())

    def want(self, line: Line, wanted: frozenset[Subscription]) -> None:
        """Make `wanted` the whole of what a public connection carries."""
        line.wanted = wanted
        streams.keep(self.board, line.connection.venue.name, wanted, self._clock.monotonic())
        line.patients = {sub: p for sub, p in line.patients.items() if sub in wanted}
        line.history.streams = {
            sub: strip for sub, strip in line.history.streams.items() if sub in wanted
        }
        books = {sub.symbol for sub in wanted if sub.channel == "book"}
        self.board.gaps.forget(line.connection.link.name, books, self._clock.wall())
        self._ask(line)

    def _ask(self, line: Line) -> None:
        """Ask the venue for what is wanted, as far as it lists it."""
        venue = line.connection.venue.name
        line.connection.want(
            sorted(sub for sub in line.wanted if not streams.is_unknown(self.board, venue, sub))
        )

    def link_changed(self, connection: Connection, before: Link) -> None:
        """The link is another one than `before`."""
        if not self._carries(connection):
            self._log(connection, "", connection.link.state, connection.link.reason)
            return
        link = connection.link
        if link.state is not before.state:
            self._log(connection, "", link.state, link.reason)
            wall = self._clock.wall()
            if before.state in OPEN and link.state not in OPEN | {LinkState.IDLE}:
                heard = connection.received_at
                silence = 0.0 if heard is None else self._clock.monotonic() - heard
                carried = {stream.channel for _, stream in self._streams(connection)}
                self.board.gaps.open(
                    link.name, "", wall - silence, link.reason, tuple(sorted(carried))
                )
            if link.state is LinkState.LIVE:
                self.board.gaps.close(link.name, "", wall)
            self._mark(connection, before.state in OPEN, link.state in OPEN, link.reason)
        self.links.touch()
        for listener in self.listeners:
            listener.link(connection, before)

    def _mark(self, connection: Connection, was_open: bool, is_open: bool, reason: str) -> None:
        """Mark what a link carried when it is lost or there again, before it is drawn again."""
        if was_open is is_open:
            return
        now = self._clock.monotonic()
        for patient in self.lines[connection.link.name].patients.values():
            patient.excuse(now)
        for symbol, stream in self._streams(connection):
            if is_open:
                changed = streams.await_data(stream, now)
            else:
                changed = streams.lose(stream, now, reason)
            if changed:
                self._tell(connection, symbol, stream)

    def facts(self, connection: Connection, events: list[Event]) -> None:
        """The venue said something."""
        events = self._sift(connection, events)
        now, venue = self._clock.monotonic(), connection.venue.name
        for event in events:
            stream = apply(self.board, venue, event, now)
            if stream is not None:
                self._tell(connection, getattr(event, "symbol", ""), stream)
            match event:
                case BookLost():
                    self.lines[connection.link.name].history.resyncs += 1
                case Listed() if connection.role == "public":
                    self._ask(self.lines[connection.link.name])
                case Notice() if event.shutdown:
                    self.lines[connection.link.name].rotate_why = clean(event.text)
                    self.lines[connection.link.name].rotate_at = now
                case Unparsed():
                    self._log(connection, "", "BAD", clean(f"{event.reason}: {event.sample}", 80))
                case _:
                    pass
            for listener in self.listeners:
                listener.fact(venue, event)

    def _sift(self, connection: Connection, events: list[Event]) -> list[Event]:
        """What of a connection's facts the board is to know: during a rotation, some wait."""
        if self._carries(connection):
            rotation = self.lines[connection.link.name].rotation
            if rotation is not None:
                rotation.compare(self.board)
            return events
        for line in self.lines.values():
            if line.rotation is not None and line.rotation.new is connection:
                at_once = line.rotation.take(events)
                line.rotation.compare(self.board)
                return at_once
        return []  # of a connection that was let go

    def _carries(self, connection: Connection) -> bool:
        """Whether what is drawn comes from this connection."""
        line = self.lines.get(connection.link.name)
        return line is not None and line.connection is connection

    def frame(self, connection: Connection, direction: Literal["in", "out"], data: str) -> None:
        """A frame crossed the wire."""
        for listener in self.listeners:
            listener.frame(connection, direction, data)

    def answer(self, connection: Connection, request: Request, body: bytes) -> None:
        """A request was answered."""
        for listener in self.listeners:
            listener.answer(connection, request, body)

    def note(self, connection: Connection, text: str) -> None:
        """Put something about a connection into the log."""
        self._log(connection, "", connection.link.state, text)

    def took_over(self, connection: Connection) -> None:
        """A rotation is over: what the connection carries is whole, whatever the last one did."""
        name, wall = connection.link.name, self._clock.wall()
        self.note(connection, "took over")
        self.board.gaps.close(name, "", wall)
        now = self._clock.monotonic()
        for symbol, stream in self._streams(connection):
            if stream.state is ChannelState.STALE and stream.enter(ChannelState.QUIET, now):
                self._tell(connection, symbol, stream)
        self.links.touch()
        for listener in self.listeners:
            listener.link(connection, connection.link)

    def report(self, error: BaseException | None, name: str) -> None:
        """Put a bug of the supervision itself into the log: it goes on, but not unseen."""
        self._write(name, "", "BUG", f"{type(error).__name__}, started again")

    def tick(self) -> None:
        """Look at every connection and every stream, about four times a second."""
        now = self._clock.monotonic()
        for line in self.lines.values():
            connection = line.connection
            connection.tick(now, streams.lag(self.board, connection.venue.name))
            line.history.note(connection.link, connection.frames, now)
            for sub in line.wanted:
                stream = streams.find(self.board, connection.venue.name, sub.symbol, sub.channel)
                if stream is None:
                    continue
                if connection.role == "public" and connection.is_live:
                    self._look(line, sub, stream, now)
                line.history.note_stream(sub, connection.link, stream.state, now)

    def _look(self, line: Line, sub: Subscription, stream: Stream, now: float) -> None:
        before = stream.state
        if before in _UNSYNCED and line.connection.awaits(sub.symbol):
            return  # the socket is not to blame, and the session asks again
        repair = line.patients.setdefault(sub, Patient(now)).look(stream, now)
        if stream.state is not before:
            self._tell(line.connection, sub.symbol, stream)
        reason = stream.reason or "silent"
        if repair is Repair.ELSEWHERE and not line.connection.has_alternates:
            repair = Repair.RESUBSCRIBE  # the other channels must not lose their socket for it
        if repair is Repair.RESUBSCRIBE:
            line.history.resyncs += sub.channel != "book"  # of a book, the venue's session says so
            line.connection.resync(sub, reason)
        elif repair is Repair.RECONNECT:
            line.connection.drop(Silence(f"{sub.symbol} {sub.channel} silent"))
        elif repair is Repair.ELSEWHERE:
            line.connection.go_elsewhere(Silence(f"{sub.symbol} {sub.channel} silent"))
        elif repair is Repair.PARK and stream.enter(ChannelState.PARKED, now, reason):
            self._tell(line.connection, sub.symbol, stream)

    def _ledger(self, connection: Connection, symbol: Symbol, stream: Stream) -> None:
        """Keep account of the holes of one channel; those of a lost connection are the link's."""
        name, channels, state = connection.link.name, (stream.channel,), stream.state
        now, wall = self._clock.monotonic(), self._clock.wall()
        if stream.is_late:
            return  # late is not missing
        if state in (ChannelState.LIVE, ChannelState.QUIET):
            self.board.gaps.close(name, symbol, wall, channels)
        elif state in (ChannelState.STALE, ChannelState.RESYNC) and connection.link.is_open:
            silence = (stream.age(now) or 0.0) if state is ChannelState.STALE else 0.0
            lost = stream.reason.removeprefix("gap ")
            missed = f"updates {lost}" if lost != stream.reason else ""
            self.board.gaps.open(name, symbol, wall - silence, stream.reason, channels, missed)

    def _streams(self, connection: Connection) -> list[tuple[Symbol, Stream]]:
        venue = connection.venue.name
        if connection.role == "private":
            return [("", self.board.account_streams[venue])]
        return [(sub.symbol, stream) for sub, stream in streams.of_venue(self.board, venue)]

    def _tell(self, connection: Connection, symbol: Symbol, stream: Stream) -> None:
        self._ledger(connection, symbol, stream)
        if stream.state is not ChannelState.QUIET:
            subject = clean(f"{symbol} {stream.channel}".strip())
            self._log(connection, subject, stream.state, stream.reason)
        for listener in self.listeners:
            listener.stream(connection, symbol, stream)

    def _log(self, connection: Connection, subject: str, state: str, text: str) -> None:
        self._write(connection.link.name, subject, state, text)

    def _write(self, name: str, subject: str, state: str, text: str) -> None:
        at, wall = self._clock.monotonic(), self._clock.wall()
        self.log.append(LinkEvent(at, wall, name, subject, SafeText(state), SafeText(text)))
        self.links.touch()


_UNSYNCED = (ChannelState.SYNCING, ChannelState.RESYNC)
