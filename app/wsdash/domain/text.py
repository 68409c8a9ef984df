"""The one boundary for text from outside: venues, files, error messages, names.

Whatever arrives from outside passes `clean` before it can reach a widget, a log
or a file. What comes out holds nothing that moves a cursor, rings a bell, sets
a title, turns the writing direction or hides a character.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NewType

SafeText = NewType("SafeText", str)
"""Text that passed `clean`."""

MARK = "·"
"""Stands where a character was taken out, so that nobody is misled by its absence."""

# C0, DEL, C1, soft hyphen, zero-width and bidi controls, line and paragraph separators,
# word joiners, variation selectors, BOM, interlinear marks, lone surrogates, tags, private use.
_UNSAFE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\ud800-\udfff\ue000-\uf8ff\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "\U000f0000-\U0010ffff]+"
)

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"})
"""Unicode categories of what controls, stacks on its neighbour, or is no character at all."""


def clean(text: str, limit: int = 200) -> SafeText:
    """Return `text` safe to show on one line, at most `limit` characters long."""
    cut = len(text) > limit
    if text.isascii() and text.isprintable():
        return SafeText(text[: limit - 1] + "…" if cut else text)
    text = _UNSAFE.sub(MARK, text[:limit])
    text = "".join(MARK if _is_unseen(character) else character for character in text)
    return SafeText(text[: limit - 1] + "…" if cut else text)


def _is_unseen(character: str) -> bool:
    return not character.isascii() and (
        unicodedata.combining(character) > 0 or unicodedata.category(character) in _UNSEEN
    )


def is_word(text: str) -> bool:
    """Tell whether text can be shown and written as it is, and is in one piece."""
    return clean(text, len(text) + 1) == text and not any(mark.isspace() for mark in text)
