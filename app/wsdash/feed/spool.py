"""The spool: the newest records in little memory, packed as they came.

Records of a flight recorder are many and hardly ever read. Kept as objects they take five
times their text; packed with gzip, piece by piece, a sixth of it. Pieces stand one behind
another in a file as they are: a gzip file may have many members.
"""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Iterable
from typing import Final, NamedTuple

import msgspec

from wsdash.feed.recording import Record

PIECE: Final = 32 * 1024
"""Bytes of text that are packed at once: it takes less than a millisecond."""

SPAN = 5.0
"""Seconds that a piece may stretch over: the oldest piece goes as a whole."""

_QUICK: Final = 1
"""Packs twice as fast as the usual level, and a fifth less."""


class Piece(NamedTuple):
    """Some records, one behind another.

    Attributes:
        newest: wall seconds of its last record.
        needs: connections whose frames cannot be understood by this piece alone.
        begins: connections that can be understood from somewhere in it.
        packed: its lines, as one member of a gzip file.
    """

    newest: float
    needs: frozenset[str]
    begins: frozenset[str]
    packed: bytes


class _Open:
    """The piece that is being filled."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.size = 0
        self.oldest = self.newest = 0.0
        self.needs: set[str] = set()
        self.begins: set[str] = set()

    def add(self, record: Record) -> None:
        line = msgspec.json.encode(record) + b"\n"
        self.newest = record.t or self.newest
        self.oldest = self.oldest or self.newest
        self.lines.append(line)
        self.size += len(line)
        if _begins(record):
            self.begins.add(record.conn)
        elif _is_frame(record) and record.conn not in self.begins:
            self.needs.add(record.conn)

    def packed(self) -> Piece:
        return Piece(self.newest, frozenset(self.needs), frozenset(self.begins), _pack(self.lines))


class Spool:
    """The newest records, and from where on each connection's can be understood.

    Args:
        capacity: bytes that the packed records may take.
        seconds: how long a record is worth keeping.
    """

    def __init__(self, capacity: int, seconds: float) -> None:
        self.size = 0
        self._capacity, self._seconds = capacity, seconds
        self._pieces: deque[Piece] = deque()
        self._open = _Open()

    def keep(self, record: Record) -> None:
        """Keep a record that has just come."""
        piece = self._open
        piece.add(record)
        if piece.size >= PIECE or not 0 <= piece.newest - piece.oldest <= SPAN:
            self._open = _Open()
            self._pieces.append(piece.packed())
            self.size += len(self._pieces[-1].packed)
            self._forget(piece.newest - self._seconds)

    def pieces(self) -> tuple[Piece, ...]:
        """Return all there is now, oldest first."""
        return (*self._pieces, self._open.packed())

    def _forget(self, before: float) -> None:
        while self.size > self._capacity or (self._pieces and self._pieces[0].newest < before):
            self.size -= len(self._pieces.popleft().packed)


def joined(pieces: Iterable[Piece]) -> bytes:
    """Return a gzip file of the records from where on each connection can be understood."""
    begun: set[str] = set()
    members = []
    for piece in pieces:
        members.append(piece.packed if piece.needs <= begun else _understood(piece, begun))
        begun |= piece.begins
    return b"".join(members)


def _understood(piece: Piece, begun: set[str]) -> bytes:
    """A piece without the frames that come before their connection's beginning."""
    known = set(begun)
    lines = []
    for line in zlib.decompress(piece.packed, wbits=31).splitlines(keepends=True):
        record = msgspec.json.decode(line, type=Record)
        if _begins(record):
            known.add(record.conn)
        if not _is_frame(record) or record.conn in known:
            lines.append(line)
    return _pack(lines)


def _begins(record: Record) -> bool:
    """Whether its connection can be understood from here on."""
    return record.dir == "link" and record.event in ("opened", "restated")


def _is_frame(record: Record) -> bool:
    return record.dir in ("in", "out")


def _pack(lines: list[bytes]) -> bytes:
    packer = zlib.compressobj(_QUICK, wbits=31)
    return packer.compress(b"".join(lines)) + packer.flush()
