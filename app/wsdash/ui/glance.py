"""The connections as they are at one moment: asked for once, however many verdicts need them."""

from __future__ import annotations

from collections.abc import Callable

from wsdash.feed.feed import LinkReport


class Glance:
    """Remembers the reports while something is drawn.

    To be entered by code that awaits nothing: in it no connection can change. Outside they are
    asked for every time.

    Args:
        ask: returns every connection's report.
    """

    def __init__(self, ask: Callable[[], list[LinkReport]]) -> None:
        self._ask = ask
        self._depth = 0
        self._seen: list[LinkReport] | None = None

    def __enter__(self) -> None:
        self._depth += 1

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        if not self._depth:
            self._seen = None

    def reports(self) -> list[LinkReport]:
        """Return every connection's report."""
        if not self._depth:
            return self._ask()
        if self._seen is None:
            self._seen = self._ask()
        return self._seen
