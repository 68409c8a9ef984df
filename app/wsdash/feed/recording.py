"""Recordings: what went over the wire and what the supervisor did, one JSON object a line.

Every line has ``t`` (wall seconds or null), ``conn`` (address) and ``dir``: ``in`` a text
frame from the venue, ``out`` one we sent, ``rest`` the body of a response whose address is
``conn``, ``link`` a turn in a connection's life. Files are plain, gzip or zstd, or lie in a bundle.
"""

from __future__ import annotations

import importlib
import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Annotated, BinaryIO, Final, Literal, Protocol, cast

import msgspec

from wsdash.venues.venue import END_OF_TIME, UNREADABLE

LONGEST_LINE = 40 * 1024 * 1024
"""Bytes; a longer record is damaged. The largest frame a venue may send fits twice."""

BUNDLED = "recording.jsonl.gz"
"""Name of the recording in an incident bundle, a zip file."""

HOPELESS = 1_000
"""Lines that are no record, and none that is: the file is something else."""

_CHUNK: Final = 1 << 16

_LOOK: Final = 100
"""Lines between two looks at how far the file has been read."""

_GZIP_PIECE: Final = 1 << 10
_ZSTD_PIECE: Final = 1 << 6
"""Bytes unpacked at once: a bomb makes a megabyte or two of them, not more."""

_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = b"PK\x03\x04"
_BAD_ZIP: Final = (
    zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, ArithmeticError,
)  # fmt: skip
_ZSTD: Final = b"\x28\xb5\x2f\xfd"


class Record(msgspec.Struct, omit_defaults=True):
    """One line of a recording; the last fields are of ``link`` lines only."""

    t: Annotated[float, msgspec.Meta(ge=0, lt=END_OF_TIME)] | None
    conn: str
    dir: Literal["in", "out", "rest", "link"]
    data: str = ""
    venue: str = ""
    role: Literal["", "public", "private"] = ""
    event: str = ""
    reason: str = ""


class RecordingError(Exception):
    """A recording that cannot be read or written at all; the message is for people."""


class Recording:
    """A recording on disk, read from its beginning as often as wanted.

    Iterating yields the whole records. `damaged` then tells how many were not:
    lines that are no record, and one more where the file ends or breaks off early.

    Attributes:
        lines: how many have been read, blank ones left out.
        share: how much of the file has been read, 0 to 1.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damaged = self.lines = 0
        self.share = 0.0

    def __iter__(self) -> Iterator[Record]:
        """Yield every whole record, as `records` does."""
        return self.records()

    def records(self, skip: int = 0) -> Iterator[Record]:
        """Yield every whole record behind the first `skip` lines.

        Raises:
            RecordingError: the file cannot be opened, or is no recording at all.
        """
        self.damaged = self.lines = 0
        decode = msgspec.json.Decoder(Record).decode
        whole = 0
        with self._open() as file:
            size = max(1, os.fstat(file.fileno()).st_size)
            for line in self._lines(file):
                self.lines += 1
                if self.lines % _LOOK == 0:
                    self.share = min(1.0, file.tell() / size)
                if self.lines <= skip:
                    continue
                try:
                    record = decode(line)
                except UNREADABLE:
                    self.damaged += 1
                    if not whole and self.damaged >= HOPELESS:
                        break
                    continue
                whole += 1
                yield record
        self.share = 1.0
        if not whole and not skip and self.damaged:
            raise RecordingError(f"{self.path.name}: not a recording")

    def _open(self) -> BinaryIO:
        try:
            descriptor = os.open(self.path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        except OSError as error:
            raise RecordingError(f"{self.path.name}: {error.strerror or error}") from None
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise RecordingError(f"{self.path.name}: not a regular file")
        return os.fdopen(descriptor, "rb")

    def _lines(self, file: BinaryIO) -> Iterator[bytes]:
        """The lines that are not blank, none of them longer than `LONGEST_LINE`."""
        parts: list[bytes] = []
        length, too_long = 0, False
        for chunk in self._plain(file):
            *ends, rest = chunk.split(b"\n") if chunk.strip() else (b"",) * (1 + (b"\n" in chunk))
            for end in ends:
                line = b"".join((*parts, end))
                if not too_long and line.strip():
                    yield line
                parts, length, too_long = [], 0, False
            length += len(rest)
            if rest and not too_long:
                parts.append(rest)
            if length > LONGEST_LINE and not too_long:
                parts, too_long = [], True
                self.damaged += 1
        line = b"".join(parts)
        if line.strip():
            yield line

    def _plain(self, file: BinaryIO) -> Iterator[bytes]:
        """The bytes of the file, unpacked as far as it is sound."""
        head = file.read(4)
        bundle = head == _ZIP and zipfile.is_zipfile(file)
        file.seek(0)
        try:
            if head.startswith(_GZIP):
                yield from self._unpacked(file, _gzip_unpacker, _GZIP_PIECE)
            elif bundle:
                yield from self._bundled(file)
            elif head == _ZSTD:
                yield from self._unpacked(file, _zstd_unpacker(self.path), _ZSTD_PIECE)
            else:
                yield from iter(lambda: file.read(_CHUNK), b"")
        except OSError:
            self.damaged += 1  # the disk gave up

    def _bundled(self, file: BinaryIO) -> Iterator[bytes]:
        """The recording of an incident bundle."""
        try:
            with zipfile.ZipFile(file) as bundle, self._member(bundle) as member:
                yield from self._unpacked(cast("BinaryIO", member), _gzip_unpacker, _GZIP_PIECE)
        except KeyError:
            raise RecordingError(f"{self.path.name}: no recording in this zip file") from None
        except _BAD_ZIP:
            self.damaged += 1

    def _member(self, bundle: zipfile.ZipFile) -> IO[bytes]:
        info = bundle.getinfo(BUNDLED)
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise zipfile.BadZipFile("packed in a way no bundle is")
        return bundle.open(info)

    def _unpacked(
        self, file: BinaryIO, make: Callable[[], _Unpacker], piece: int
    ) -> Iterator[bytes]:
        unpacker, fed = make(), False
        while packed := file.read(piece):
            while packed:
                sound, whole = _feed(unpacker, packed)
                yield from sound
                if not whole:
                    self.damaged += 1
                    return
                fed = not unpacker.eof
                packed = unpacker.unused_data.lstrip(b"\0") if unpacker.eof else b""
                if unpacker.eof:
                    unpacker = make()
        self.damaged += fed


class _Unpacker(Protocol):
    eof: bool
    unused_data: bytes

    def decompress(self, data: bytes, /) -> bytes: ...


def _gzip_unpacker() -> _Unpacker:
    return cast("_Unpacker", zlib.decompressobj(wbits=31))


def _zstd_unpacker(path: Path) -> Callable[[], _Unpacker]:
    """Zstandard is in Python from 3.14 on; before, the `zstandard` package serves."""
    for module, name in (("compression.zstd", "ZstdDecompressor"), ("zstandard", "")):
        try:
            library = importlib.import_module(module)
        except ImportError:
            continue
        if name:
            return cast("Callable[[], _Unpacker]", getattr(library, name))
        return lambda: cast("_Unpacker", library.ZstdDecompressor().decompressobj())
    raise RecordingError(f"{path.name}: zstd needs Python 3.14 or the zstandard package")


def _feed(unpacker: _Unpacker, packed: bytes) -> tuple[list[bytes], bool]:
    """Unpack; where the data breaks, everything before the break still comes out."""
    spare = cast("_Copyable", unpacker).copy() if hasattr(unpacker, "copy") else None
    try:
        return [unpacker.decompress(packed)], True
    except (zlib.error, OSError, ValueError, RuntimeError):
        pass
    except Exception as error:  # zstd's own error class, whichever library it came from
        if "zstd" not in type(error).__name__.lower():
            raise
    sound = []
    for index in range(len(packed) if spare else 0):
        try:
            sound.append(cast("_Unpacker", spare).decompress(packed[index : index + 1]))
        except zlib.error:
            break
    return sound, False


class _Copyable(Protocol):
    def copy(self) -> _Unpacker: ...
