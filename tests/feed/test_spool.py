"""The spool: what it keeps is the newest there is, in order, and can be understood."""

from __future__ import annotations

import gzip
import os

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsdash.feed import spool
from wsdash.feed.recording import Record
from wsdash.feed.spool import Piece, Spool, joined

pytestmark = pytest.mark.row("E4")

VENUES = ("wss://one.example", "wss://two.example", "wss://three.example")


def read(packed: bytes) -> list[Record]:
    """The records of a gzip file."""
    return [msgspec.json.decode(line, type=Record) for line in gzip.decompress(packed).splitlines()]


def understood(records: list[Record]) -> list[Record]:
    """The same, record by record: no frame before its connection's beginning."""
    begun: set[str] = set()
    kept = []
    for record in records:
        if record.event in ("opened", "restated"):
            begun.add(record.conn)
        if record.dir in ("link", "rest") or record.conn in begun:
            kept.append(record)
    return kept


def everything(pieces: tuple[Piece, ...]) -> list[Record]:
    """All that is kept, understood or not."""
    return [record for piece in pieces for record in read(piece.packed)]


STEPS = st.tuples(
    st.sampled_from((0.0, 0.3, 4.0)),
    st.sampled_from(VENUES),
    st.sampled_from(("in", "out", "rest", "opened", "lost", "restated", "closed")),
    st.text(max_size=12),
)


def life(steps: list[tuple[float, str, str, str]]) -> list[Record]:
    """What some connections bring, one after another, from the middle of their lives on."""
    records, now = [], 1_000.0
    for pause, conn, kind, text in steps:
        now += pause
        if kind in ("in", "out", "rest"):
            records.append(Record(now, conn, kind, text))  # type: ignore[arg-type]
        else:
            records.append(Record(now, conn, "link", event=kind))
    return records


@given(st.lists(STEPS, max_size=60), st.integers(20, 400))
def test_what_is_written_is_what_was_kept_from_each_connections_beginning_on(
    steps: list[tuple[float, str, str, str]], size: int
) -> None:
    records = life(steps)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spool, "PIECE", size)
        kept = Spool(10_000_000, 10_000.0)
        for record in records:
            kept.keep(record)
        assert everything(kept.pieces()) == records
        assert read(joined(kept.pieces())) == understood(records)


def test_the_oldest_goes_when_there_is_too_much() -> None:
    kept = Spool(200_000, 10_000.0)
    for number in range(2_000):
        kept.keep(
            Record(1_000.0 + number / 100, VENUES[0], "in", f"{number} {os.urandom(500).hex()}")
        )
    records = everything(kept.pieces())
    numbers = [int(record.data.split()[0]) for record in records]
    assert kept.size <= 200_000
    assert numbers == list(range(numbers[0], 2_000))
    assert 100 < len(numbers) < 1_000


def test_the_oldest_goes_when_it_is_too_old() -> None:
    kept = Spool(10_000_000, 60.0)
    for second in range(600):
        kept.keep(Record(1_000.0 + second, VENUES[0], "in", str(second)))
    seconds = [int(record.data) for record in everything(kept.pieces())]
    assert seconds == list(range(seconds[0], 600))
    assert 60 <= len(seconds) <= 60 + 2 * spool.SPAN + 2


def test_a_clock_that_is_set_back_loses_nothing() -> None:
    kept = Spool(10_000_000, 60.0)
    times = [1_000.0, 1_001.0, 400.0, 401.0, 402.0]
    for time in times:
        kept.keep(Record(time, VENUES[0], "in", "x"))
    assert [record.t for record in everything(kept.pieces())] == times


def test_frames_take_a_fraction_of_their_text() -> None:
    kept = Spool(10_000_000, 10_000.0)
    text = 0
    for number in range(5_000):
        frame = (
            f'{{"e":"depthUpdate","E":{1_700_000_000_000 + number},"s":"BTCUSDT","U":{number * 3},'
            f'"u":{number * 3 + 2},"b":[["{60_000 + number % 37}.10","0.{number % 89}"]],"a":[]}}'
        )
        text += len(frame)
        kept.keep(Record(1_000.0 + number / 1_000, VENUES[0], "in", frame))
    assert sum(len(piece.packed) for piece in kept.pieces()) < text / 4
