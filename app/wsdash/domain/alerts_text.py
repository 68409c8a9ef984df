"""Alert rules as people type them and as they are stored.

    SUBJECT KIND [OTHER] [> >= < <= crosses NUMBER] [at PLACE] [OPTIONS]

such as ``kraken:BTC/USD price > 66000 once bell``, ``kraken:BTC/USD size >= 10 at best`` or
``kraken gap``. Options are ``once``, ``every 60s`` (the least time between two firings),
``rearm 5s`` (for how long the condition must have been false to fire again), and the actions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, Final, TypeAlias

from wsdash.domain.alerts import ACTIONS, FLAGS, QUALITY, UNITS, Rule
from wsdash.domain.instrument import MarketKey
from wsdash.domain.numbers import BadNumber, plain, price_key, trimmed
from wsdash.domain.text import clean

Resolve: TypeAlias = Callable[[MarketKey], MarketKey]
"""Returns a market under its venue's own name; raises ValueError, in words, where there is none."""

LONGEST: Final = 86_400
"""Seconds that can be said at most."""

LONGEST_TEXT: Final = 400
"""Characters of a rule."""

_OPERATORS: Final = {
    ">": ">", ">=": ">=", "<": "<", "<=": "<=", "above": ">", "below": "<", "crosses": "crosses",
}  # fmt: skip
_ONLY_ABOVE: Final = frozenset({"print", "stale"})
_SIGNED: Final = frozenset({"imbalance", "basis"})
_OPERATOR: Final = re.compile(r"([<>]=?)")
_VENUE: Final = re.compile(r"[a-z][a-z0-9_]{0,30}")
_SPAN: Final = re.compile(r"([0-9]{1,6})(s|m|h)?")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3_600}


class BadRule(ValueError):
    """Text that is no rule; the message is one sentence for people, safe to show."""


def parse(text: str, resolve: Resolve = lambda key: key) -> Rule:
    """Return the rule that one line of text says.

    Raises:
        BadRule: it says none; what was expected where is in the message.
    """
    if len(text) > LONGEST_TEXT:
        raise BadRule(f"a rule has at most {LONGEST_TEXT} characters")
    words = _Words(text)
    subject = _market(words, "a market such as kraken:BTC/USD, or a venue", resolve)
    kind = words.one_of("what to watch", UNITS).lower()
    if not subject.name and kind not in QUALITY:
        raise BadRule(
            f"{kind} needs a market: expected {subject.venue}:SYMBOL, not the venue alone"
        )
    if subject.name and kind == "key":
        raise BadRule(f"a key belongs to a venue: expected {subject.venue} key")
    other = _market(words, "another market", resolve) if kind == "basis" else None
    if other is not None and (not other.name or other == subject):
        raise words.wrong("another market such as binance:BTCUSDT")
    op = value = at = ""
    if kind not in FLAGS:
        op = _operator(words, kind)
        value = _value(words, kind)
    if kind == "size":
        at = _place(words) if words.take("at") else "best"
    return Rule(subject, kind, op, value, at, other, **_options(words))


class _Words:
    """The words of a rule, one after the other."""

    def __init__(self, text: str) -> None:
        self._words = _OPERATOR.sub(r" \1 ", text).split()
        self._at = 0

    def take(self, word: str) -> bool:
        """Go on if the next word is this one."""
        found = self._at < len(self._words) and self._words[self._at].lower() == word
        self._at += found
        return found

    def next(self, expected: str) -> str:
        """Return the next word; there must be one."""
        self._at += 1
        if self._at > len(self._words):
            raise self.wrong(expected)
        return self._words[self._at - 1]

    def one_of(self, what: str, known: Iterable[str]) -> str:
        """Return the next word; it must be a known one."""
        expected = f"{what} ({', '.join(known)})"
        word = self.next(expected)
        if word.lower() not in known:
            raise self.wrong(expected)
        return word

    def rest(self) -> bool:
        """Whether there are more words."""
        return self._at < len(self._words)

    def wrong(self, expected: str) -> BadRule:
        """Return the error that the last word is not what was expected."""
        at = self._at - 1
        where = f"after {self._shown(at - 1)}" if at else "at the beginning"
        found = f"not {self._shown(at)}" if at < len(self._words) else "but nothing follows"
        return BadRule(f"expected {expected} {where}, {found}")

    def _shown(self, index: int) -> str:
        return repr(str(clean(self._words[index], 40)))


def _market(words: _Words, expected: str, resolve: Resolve) -> MarketKey:
    venue, colon, name = words.next(expected).partition(":")
    venue = venue.lower()
    if not _VENUE.fullmatch(venue) or bool(colon) != bool(name):
        raise words.wrong(expected)
    if len(name) > 40 or clean(name) != name:
        raise words.wrong("a symbol of at most 40 plain characters")
    try:
        return resolve(MarketKey(venue, name))
    except ValueError as error:
        raise BadRule(clean(str(error))) from None


def _operator(words: _Words, kind: str) -> str:
    known = [op for op in _OPERATORS if kind == "price" or op != "crosses"]
    if kind in _ONLY_ABOVE:
        known = [">", ">=", "above"]
    return _OPERATORS[words.one_of("a comparison", known).lower()]


def _value(words: _Words, kind: str) -> str:
    if kind == "stale":
        return str(_span(words, "a time such as 10s"))
    unit = UNITS[kind]
    expected = f"a number such as {_EXAMPLES[kind]}"
    word = words.next(expected)
    if unit and word.lower().endswith(unit):
        word = word[: -len(unit)]
    try:
        number = plain(word)
    except BadNumber:
        raise words.wrong(expected) from None
    if kind == "imbalance" and abs(Decimal(number)) > 1:
        raise words.wrong("a number from -1 (all asks) to 1 (all bids)")
    if kind not in _SIGNED and (
        number.startswith("-") or (kind == "price" and not Decimal(number))
    ):
        raise words.wrong("a positive number")
    return trimmed(number)


_EXAMPLES: Final = {
    "price": "66000", "spread": "5bp", "size": "10", "print": "5", "imbalance": "0.8",
    "pace": "50", "basis": "10bp",
}  # fmt: skip


def _place(words: _Words) -> str:
    expected = "best, bid, ask or a price"
    word = words.next(expected)
    if word.lower() in ("best", "bid", "ask"):
        return word.lower()
    try:
        price_key(word)
        return trimmed(plain(word))
    except BadNumber:
        raise words.wrong(expected) from None


def _span(words: _Words, expected: str) -> int:
    found = _SPAN.fullmatch(words.next(expected).lower())
    if found is None:
        raise words.wrong(expected)
    seconds = int(found[1]) * _SECONDS[found[2] or "s"]
    if seconds > LONGEST:
        raise words.wrong("a day at most")
    return seconds


def _options(words: _Words) -> dict[str, Any]:
    options: dict[str, Any] = {}
    actions = set()
    while words.rest():
        word = words.one_of("an option", ("once", "every", "rearm", *ACTIONS)).lower()
        if word in options or word in actions:
            raise words.wrong("every option only once")
        if word == "once":
            options[word] = True
        elif word in ACTIONS:
            actions.add(word)
        else:
            options[word] = _span(words, "a time such as 60s")
    return {**options, "actions": tuple(action for action in ACTIONS if action in actions)}
