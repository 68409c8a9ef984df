"""A pane as a picture: a title, a state, rows; and the frame drawn around it."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from wsdash.ui.snapshots.lines import (
    Line,
    Span,
    fit,
    joined,
    shorten,
    switched_off,
    text_width,
    width_of,
)

Mood: TypeAlias = Literal["good", "quiet", "aging", "look", "bad"]
"""How much attention something asks for; `look` and `bad` switch the numbers off."""


class Verdict(NamedTuple):
    """How true the numbers are: a word, what follows it, and its mood.

    Attributes:
        word: such as ``LIVE`` or ``RETRY``.
        detail: such as ``0.2s`` or ``7s #4 refused``.
    """

    word: str
    detail: str = ""
    mood: Mood = "good"

    @property
    def text(self) -> str:
        """Word and detail."""
        return f"{self.word} {self.detail}" if self.detail else self.word

    @property
    def believable(self) -> bool:
        """Whether the numbers may be drawn as live."""
        return self.mood not in {"look", "bad"}

    def whole(self) -> Verdict:
        """Return it with an age in whole seconds."""
        number, point, tenth = self.detail.partition(".")
        aged = point and number.isdigit() and tenth[1:] == "s" and tenth[:1].isdigit()
        return self._replace(detail=f"{number}s") if aged else self

    def line(self, width: int) -> Line:
        """Return the verdict in at most `width` cells: as many whole words as there is room for."""
        role = {"quiet": "dim", "aging": "look"}.get(self.mood, self.mood)
        words = self.text.split(" ")
        while len(words) > 1 and text_width(" ".join(words)) > width:
            words.pop()
            while len(words) > 2 and _dangles(words):
                words.pop()
        return (Span(shorten(" ".join(words), width), role),)


class Picture(NamedTuple):
    """What a pane shows.

    Attributes:
        title: what it is, at the left of the top border.
        notes: figures that go beside the state when there is room.
        verdict: how true the body is, at the right of the top border; None where
            the question does not arise.
        rows: the body, each row of any length.
        figure: what is copied from it.
        missing: what there is nothing of yet, such as ``prints``; empty while there is.
    """

    title: Line
    rows: tuple[Line, ...] = ()
    verdict: Verdict | None = None
    notes: tuple[Line, ...] = ()
    figure: str = ""
    missing: str = ""


class Frame(NamedTuple):
    """How a picture is framed.

    Attributes:
        joined: the top border continues the border of a pane above.
        open_below: the bottom border belongs to a pane below.
    """

    width: int
    height: int
    focused: bool = False
    joined: bool = False
    open_below: bool = False

    @property
    def inner_width(self) -> int:
        """Cells of a body row."""
        return max(0, self.width - 2)

    @property
    def inner_height(self) -> int:
        """Rows of the body."""
        return max(0, self.height - (1 if self.open_below else 2))


def _dangles(words: list[str]) -> bool:
    """Tell whether the last word alone says something else: "no" of "no answer", 5 of "5 s"."""
    opened = sum(word.count("(") - word.count(")") for word in words)
    last = words[-1]
    short = len(last) < 3 if last.isdecimal() else len(last) < 4 and last.isalpha()
    return opened > 0 or short


def framed(picture: Picture, frame: Frame) -> tuple[Line, ...]:
    """Return the picture as exactly `height` lines of exactly `width` cells."""
    edge = "focus" if frame.focused else "faint"
    side = Span("│", edge)
    off = picture.verdict is not None and not picture.verdict.believable
    rows = [_top(picture, frame, edge)]
    for y in range(frame.inner_height):
        body: Line = picture.rows[y] if y < len(picture.rows) else ()
        body = fit(switched_off(body) if off else body, frame.inner_width)
        rows.append((side, *body, side))
    if not frame.open_below:
        rows.append((Span("└" + "─" * frame.inner_width + "┘", edge),))
    return tuple(rows[: frame.height])


def bare(rows: tuple[Line, ...], width: int, height: int) -> tuple[Line, ...]:
    """Return rows without a frame as exactly `height` lines of exactly `width` cells."""
    padded = (*rows, *((),) * max(0, height - len(rows)))
    return tuple(fit(row, width) for row in padded[:height])


def _top(picture: Picture, frame: Frame, edge: str) -> Line:
    """Return the top border: title, rule, notes, state; the word of the state goes last."""
    left, right = ("├", "┤") if frame.joined else ("┌", "┐")
    room = max(0, frame.width - 2)
    named = _named(picture.title, frame.focused)
    verdict: Line = ()
    if picture.verdict is not None:
        verdict = picture.verdict.line(max(4, room - width_of(named) - 6, (room - 6) * 3 // 5))
    taken = width_of(verdict) + 3 if verdict else 0
    title = fit(named, max(0, min(width_of(named), room - taken - 3)))
    told = picture.notes
    if picture.verdict is not None and not picture.verdict.believable:
        told = tuple(map(switched_off, told))
    notes = joined(told, room - taken - width_of(title) - 3 - (3 if verdict else 4))
    state = (*notes, Span(" ─ ", edge), *verdict) if notes and verdict else notes or verdict
    rule = room - (width_of(title) + 2 if title else 0) - (width_of(state) + 3 if state else 0)
    spans = [Span(left, edge)]
    if title:
        spans += [Span(" "), *title, Span(" ")]
    spans.append(Span("─" * max(0, rule), edge))
    if state:
        spans += [Span(" "), *state, Span(" "), Span("─", edge)]
    spans.append(Span(right, edge))
    return fit(tuple(spans), frame.width)


def _named(title: Line, focused: bool) -> Line:
    role = "title" if focused else "dim"
    return tuple(Span(span.text, role) if span.role == "text" else span for span in title)
