"""What a pane says that has nothing to show yet: why, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from wsdash.ui.snapshots.lines import Line, Span
from wsdash.ui.snapshots.picture import Picture, Verdict

_COMING: Final = frozenset({"IDLE", "CONNECTING", "AUTH", "SUBSCRIBING", "SYNC"})
_DOWN: Final = frozenset({"RETRY", "HOLD"})


def empty_words(
    what: str, verdict: Verdict | None, press: Callable[[str], str], *, can_act: bool = True
) -> list[str]:
    """Return why there is nothing yet, and what to do, as short lines.

    Args:
        what: what there is nothing of, such as ``prints``.
        verdict: how the stream stands that tells it; None where no market is open.
        press: returns the key of a name.
        can_act: whether keys can change it, as they cannot in a replay.
    """
    if verdict is None:
        return ["no market is open", f"{press('find')} finds one"]
    if verdict.word == "SEEK":
        return ["on the way to that time"]
    if not_recorded(verdict, can_act=can_act):
        return [f"no {what} so far in the recording"]
    if verdict.word in _COMING:
        return [f"{what} are on their way"]
    if verdict.believable or not can_act:
        return [f"no {what} yet"]
    if verdict.word in _DOWN:
        return [f"no {what}: no connection", f"{press('reconnect')} tries again at once"]
    if verdict.word == "PARKED":
        return [f"no {what}: parked", f"{press('supervisor')} shows why"]
    return [f"no {what} yet", f"{press('resync')} gets this market anew"]


def not_recorded(verdict: Verdict | None, *, can_act: bool) -> bool:
    """Tell whether nothing is said of a stream so far that nobody can ask for: no state at all."""
    return verdict is not None and verdict.word in _COMING and not can_act


def with_words(picture: Picture, words: Sequence[str]) -> Picture:
    """Return a picture with words in its first rows, below its headings."""
    rows: list[Line] = list(picture.rows)
    first = 1 if len(rows) > 1 else 0
    rows += [()] * (first + len(words) - len(rows))
    for place, text in enumerate(words, first):
        rows[place] = (Span(f" {text}", "dim"),)
    return picture._replace(rows=tuple(rows))
