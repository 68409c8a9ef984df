"""Tables that leave the program: as CSV, or as Parquet where its library is installed.

Numbers stay the exact text they are. Text from outside can do nothing in a spreadsheet.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from itertools import islice
from typing import Any, BinaryIO, Final, Literal, NamedTuple, TypeAlias

from wsdash.domain.text import clean

Kind: TypeAlias = Literal["text", "number", "time", "flag"]
"""What a column holds: foreign text, exact decimals, seconds since the epoch, yes or no."""

Cell: TypeAlias = str | float | bool | None
"""None where there is nothing."""

BATCH: Final = 5_000
"""Rows that are packed at once."""

LONGEST_TEXT: Final = 500
"""Characters of a cell."""

_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_FORMULA: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class NoParquet(Exception):
    """The library that writes Parquet is not installed; the message says what to install."""


class Column(NamedTuple):
    """A column."""

    name: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows; the rows may be made while they are written."""

    columns: Sequence[Column]
    rows: Iterable[tuple[Cell, ...]]


Write: TypeAlias = Callable[[Table, BinaryIO], int]
"""Writes a table and returns its rows."""


def write_csv(table: Table, out: BinaryIO) -> int:
    """Write a table as CSV in UTF-8, a line a row.

    Times are UTC to the microsecond, as in ``2026-11-25T12:04:31.250000Z``. Where there is no
    first row because of an error, no names of columns are written either.
    """
    rows = iter(table.rows)
    first = list(itertools.islice(rows, 1))
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    try:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([column.name for column in table.columns])
        kinds, count = [column.kind for column in table.columns], 0
        for row in itertools.chain(first, rows):
            writer.writerow([_plain(cell, kind) for cell, kind in zip(row, kinds, strict=True)])
            count += 1
        return count
    finally:
        text.detach()


def write_parquet(table: Table, out: BinaryIO) -> int:
    """Write a table as Parquet: decimals as strings, times as microseconds of UTC.

    Raises:
        NoParquet: its library is not installed.
    """
    require_parquet()
    arrow, parquet = _arrow()
    types = {
        "text": arrow.string(),
        "number": arrow.string(),
        "time": arrow.timestamp("us", tz="UTC"),
        "flag": arrow.bool_(),
    }
    schema = arrow.schema([(column.name, types[column.kind]) for column in table.columns])
    count = 0
    with parquet.ParquetWriter(out, schema) as writer:
        for rows in _batches(table.rows):
            cells = zip(*rows, strict=True)
            arrays = [
                arrow.array([_typed(cell, column.kind) for cell in column_cells], type=field.type)
                for column, field, column_cells in zip(table.columns, schema, cells, strict=True)
            ]
            writer.write_batch(arrow.record_batch(arrays, schema=schema))
            count += len(rows)
    return count


FORMS: Final[dict[str, Write]] = {".csv": write_csv, ".parquet": write_parquet}
"""Forms of a table, by the end of a file's name."""


def require_parquet() -> None:
    """Make sure that Parquet can be written.

    Raises:
        NoParquet: its library is not installed.
    """
    if find_spec("pyarrow") is None:
        raise NoParquet("Parquet needs pyarrow: pip install 'wsdash[parquet]'")


def harmless(text: str) -> str:
    """Return text that no spreadsheet takes for a formula; numbers stay numbers."""
    text = clean(text, LONGEST_TEXT)
    is_formula = text.lstrip().startswith(_FORMULA) and not _NUMBER.fullmatch(text)
    return f"'{text}" if is_formula else text


def moment(seconds: float) -> datetime | None:
    """Return seconds since the epoch as a time of UTC, None where no calendar has it."""
    try:
        return _EPOCH + timedelta(microseconds=round(seconds * 1_000_000))
    except (OverflowError, ValueError):
        return None


def _plain(cell: Cell, kind: Kind) -> str:
    if cell is None:
        return ""
    if kind == "time" and isinstance(cell, (int, float)):
        when = moment(cell)
        return "" if when is None else when.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if kind == "flag":
        return "true" if cell else "false"
    return harmless(str(cell))


def _typed(cell: Cell, kind: Kind) -> str | bool | datetime | None:
    if cell is None:
        return None
    if kind == "time" and isinstance(cell, (int, float)):
        return moment(cell)
    return bool(cell) if kind == "flag" else clean(str(cell), LONGEST_TEXT)


def _batches(rows: Iterable[tuple[Cell, ...]]) -> Iterator[Sequence[tuple[Cell, ...]]]:
    left = iter(rows)
    while batch := tuple(islice(left, BATCH)):
        yield batch


def _arrow() -> tuple[Any, Any]:
    """Load the library, which takes a while."""
    import pyarrow as pa
    from pyarrow import parquet

    return pa, parquet
