"""Faults as data: the file's language, read into rules.

A faults file is a JSON list of objects. `at` says when, `do` says what::

    [{"at": "msg 500", "ch": "book", "symbol": "BTC/USD", "do": "drop 1"},
     {"at": "3s", "venue": "kraken", "do": "close 1012 restarting"},
     {"at": "start 10s", "do": "silence", "ch": "book", "keep": ["heartbeat"], "for": 5}]

``msg N`` is the N-th message on a connection that the rule could act on, ``Ns``
is seconds after a connection opened, ``start Ns`` after the exchange opened.
A rule fires once, in all, unless `times` (0: without end), `every` (messages or
seconds, by `at`) or `for` (seconds) say otherwise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple, cast

import msgspec

from wsdash.exchange.pairs import PAIRS
from wsdash.exchange.perpetuals import PERPETUALS


class FaultsError(ValueError):
    """A faults file that cannot be used; the text is one sentence for the user."""


class Stage(Enum):
    """What a fault acts on."""

    MESSAGE = "message"
    CONNECTION = "connection"
    HANDSHAKE = "handshake"
    SNAPSHOT = "snapshot"


class Action(NamedTuple):
    """What one word of the language needs."""

    stage: Stage
    number: float | None
    """Default of the number after the word; None when the word takes none."""
    needs: bool = False
    """The argument may not be left out."""


ACTIONS: dict[str, Action] = {
    "drop": Action(Stage.MESSAGE, 1),
    "dup": Action(Stage.MESSAGE, 1),
    "swap": Action(Stage.MESSAGE, 1),
    "bad_crc": Action(Stage.MESSAGE, 1),
    "cross": Action(Stage.MESSAGE, 1),
    "garbage": Action(Stage.MESSAGE, 1),
    "silence": Action(Stage.MESSAGE, None),
    "delay": Action(Stage.MESSAGE, 1, needs=True),
    "reject": Action(Stage.MESSAGE, None),
    "no_ack": Action(Stage.MESSAGE, None),
    "late_ack": Action(Stage.MESSAGE, 1, needs=True),
    "close": Action(Stage.CONNECTION, 1011),
    "abort": Action(Stage.CONNECTION, None),
    "notice": Action(Stage.CONNECTION, None),
    "max_age": Action(Stage.CONNECTION, 60, needs=True),
    "status": Action(Stage.HANDSHAKE, 503, needs=True),
    "flap": Action(Stage.HANDSHAKE, 1008),
    "redirect": Action(Stage.HANDSHAKE, None, needs=True),
    "drip": Action(Stage.HANDSHAKE, 1),
    "stale_snapshot": Action(Stage.SNAPSHOT, 50),
}
CHANNELS = {
    "book": "book",
    "depth": "book",
    "trade": "trade",
    "trades": "trade",
    "ticker": "ticker",
    "ohlc": "ohlc",
    "candle": "ohlc",
    "candles": "ohlc",
    "kline": "ohlc",
    "balances": "balances",
    "account": "balances",
    "instrument": "instrument",
    "heartbeat": "heartbeat",
    "status": "status",
}
KINDS = frozenset(
    {"snapshot", "update", "ack", "error", "pong", "heartbeat", "status", "instrument"}
)
_FIELDS = frozenset(
    {"at", "do", "ch", "symbol", "venue", "on", "keep", "every", "times", "for", "retry_after"}
)
_AT = re.compile(r"(?:(msg) (\d{1,9})|(start )?(\d{1,6}(?:\.\d{1,6})?)s)", re.ASCII)
_NUMBER = re.compile(r"\d{1,9}(?:\.\d{1,6})?", re.ASCII)
_SYMBOLS = {
    name: pair.symbol
    for pair in PAIRS
    for name in (pair.symbol, pair.binance_symbol, pair.kraken_altname)
}
_CONTRACTS = {
    name: pair.symbol for pair in PERPETUALS for name in (pair.symbol, pair.bybit_symbol, pair.spot)
}
"""The names of rules for Bybit alone; in all others ``BTCUSDT`` is Binance's."""
_VENUES = {"kraken": _SYMBOLS, "binance": _SYMBOLS, "bybit": _CONTRACTS}


@dataclass(frozen=True, slots=True)
class Rule:
    """One fault, checked."""

    index: int
    action: str
    stage: Stage
    clock: str = "age"
    """``msg``, ``age`` (of the connection) or ``start`` (of the exchange)."""
    when: float = 0.0
    number: float = 1.0
    text: str = ""
    channel: str | None = None
    symbol: str | None = None
    venue: str | None = None
    where: str | None = None
    """``public``, ``private`` or ``rest``; None is any socket."""
    keep: frozenset[str] = frozenset()
    every: float = 0.0
    times: int = 1
    """How often the rule may fire; 0 is without end."""
    lasts: float | None = None
    """Seconds that one firing goes on."""
    retry_after: float | None = None


def load(path: Path) -> list[Rule]:
    """Read a faults file.

    Raises:
        FaultsError: unreadable, no JSON, or a rule that makes no sense.
    """
    try:
        raw = msgspec.json.decode(path.read_bytes())
    except OSError as error:
        raise FaultsError(f"cannot read the faults file {path}: {error.strerror}") from None
    except msgspec.DecodeError as error:
        raise FaultsError(f"the faults file {path} is not JSON: {error}") from None
    return parse(raw)


def parse(raw: object) -> list[Rule]:
    """Check rules as they come out of JSON.

    Raises:
        FaultsError: names the rule's number, counted from 0, and the field.
    """
    if not isinstance(raw, list):
        raise FaultsError("faults are a JSON list of rules")
    return [parse_rule(item, index) for index, item in enumerate(cast("list[object]", raw))]


def parse_rule(raw: object, index: int = 0) -> Rule:
    """Check one rule.

    Raises:
        FaultsError: names the rule's number and the field.
    """
    if not isinstance(raw, dict):
        raise FaultsError(f"rule {index} is not a JSON object")
    item = cast("dict[str, Any]", raw)
    unknown = sorted(set(item) - _FIELDS)
    if unknown:
        raise FaultsError(f"rule {index}: unknown field '{unknown[0]}'")
    action, spec, number, text = _do(item.get("do"), index)
    clock, when = _at(item.get("at", "0s"), index)
    lasts = _number(item, "for", index) if "for" in item else None
    every = _number(item, "every", index) if "every" in item else 0.0
    venue = _choice(item, "venue", {name: name for name in _VENUES}, index)
    endless = bool(every) or (lasts is not None and clock == "start") or action == "max_age"
    return Rule(
        index=index,
        action=action,
        stage=spec.stage,
        clock=clock,
        when=when,
        number=number,
        text=text,
        channel=_choice(item, "ch", CHANNELS, index),
        symbol=_choice(item, "symbol", _VENUES[venue or "kraken"], index),
        venue=venue,
        where=_choice(item, "on", {w: w for w in ("public", "private", "rest")}, index),
        keep=_keep(item.get("keep", []), index),
        every=every,
        times=int(_number(item, "times", index)) if "times" in item else int(not endless),
        lasts=lasts,
        retry_after=_number(item, "retry_after", index) if "retry_after" in item else None,
    )


def _do(value: object, index: int) -> tuple[str, Action, float, str]:
    if not isinstance(value, str) or not value.strip():
        raise FaultsError(f"rule {index}: field 'do' must name an action, such as 'drop 1'")
    word, _, rest = value.strip().partition(" ")
    spec = ACTIONS.get(word)
    if spec is None:
        raise FaultsError(f"rule {index}: field 'do' has no action '{word}'")
    if spec.needs and not rest:
        raise FaultsError(f"rule {index}: field 'do' needs something after '{word}'")
    if spec.number is None or not rest:
        return word, spec, spec.number or 1.0, rest
    first, _, text = rest.partition(" ")
    if not _NUMBER.fullmatch(first):
        raise FaultsError(f"rule {index}: field 'do' needs a number after '{word}'")
    return word, spec, float(first), text


def _at(value: object, index: int) -> tuple[str, float]:
    match = _AT.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise FaultsError(f"rule {index}: field 'at' must read 'msg 500', '3s' or 'start 3s'")
    if match[1]:
        return "msg", max(1.0, float(match[2]))
    return ("start" if match[3] else "age"), float(match[4])


def _number(item: dict[str, Any], name: str, index: int) -> float:
    value = item[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
        raise FaultsError(f"rule {index}: field '{name}' must be a number of 0 or more")
    return float(value)


def _choice(item: dict[str, Any], name: str, known: dict[str, str], index: int) -> str | None:
    value = item.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or value not in known:
        raise FaultsError(f"rule {index}: field '{name}' cannot be {str(value)[:40]!r}")
    return known[value]


def _keep(value: object, index: int) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise FaultsError(f"rule {index}: field 'keep' must be a list of words")
    words = frozenset(cast("list[str]", value))
    strange = sorted(words - KINDS - set(CHANNELS))
    if strange:
        raise FaultsError(f"rule {index}: field 'keep' cannot hold {strange[0][:40]!r}")
    return words
