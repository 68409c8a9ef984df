"""Faults at random, by seed: one seed is one schedule, everywhere and always."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, NamedTuple

Rule = dict[str, Any]


class Turn(NamedTuple):
    """A fault and when it is to happen, in seconds from the start.

    `rule` is for the exchange's `inject`; where it is None, every connection is reset.
    """

    at: float
    rule: Rule | None


CLOSES = (1000, 1001, 1006, 1008, 1011, 1012, 1013, 4000)
SYMBOLS = ("BTC/USD", "ETH/USD")


def schedule(seed: int, seconds: float, every: float = 4.0) -> list[Turn]:
    """Return faults for a run of some seconds, one about every `every` seconds.

    A lie that fits is not among them: a crossed book is the truth to whoever has nothing else.
    """
    chance = random.Random(seed)
    turns: list[Turn] = []
    now = 3.0
    while now < seconds - 5.0:
        turns.append(Turn(now, fault(chance)))
        now += chance.uniform(0.2, 2 * every)
    return turns


def fault(chance: random.Random, symbols: Sequence[str] = SYMBOLS) -> Rule | None:
    """Return a fault on some of the symbols; None resets every connection."""
    venue = chance.choice(("kraken", "binance", "bybit"))
    symbol = chance.choice(symbols)
    count = chance.randint(1, 3)
    seconds = round(chance.uniform(0.2, 8.0), 2)
    book: Rule = {"at": "0s", "venue": venue, "ch": "book", "symbol": symbol}
    public: Rule = {"at": "0s", "venue": venue, "on": "public"}
    choices: list[Rule | None] = [
        book | {"do": f"drop {count}"},
        book | {"do": f"dup {count}"},
        book | {"do": "swap 1"},
        book | {"do": "bad_crc 1", "venue": "kraken"},
        book | {"do": "silence", "for": seconds},
        book | {"do": f"delay {min(seconds, 2.0)}", "for": 1.0},
        {"at": "0s", "venue": venue, "do": f"garbage {count}"},
        {"at": "0s", "venue": venue, "do": "silence", "keep": ["heartbeat"], "for": seconds},
        {"at": "0s", "venue": venue, "do": "silence", "for": seconds},
        public | {"do": f"close {chance.choice(CLOSES)} for a reason"},
        public | {"do": "abort"},
        public | {"do": "notice restarting"},
        public | {"do": f"status {chance.choice((500, 502, 503, 520))}", "times": count},
        public | {"do": "flap 1008", "times": count},
        public | {"do": "status 429", "retry_after": 2, "times": 1},
        {
            "at": "0s",
            "do": f"stale_snapshot {chance.choice((5, 50, 500))}",
            "venue": chance.choice(("binance", "bybit")),
        },
        {"at": "0s", "venue": "binance", "on": "rest", "do": "status 503", "times": count},
        None,
    ]
    return chance.choice(choices)
