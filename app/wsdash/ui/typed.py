"""From the bytes a terminal sends to keys: whatever it garbles takes no key with it."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from textual._xterm_parser import XTermParser
from textual.message import Message

_PASTE = "\x1b[200~"
PASTE_TICKS = 20
"""Ticks without a byte after which a paste that was begun is not going to end."""


class Typed:
    """The keys in a stream of bytes, which may be cut anywhere.

    Args:
        debug: log what is parsed, as Textual does.
    """

    def __init__(self, *, debug: bool = False) -> None:
        self._debug = debug
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._parser = XTermParser(debug)
        self._tail = ""
        self._pasting: int | None = None

    def read(self, data: bytes) -> Iterator[Message]:
        """Take bytes in and yield what they mean."""
        # One character at a time: what one of them breaks, the next ones must not pay for.
        # Nothing at all is never fed: to the parser that is the end of the terminal.
        for character in self._decode(data):
            self._tail = (self._tail + character)[-len(_PASTE) :]
            if self._tail == _PASTE:
                self._pasting = 0
            elif self._pasting is not None:
                self._pasting = 0 if not self._tail.endswith("\x1b[201~") else None
            try:
                yield from list(self._parser.feed(character))
            except Exception:  # noqa: BLE001 - whatever a terminal sends, keys must go on
                self._begin_anew()

    def tick(self) -> Iterator[Message]:
        """Yield what only waiting could tell, such as Escape; for every 0.1 s."""
        if self._pasting is not None:
            self._pasting += 1
            if self._pasting > PASTE_TICKS:
                self._begin_anew()
        try:
            yield from list(self._parser.tick())
        except Exception:  # noqa: BLE001 - as above
            self._begin_anew()

    def _begin_anew(self) -> None:
        self._parser, self._pasting = XTermParser(self._debug), None
