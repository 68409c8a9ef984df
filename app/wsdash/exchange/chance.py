"""Seeded chance: the same words always give the same stream of numbers."""

from __future__ import annotations

from random import Random


def seeded(*words: object) -> Random:
    """Return a generator of its own for these words; a market, not a secret, hangs on it."""
    return Random("/".join(str(word) for word in words))  # noqa: S311
