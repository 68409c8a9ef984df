"""Which digits of a number have just changed, and until when they shine."""

from __future__ import annotations

from wsdash.ui.snapshots.lines import Line, Span
from wsdash.ui.snapshots.numbers import zeros_back

GLOW_SECONDS = 0.3
"""How long a changed digit stays bright."""

_MEMORY = 400


class Glow:
    """Remembers the last text of each named number, and where it changed.

    Attributes:
        off: nothing shines: every change would go over the line twice.
    """

    def __init__(self) -> None:
        self.off = False
        self._seen: dict[str, tuple[str, int, float]] = {}
        self._until = 0.0

    def spans(self, name: str, text: str, role: str, now: float) -> Line:
        """Return `text` as spans: what changed since the last time is bright for a moment."""
        last, start, until = self._seen.get(name, (text, len(text), 0.0))
        if last != text and not self.off:
            start, until = _first_difference(last, text), now + GLOW_SECONDS
            self._until = max(self._until, until)
        if len(self._seen) > _MEMORY:
            self._seen.clear()
        self._seen[name] = (text, start, until)
        if self.off or now >= until or start >= len(text):
            return zeros_back(text, role)
        return (Span(text[:start], role), Span(text[start:], "bright"))

    def due(self, now: float) -> float | None:
        """Return in how many seconds the last glow ends, None when nothing glows."""
        return self._until - now if self._until > now else None

    def forget(self) -> None:
        """Forget everything: the numbers are another market's from here on."""
        self._seen.clear()
        self._until = 0.0


def _first_difference(before: str, after: str) -> int:
    if len(before) != len(after):
        return len(after) - len(after.lstrip())
    return next(
        (i for i, pair in enumerate(zip(before, after, strict=True)) if pair[0] != pair[1]),
        len(after),
    )
