"""Structure-aware fuzzing: ``python -m tests.chaos.fuzz --seconds 60 --seed 1 [--report FOLDER]``.

Frames as venues send them are taken apart into tokens, and tokens are dropped, doubled,
swapped, spliced between frames, and replaced by what parsers choke on. The same is done
to settings and recordings, and text of every kind goes through the boundary for text.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import re
import tempfile
import time
import unicodedata
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.chaos import reports
from tests.chaos.reports import Entry
from tests.venues import binance_frames, bybit_frames, kraken_frames

from wsdash.config import TEMPLATE
from wsdash.domain.book import OrderBook
from wsdash.domain.events import BookSynced, Printed
from wsdash.domain.numbers import BadNumber, plain, price_key, size_text
from wsdash.domain.text import clean
from wsdash.feed.causes import Silence, classify
from wsdash.feed.recording import Recording, RecordingError
from wsdash.settings import BadSettings, load
from wsdash.ui.snapshots.lines import Span, fit, plain_text, width_of
from wsdash.venues.binance import BinanceSession
from wsdash.venues.binance_account import BinanceAccountSession
from wsdash.venues.bybit import BybitSession
from wsdash.venues.kraken import KrakenSession
from wsdash.venues.kraken_account import KrakenAccountSession
from wsdash.venues.venue import Answer, Request, Session, Step, Subscription

_TOKEN: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|[-+\w.]+|[{}\[\],:]|\s+|.', re.DOTALL)
NASTY: Final[tuple[bytes, ...]] = (
    b"null", b"true", b"-0", b"-1", b"1e999999", b"1e-999999", b"NaN", b"Infinity", b"9" * 400,
    b"0." + b"0" * 400 + b"1", b'""', b'"-"', b'"NaN"', b'"1e999999"', b'"sNaN"', b'"0x10"',
    '"１２"'.encode(), b'"\\u0000"', b'"\\ud800"', b'"\\u001b]52;c;aGk=\\u0007"', b'"\\u202e"',
    b"[]", b"{}", b"[" * 300, b"{" * 300, b'{"a":' * 200, b"]", b"}", b",", b":", b'"', b"\\",
    b"\xff\xfe", b"\x00", b'"' + b"A" * 5_000 + b'"', b"18446744073709551616",
    b"-9223372036854775809", b'"9999-12-31T23:59:59.999999Z"', b'"0001-01-01T00:00:00-23:59"',
    b'"2024-02-30T25:61:61Z"', b'"snapshot"', b'"update"', b'"book"', b'"subscribe"',
    b"1" + b"0" * 5_000,
)  # fmt: skip
EVIL_TEXT: Final = (
    "\x1b[31m", "\x1b]0;t\x07", "\x1b]52;c;aGk=\x07", "\x1bP1$r\x1b\\", "\x9b31m", "\x9d0;t\x9c",
    "\x90x\x9c", "\x1b[2J", "\x1b[?1049h", "\x1b[6n", "\x1bc", "\r\n", "\b\b", "\x7f", "\u202e",
    "\u2066", "\u200b", "\u200d", "\ufeff", "\u0301" * 9, "\ud800", "\U000e0041", "[/red]",
    "[@click=app.quit]x[/]", "[link=file:///etc]x[/link]", "[", "]", "%s", "中文", "👩‍💻", "ﷺ",
    "\u2028", "\x85", "\x00", "A" * 300, "é", "\u115f", "\u3164", "\ue000", "\x1b]8;;http://x\x1b\\",
)  # fmt: skip
LARGEST: Final = 64 * 1024
"""Bytes of a fuzzed input at most."""


@dataclass
class Tally:
    """What came of one target."""

    inputs: int = 0
    crashes: list[str] = field(default_factory=list)
    worst: float = 0.0
    worst_input: bytes = b""

    def timed(self, seconds: float, data: bytes) -> None:
        """Count an input that took some seconds."""
        self.inputs += 1
        if seconds > self.worst:
            self.worst, self.worst_input = seconds, data[:200]


def mutate(frames: list[bytes], chance: random.Random) -> bytes:
    """Return one of the frames, gone wrong in one to four places."""
    tokens = _TOKEN.findall(chance.choice(frames))
    for _ in range(chance.randint(1, 4)):
        if not tokens:
            break
        at = chance.randrange(len(tokens))
        match chance.randrange(8):
            case 0:
                del tokens[at]
            case 1:
                tokens.insert(at, tokens[at])
            case 2:
                other = chance.randrange(len(tokens))
                tokens[at], tokens[other] = tokens[other], tokens[at]
            case 3:
                tokens[at:] = _TOKEN.findall(chance.choice(frames))[at:]
            case 4:
                del tokens[at : at + chance.randint(1, 12)]
            case 5:
                tokens[at:at] = tokens[at : at + chance.randint(1, 12)] * chance.randint(1, 30)
            case _:
                tokens[at] = chance.choice(NASTY)
    return b"".join(tokens)[:LARGEST]


def check(step: Step) -> None:
    """What came out can be shown and added up."""
    for event in step.events:
        if isinstance(event, Printed):
            price_key(event.trade.price)
            size_text(event.trade.size)
        if isinstance(event, BookSynced):
            _check_book(event.book)
        for balance in getattr(event, "balances", ()):
            plain(balance.total)
    for text in step.send:
        json.loads(text)


def _check_book(book: OrderBook) -> None:
    for side in (book.bids, book.asks):
        for price, size in side.top(5):
            price_key(price)
            assert plain(size_text(size))


Target = Callable[[random.Random], tuple[float, bytes]]
"""Takes one input apart; returns the seconds it took and the input."""


def session_target(make: Callable[[], Session], frames: list[bytes], symbol: str) -> Target:
    """Feed frames to a session that has subscriptions and, mostly, a book."""
    session, left = make(), 0
    seeds = [kraken_frames.INSTRUMENTS, kraken_frames.matic_snapshot(), bybit_frames.SNAPSHOT]

    def one(chance: random.Random) -> tuple[float, bytes]:
        nonlocal session, left
        if not left:
            session, left = make(), 200
            session.want([Subscription("book", symbol), Subscription("trades", symbol)], 0.0)
            session.opened(0.0)
            for frame in seeds:
                session.received(frame, 0.5)
        left -= 1
        data = mutate(frames, chance)
        start = time.thread_time()
        step = session.received(data, 201.0 - left)
        took = time.thread_time() - start
        check(step)
        if left % 50 == 0:
            check(session.ticked(201.0 - left))
        return took, data

    return one


def answer_target() -> Target:
    """Answer requests with bodies gone wrong."""
    makers: list[tuple[type[BinanceSession | BybitSession], dict[str, str]]] = [
        (BinanceSession, binance_frames.BODIES),
        (BybitSession, bybit_frames.BODIES),
    ]

    def one(chance: random.Random) -> tuple[float, bytes]:
        make, texts = chance.choice(makers)
        session, bodies = make(), [body.encode() for body in texts.values()]
        session.want([Subscription("book", "A"), Subscription("candles", "A", "1m")], 0.0)
        session.opened(0.0)
        path = chance.choice(list(texts))
        data = mutate(bodies, chance)
        query = (("symbol", "A"), ("interval", chance.choice(("1m", "1"))))
        start = time.thread_time()
        step = session.answered(Request(path, query), Answer(200, data), 1.0)
        took = time.thread_time() - start
        check(step)
        return took, data

    return one


def number_target() -> Target:
    """Numbers that are none must be refused, quickly, and by one exception."""
    alphabet = "0123456789" * 3 + "..--++eE,_ x１２٣NaInfinity\x00"

    def one(chance: random.Random) -> tuple[float, bytes]:
        text = "".join(chance.choice(alphabet) for _ in range(chance.randint(0, 24)))
        start = time.thread_time()
        try:
            shown = plain(text)
            assert "e" not in shown.lower()
            float(shown)
        except BadNumber:
            pass
        return time.thread_time() - start, text.encode()

    return one


def _part(chance: random.Random) -> str:
    if chance.random() < 0.6:
        return chance.choice(EVIL_TEXT)
    top = chance.choice((0x100, 0x3000, 0x11_0000))
    return "".join(chr(chance.randrange(top)) for _ in range(chance.randint(1, 8)))


def evil(chance: random.Random, stock: list[str], fresh: float = 0.02) -> str:
    """Return text as nobody should send it, of parts in stock; a few of these are made anew."""
    parts = chance.choices(stock, k=1 + int(chance.random() * 5))
    if chance.random() < fresh:
        stock[int(chance.random() * len(stock))] = _part(chance)
    return "".join(parts)


_BAD_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def harmful(text: str) -> bool:
    """Whether anything in a text could move, hide or turn what a terminal shows."""
    return not text.isprintable() and any(
        unicodedata.category(character) in _BAD_CATEGORIES for character in text
    )


def text_target() -> Target:
    """Text from outside through the boundary, into a cause, and into a line of a pane."""

    stock: list[str] = []

    def one(chance: random.Random) -> tuple[float, bytes]:
        if not stock:
            stock.extend(_part(chance) for _ in range(20_000))
        text = evil(chance, stock)
        start = time.thread_time()
        safe = clean(text)
        cause = classify(Silence(text), "ws://127.0.0.1/").words
        line = fit((Span(safe), Span(cause, "dim")), 60)
        took = time.thread_time() - start
        for shown in (safe, cause, plain_text(line)):
            assert not harmful(shown), ascii(shown)
        assert width_of(line) == 60, ascii(safe)
        return took, text.encode("utf-8", "surrogatepass")

    return one


def settings_target(folder: Path) -> Target:
    """Settings files gone wrong are refused in a few words without a value, or read."""
    secret = "canary7Gx2secret"
    text = (
        TEMPLATE
        + f"""
[venues.kraken]
api_key = "{secret}"
ws_url = "wss://ws.kraken.com/v2"
[keymap]
symbol = "s"
"""
    )
    frames = [text.encode(), re.sub(r"(?m)^# ?(?=\w+ = )", "", text).encode()]
    file = folder / "config.toml"

    def one(chance: random.Random) -> tuple[float, bytes]:
        data = mutate(frames, chance)
        file.write_bytes(data)
        start = time.thread_time()
        said = ""
        try:
            load(file)
        except BadSettings as error:
            said = str(error)
        took = time.thread_time() - start
        assert secret not in said
        assert len(said.splitlines()) <= 5
        return took, data

    return one


def recording_target(folder: Path) -> Target:
    """Recordings gone wrong give their whole records or are refused."""
    records = [
        {"t": 1.0 + n, "conn": "wss://ws.kraken.com/v2", "dir": "in", "data": frame.decode()}
        for n, frame in enumerate(_frames(kraken_frames.ALL))
    ]
    whole = b"".join(json.dumps(record).encode() + b"\n" for record in records)
    packer = zlib.compressobj(wbits=31)
    packed = packer.compress(whole) + packer.flush()
    file = folder / "recording.jsonl"

    def one(chance: random.Random) -> tuple[float, bytes]:
        if chance.random() < 0.5:
            data = mutate([whole], chance)
        else:
            bits = bytearray(packed)
            for _ in range(chance.randint(1, 3)):
                bits[chance.randrange(len(bits))] ^= 1 << chance.randrange(8)
            data = bytes(bits[: chance.randint(1, len(bits))])
        file.write_bytes(data)
        start = time.thread_time()
        said = ""
        try:
            for record in Recording(file):
                assert isinstance(record.data, str)
        except RecordingError as error:
            said = str(error)
        took = time.thread_time() - start
        assert not harmful(said)
        return took, data

    return one


def _frames(frames: list[Any]) -> list[bytes]:
    return [frame if isinstance(frame, bytes) else str(frame).encode() for frame in frames]


def targets(folder: Path) -> dict[str, Target]:
    """Return everything that is fuzzed, by name."""
    kraken = _frames(kraken_frames.ALL)
    kraken += [kraken_frames.matic_snapshot(), kraken_frames.matic_update()]
    binance = _frames(binance_frames.PUBLIC)
    binance += [binance_frames.depth(1, 5, [("1", "2")], [("3", "4")])]
    private = _frames(binance_frames.PRIVATE)
    return {
        "kraken": session_target(KrakenSession, kraken, "MATIC/USD"),
        "kraken account": session_target(KrakenAccountSession, kraken, ""),
        "binance": session_target(BinanceSession, binance, "BNBBTC"),
        "bybit": session_target(BybitSession, bybit_frames.PUBLIC, "BTCUSDT"),
        "binance account": session_target(BinanceAccountSession, private, ""),
        "answers": answer_target(),
        "numbers": number_target(),
        "text": text_target(),
        "settings": settings_target(folder),
        "recordings": recording_target(folder),
    }


def fuzz(seconds: float, seed: int, names: list[str] | None = None) -> dict[str, Tally]:
    """Fuzz every target in turn for some seconds together."""
    results: dict[str, Tally] = {}
    with tempfile.TemporaryDirectory() as scratch:
        chosen = {k: v for k, v in targets(Path(scratch)).items() if not names or k in names}
        for name, target in chosen.items():
            chance = random.Random(f"{seed} {name}")
            tally = results[name] = Tally()
            for _ in _for(seconds / len(chosen)):
                _one(target, chance, tally)
    return results


def _for(seconds: float) -> Iterator[None]:
    end = time.monotonic() + seconds
    gc.collect()
    while time.monotonic() < end:
        for _ in range(50):
            yield


def _one(target: Target, chance: random.Random, tally: Tally) -> None:
    try:
        tally.timed(*target(chance))
    except Exception as error:  # noqa: BLE001 - every crash is a finding
        tally.inputs += 1
        if len(tally.crashes) < 20:
            tally.crashes.append(f"{type(error).__name__}: {error}"[:300])


def main() -> int:
    """Fuzz, print what came of it, and put it into a report if one is asked for."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=60.0)
    options.add_argument("--seed", type=int, default=int(time.time()))
    options.add_argument("--report", type=Path)
    options.add_argument("--target", action="append")
    chosen = options.parse_args()
    results = fuzz(chosen.seconds, chosen.seed, chosen.target)
    figures = []
    for name, tally in results.items():
        print(
            f"{name:16} {tally.inputs:>9,} inputs  {len(tally.crashes)} crashes  "
            f"worst {tally.worst * 1000:.1f} ms  {tally.worst_input[:60]!r}"
        )
        for crash in tally.crashes:
            print("   ", crash)
        line = "S15" if name == "text" else "S14"
        values = {"target": name, "inputs": tally.inputs, "crashes": len(tally.crashes)}
        figures.append(Entry(line, "fuzz", values | {"worst": tally.worst}))
    if chosen.report is not None:
        name = "-".join(("fuzz", *(chosen.target or []), str(chosen.seed))).replace(" ", "-")
        reports.write(chosen.report, name, chosen.seconds, figures)
    return 1 if any(tally.crashes for tally in results.values()) else 0


if __name__ == "__main__":
    raise SystemExit(main())
