"""Tables that leave the program: exact, whole, and nothing a spreadsheet would carry out."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsdash.feed import tables
from wsdash.feed.tables import BATCH, Column, NoParquet, Table, harmless, write_csv, write_parquet

COLUMNS = (Column("t", "time"), Column("name"), Column("n", "number"), Column("f", "flag"))


def read(table: Table) -> list[list[str]]:
    out = io.BytesIO()
    write_csv(table, out)
    return list(csv.reader(io.StringIO(out.getvalue().decode(), newline="")))


def test_cells_are_what_they_were() -> None:
    row = (1_795_608_271.25, "BTC/USD", "0.00000001", True)
    assert read(Table(COLUMNS, [row, (None, 'a,"b"\n', None, False)])) == [
        ["t", "name", "n", "f"],
        ["2026-11-25T12:04:31.250000Z", "BTC/USD", "0.00000001", "true"],
        ["", 'a,"b"·', "", "false"],
    ]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        " =1",
        "＝1",
        "-",
        "+1",
        "-1e5",
    ],
)
def test_no_text_is_a_formula(text: str) -> None:
    assert harmless(text)[0] == "'"


@pytest.mark.parametrize("text", ["-12.5", "0", "BTC-USD", "a=b", "", "0.1+"])
def test_what_is_none_stays(text: str) -> None:
    assert harmless(text) == text


numbers = st.decimals(-(10**12), 10**12, places=18)


@given(st.lists(st.tuples(st.text(max_size=20), numbers)))
def test_rows_come_back_and_numbers_are_exact(rows: list[tuple[str, Decimal]]) -> None:
    table = Table((Column("text"), Column("n", "number")), [(text, f"{n:f}") for text, n in rows])
    got = read(table)[1:]
    assert len(got) == len(rows)
    for (_, number), (text, told) in zip(rows, got, strict=True):
        assert Decimal(told) == number
        assert not text.lstrip().startswith(("=", "+", "@"))
        assert not any(character < " " for character in text)


def test_a_missing_library_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "find_spec", lambda _: None)
    with pytest.raises(NoParquet, match=r"pip install 'wsdash\[parquet\]'"):
        write_parquet(Table(COLUMNS, []), io.BytesIO())


def test_parquet_comes_back_as_it_was() -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is an extra")
    rows = [(1_795_608_271.25 + n, "=x", f"{n}.10", n % 2 == 0) for n in range(BATCH + 3)]
    out = io.BytesIO()
    assert write_parquet(Table(COLUMNS, iter([*rows, (None, "", None, None)])), out) == BATCH + 4
    got = parquet.read_table(io.BytesIO(out.getvalue())).to_pydict()
    assert got["n"] == [*(row[2] for row in rows), None]
    assert got["f"][:2] == [True, False]
    assert [time.timestamp() for time in got["t"][:-1]] == [row[0] for row in rows]
    assert got["name"][0] == "=x", "no spreadsheet reads this form"
