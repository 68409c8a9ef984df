"""Alert rules: what they watch, and when they fire.

A rule fires once when its condition begins to hold, and again only after the condition was
false for a while. What is not known is neither true nor false. How rules are written is in
`alerts_text`.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import msgspec

from wsdash.domain.instrument import MarketKey
from wsdash.domain.numbers import trimmed
from wsdash.domain.text import clean

UNITS: Final = {
    "price": "", "spread": "bp", "size": "", "print": "", "imbalance": "", "pace": "",
    "basis": "bp", "stale": "s", "gap": "", "parked": "", "key": "",
}  # fmt: skip
"""What rules can be about, and the unit of their numbers: quote units, base units, basis points,
-1 to 1, prints a second, seconds."""

FLAGS: Final = frozenset({"gap", "parked", "key"})
"""Kinds that are so or not, without a number."""

QUALITY: Final = FLAGS | {"stale"}
"""Kinds about the data itself, or about a whole venue: they hold on data that is not live."""

ACTIONS: Final = ("bell", "notify", "command", "webhook")
"""What can be done when a rule fires, beside the log."""

REARM = 5.0
"""Seconds for which a condition must have been false, unless a rule says otherwise."""


class Rule(msgspec.Struct, frozen=True):
    """One rule; `str` gives its text, and `alerts_text.parse` of that the rule again.

    Attributes:
        subject: a market, or a whole venue when its name is empty.
        kind: one of `UNITS`.
        op: ``>``, ``>=``, ``<``, ``<=`` or ``crosses``; empty for `FLAGS`.
        value: a plain decimal in the kind's unit.
        at: of a size: ``best``, ``bid``, ``ask`` or a price.
        other: of a basis: the market it is measured from.
        every: seconds between two firings at least.
        rearm: seconds for which it must have been false to fire again.
    """

    subject: MarketKey
    kind: str
    op: str = ""
    value: str = ""
    at: str = ""
    other: MarketKey | None = None
    once: bool = False
    every: int = 0
    rearm: int = int(REARM)
    actions: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the text that is stored."""
        parts = [self.condition]
        parts += ["once"] if self.once else []
        parts += [f"every {self.every}s"] if self.every else []
        parts += [f"rearm {self.rearm}s"] if self.rearm != REARM else []
        return " ".join((*parts, *self.actions))

    @property
    def condition(self) -> str:
        """The text without its options: what must be true."""
        parts = [_name(self.subject), self.kind]
        parts += [_name(self.other)] if self.other else []
        parts += [self.op, self.value + UNITS[self.kind]] if self.op else []
        parts += ["at", self.at] if self.at else []
        return " ".join(parts)

    def spoken(self, value: Decimal) -> str:
        """Return a value of its kind as people read it; of a flag nothing."""
        if self.kind in FLAGS:
            return ""
        exact = self.kind in ("price", "size", "print")
        return trimmed(f"{value:f}" if exact else f"{value:.2f}") + UNITS[self.kind]


class Fired(msgspec.Struct, frozen=True):
    """That a rule fired.

    Attributes:
        time: wall seconds.
        rule: its text.
        value: what was seen, in words.
        state: how far the data could be believed, in words.
        actions: what is done about it.
        condition: the rule's text without its options.
    """

    time: float
    rule: str
    value: str
    state: str
    actions: tuple[str, ...] = ()
    condition: str = ""

    @property
    def text(self) -> str:
        """One line for people, safe to show."""
        return clean(
            f"{self.condition or self.rule}: {self.value} ({self.state})".replace(":  (", " (")
        )


class Trigger:
    """Decides when a rule fires: once, and again only after its condition was false for a while.

    What is not known neither fires nor counts as false.

    Attributes:
        armed: whether it fires when its condition holds.
        done: whether it has fired and was to fire once.
        value: what was last seen, None while that is not known.
    """

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.armed, self.done = True, False
        self.value: Decimal | None = None
        self.fired_at: float | None = None
        self._limit = Decimal(rule.value or 0)
        self._false_since: float | None = None
        self._side = 0

    def look(self, values: Sequence[Decimal] | None, now: float) -> Decimal | None:
        """Take what is known now; return the value that makes it fire, or None.

        Args:
            values: what was seen since the last look, newest last; None while nothing is known.
            now: monotonic seconds.
        """
        self.value = values[-1] if values else None
        if self.done or not values:
            self._false_since = None
            return None
        hit = next(iter([value for value in values if self._holds(value)]), None)
        if self._false_since is not None and now - self._false_since >= self.rule.rearm:
            self.armed = True
        if hit is None:
            self._false_since = now if self._false_since is None else self._false_since
            self.armed = self.armed or self.rule.rearm == 0
            return None
        self._false_since = None
        soon = self.fired_at is not None and now - self.fired_at < self.rule.every
        if not self.armed or soon:
            return None
        self.armed, self.fired_at, self.done = False, now, self.rule.once
        return hit

    def _holds(self, value: Decimal) -> bool:
        limit = self._limit
        match self.rule.op:
            case ">=":
                return value >= limit
            case "<":
                return value < limit
            case "<=":
                return value <= limit
            case "crosses":
                side = (value > limit) - (value < limit)
                before, self._side = self._side, side or self._side
                return before * side < 0
            case _:
                return value > limit


def _name(key: MarketKey) -> str:
    return str(key) if key.name else key.venue
