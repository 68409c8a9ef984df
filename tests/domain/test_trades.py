from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsdash.domain.trades import REMEMBERED_IDS, TAPE_LENGTH, Aggressor, Tape, Trade

sides: st.SearchStrategy[Aggressor] = st.sampled_from(["buy", "sell"])
digits = st.text("0123456789", min_size=1, max_size=18)
prints = st.builds(
    Trade,
    id=st.integers(0, 30).map(str),
    price=st.just("1"),
    size=st.builds("{}.{}".format, digits, digits),
    side=sides,
    time=st.none(),
    history=st.booleans(),
)


@given(st.lists(prints, max_size=60))
@pytest.mark.row("D2")
def test_every_print_counts_once_and_history_moves_no_volume(trades: list[Trade]) -> None:
    tape = Tape()
    news = [tape.add(trade) for trade in trades]
    assert sum(news) == len({trade.id for trade in trades})
    first_live = {trade.id: trade for trade in reversed(trades) if not trade.history}
    live = first_live.values()
    bought = sum((Fraction(t.size) for t in live if t.side == "buy"), Fraction(0))
    sold = sum((Fraction(t.size) for t in live if t.side == "sell"), Fraction(0))
    assert tape.count == len(live)
    assert (Fraction(tape.bought), Fraction(tape.sold)) == (bought, sold)


@given(st.lists(prints, max_size=40))
def test_the_tape_is_newest_first(trades: list[Trade]) -> None:
    tape = Tape()
    added = [trade for trade in trades if tape.add(trade)]
    assert list(tape.prints) == added[::-1]


def test_a_tape_forgets_the_oldest_and_keeps_counting() -> None:
    tape = Tape()
    total = REMEMBERED_IDS + 10
    for number in range(total):
        tape.add(Trade(str(number), "1", "0.1", "buy", None))
    assert len(tape.prints) == TAPE_LENGTH
    assert tape.count == total
    assert tape.bought == Decimal(total) / 10
    assert not tape.add(Trade(str(total - REMEMBERED_IDS), "1", "1", "buy", None))
    assert tape.add(Trade(str(total - REMEMBERED_IDS - 1), "1", "1", "buy", None))
