"""What an API key may do that it should not, in a word that stays on the screen."""

from __future__ import annotations

from collections.abc import Iterable

from wsdash.ui.snapshots.lines import Span


def key_warning(words: str) -> Span | None:
    """Return the warning for what the feed says of a key; None for one that only reads."""
    if not words:
        return None
    if "withdraw" in words:
        return Span("KEY CAN WITHDRAW", "bad")
    if "trade" in words:
        return Span("KEY CAN TRADE", "bad")
    return Span("key permissions unknown", "look")


def worst_warning(warnings: Iterable[str]) -> Span | None:
    """Return the gravest of several warnings."""
    found = [warning for words in warnings if (warning := key_warning(words)) is not None]
    order = ("KEY CAN WITHDRAW", "KEY CAN TRADE")
    return min(
        found,
        key=lambda span: order.index(span.text) if span.text in order else len(order),
        default=None,
    )
