"""The merged ladder on the screen: what it says of every row equals plain arithmetic."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wsdash.domain.book import Level, OrderBook
from wsdash.domain.merged import Merged, Source, merge
from wsdash.ui.snapshots.lines import ascii_only, plain_text, width_of
from wsdash.ui.snapshots.merged import MergedView, chosen_row, merged_rows, side_rows
from wsdash.ui.snapshots.merged_rows import segments
from wsdash.ui.snapshots.picture import Verdict
from wsdash.ui.snapshots.venues import Stand, letters_of

TICK = 10**17
VENUES = ("kraken", "binance", "binance_us")
LIVE, STALE = Verdict("LIVE", "0.2s"), Verdict("STALE", "6s", "bad")

ticks = st.integers(649_000, 651_000).map(lambda tick: f"{tick // 10}.{tick % 10}")
sizes = st.integers(1, 10**10).map(lambda units: f"{units // 10**6}.{units % 10**6:06d}")
levels = st.lists(st.tuples(ticks, sizes), min_size=1, max_size=12)
books = st.lists(st.tuples(levels, levels, st.booleans()), min_size=1, max_size=3)
Books = list[tuple[list[Level], list[Level], bool]]


def shown(given_books: Books, view: MergedView, step: int = TICK) -> tuple[Merged, list[Stand]]:
    sources, stands = [], []
    letters = letters_of(VENUES)
    for venue, (bids, asks, live) in zip(VENUES, given_books, strict=False):
        book = OrderBook()
        book.apply(bids, asks)
        sources.append(Source(venue, "BTC", "USD", book, "LIVE" if live else "STALE"))
        stands.append(Stand(letters[venue], venue, "USD", LIVE if live else STALE, live))
    return merge(sources, view.height, step), stands


def texts(merged: Merged, stands: Sequence[Stand], view: MergedView) -> list[str]:
    return [plain_text(row) for row in merged_rows(merged, stands, view)]


@given(st.lists(st.integers(0, 10**12).map(Decimal), min_size=1, max_size=5), st.integers(1, 60))
def test_the_cells_of_a_bar_are_given_out_by_share(parts: list[Decimal], cells: int) -> None:
    given_out = segments(parts, cells)
    total = sum(map(Fraction, parts))
    if not total:
        assert given_out == [0] * len(parts)
        return
    assert sum(given_out) == cells
    present = [part > 0 for part in parts]
    for part, count in zip(parts, given_out, strict=True):
        assert part or not count
        assert abs(count - Fraction(part) * cells / total) <= len(parts)
    if sum(present) <= cells:
        assert [count > 0 for count in given_out] == present


@settings(max_examples=60)
@given(books, st.integers(22, 110), st.integers(5, 40), st.integers(-5, 5))
def test_every_row_fits_and_there_are_not_more_than_there_is_room_for(
    given_books: Books, width: int, height: int, cursor: int
) -> None:
    view = MergedView(width, height, cursor, 1)
    rows = merged_rows(*shown(given_books, view), view)
    if any(live for _, _, live in given_books):
        assert len(rows) <= max(height, 6)
        assert max(width_of(row) for row in rows) <= max(width, 40)
    assert all(plain_text(ascii_only(row)).isascii() for row in rows)


@settings(max_examples=50)
@given(books)
def test_the_best_rows_name_who_has_a_part_and_how_much_of_live_books_only(
    given_books: Books,
) -> None:
    view = MergedView(120, 60, 0, 1)
    merged, stands = shown(given_books, view)
    live = [(bids, asks) for bids, asks, is_live in given_books if is_live]
    rows = texts(merged, stands, view)
    if not live:
        assert "no venue is live" in rows[-1]
        return
    letters = [stand.letter for stand in stands if stand.included]
    middle = next(at for at, row in enumerate(rows) if row.startswith(" ─"))
    for place, line in ((0, rows[middle + 1]), (1, rows[middle - 1])):
        parts = [dict(book[place]) for book in live]
        best = (min if place else max)(price for part in parts for price in part)
        held = [Fraction(part.get(best, "0")) for part in parts]
        assert line.split()[0].lstrip("×").replace(",", "") == best
        size = line.split()[1].replace(",", "").replace("<", "")
        assert abs(Fraction(size) - sum(held)) <= Fraction(1, 10 ** len(size.partition(".")[2]))
        present = {letter for letter, part in zip(letters, held, strict=True) if part}
        assert set(re.findall(r"[A-Z]", line)) == present
        if len(live) > 1:
            told = [int(text) for text in re.findall(r"(?<= )(\d+)%", line)]
            expected = [part * 100 / sum(held) for part in held if part]
            assert len(told) == len(expected)
            assert all(abs(a - b) <= 1 for a, b in zip(told, expected, strict=True))
    out = {stand.letter for stand in stands if not stand.included}
    ladder = [row for row in rows if re.match(r"[ ×]6\d,\d{3}\.\d ", row)]
    assert not out & {mark for row in ladder for mark in row}


def one(bid: str, ask: str, *, live: bool = True) -> tuple[list[Level], list[Level], bool]:
    return [(bid, "1")], [(ask, "3")], live


def test_who_is_out_is_said_with_the_reason() -> None:
    view = MergedView(38, 18, 0, 1)
    merged, stands = shown([one("65000.1", "65000.2"), one("65000.0", "65000.3", live=False)], view)
    rows = texts(merged, stands, view)
    assert rows[0].split() == ["K", "kraken", "USD", "LIVE", "0.2s"]
    assert "binance USD out: STALE 6s" in rows[1]
    assert not any("B" in row for row in rows[2:])


@pytest.mark.parametrize(
    ("bid", "ask", "words"),
    [
        ("65000.4", "65000.6", "0.1 0.02bp  bid B  ask K"),
        ("65000.1", "65001.1", "0.4 0.06bp  bid KB  ask K"),
        ("64999.5", "65001.5", "0.4 0.06bp  bid K  ask K"),
        ("65000.5", "65000.6", "LOCKED  bid B  ask K"),
        ("65000.7", "65000.8", "CROSSED 0.2 0.03bp  bid B  ask K"),
    ],
)
def test_venues_that_lock_or_cross_each_other_are_shown_so(bid: str, ask: str, words: str) -> None:
    view = MergedView(40, 18, 0, 1)
    merged, stands = shown([one("65000.1", "65000.5"), one(bid, ask)], view)
    rows = texts(merged, stands, view)
    assert any(words in row for row in rows)
    crossed = [row for row in rows if row.startswith("×")]
    assert len(crossed) == (2 if "CROSSED" in words else 0)


def test_in_little_room_only_who_is_best_is_said_between_the_sides() -> None:
    view = MergedView(26, 18, 0, 1)
    merged, stands = shown([one("65000.1", "65000.5"), one("65000.2", "65000.4")], view)
    assert any(row.startswith(" ─ bid B  ask B ─") for row in texts(merged, stands, view))


def test_the_cursor_tells_a_row_exactly() -> None:
    view = MergedView(60, 20, -1, 1)
    bids = [("65000.1", "0.30000001")], [("65000.1", "0.1")]
    merged, stands = shown([(side, [("65000.3", "1")], True) for side in bids], view)
    rows = texts(merged, stands, view)
    assert "65,000.1 × 0.40000001" in rows[-2]
    assert "K 0.30000001 75%  B 0.1 25%" in rows[-1]
    chosen = chosen_row(merged, view)
    assert chosen is not None
    assert chosen.price == Decimal("65000.1")
    assert min(side_rows(view, stands)) > 4


@pytest.mark.parametrize("size", ["0.00000150", "1.5", "940.25", "99026.92", "150000000"])
@pytest.mark.parametrize("width", [26, 33, 40, 60])
def test_sizes_of_every_order_leave_room_for_the_venues(size: str, width: int) -> None:
    view = MergedView(width, 14, 0, 5)
    side = [("0.51966", size)], [("0.51967", size)]
    merged, stands = shown([(*side, True), (*side, True)], view, 10**13)
    rows = [row for row in texts(merged, stands, view) if row[1:].startswith("0.5196")]
    assert len(rows) == 2
    for row in rows:
        assert len(row) <= width
        assert 0 <= row.count("K") - row.count("B") <= 1
        assert "B" in row


def test_no_state_moves_the_rows() -> None:
    long = Verdict("RETRY", "7s #4 connection refused (127.0.0.1:9443)", "bad")
    for width in (38, 60, 70, 120):
        for height in (6, 12, 30):
            view = MergedView(width, height, 0, 1)
            both = [one("65000.1", "65000.5"), one("65000.1", "65000.5")]
            _, stands = shown(both, view)
            down = [stands[0], stands[1]._replace(verdict=long, included=False)]
            assert side_rows(view, stands) == side_rows(view, down)


def test_letters_are_different_and_do_not_depend_on_the_others() -> None:
    assert letters_of(VENUES) == {"kraken": "K", "binance": "B", "binance_us": "U"}
    assert letters_of(reversed(VENUES))["binance_us"] == "U"
    many = letters_of(f"b{index}" for index in range(20))
    assert len(set(many.values())) == 20
