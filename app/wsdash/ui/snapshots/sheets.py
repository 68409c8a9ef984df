"""Sheets to read: the help and the settings in effect, as rows."""

from __future__ import annotations

from collections.abc import Sequence

from wsdash.domain.text import clean
from wsdash.ui.snapshots.lines import Line, Span, text_width


def help_rows(sections: Sequence[tuple[str, Sequence[tuple[str, str]]]], width: int) -> list[Line]:
    """Return the help: sections of keys and what they do."""
    keys = max((text_width(key) for _, entries in sections for key, _ in entries), default=0)
    rows: list[Line] = []
    for title, entries in sections:
        if rows:
            rows.append(())
        rows.append((Span(f" {title}", "title"),))
        for key, words in entries:
            head = Span(f"  {key}{' ' * (keys - text_width(key))}  ", "bright")
            rows += _wrapped(head, words, width)
    return rows


def settings_rows(settings: Sequence[tuple[str, str]], width: int) -> list[Line]:
    """Return settings and their values, in the order given."""
    names = min(max((len(name) for name, _ in settings), default=0), max(8, width // 2))
    rows: list[Line] = []
    for name, value in settings:
        head = Span(f" {clean(name, names):<{names}}  ", "dim")
        rows += _wrapped(head, clean(value, 400), width)
    return rows or [(Span(" nothing is set: everything is as it comes", "dim"),)]


def _wrapped(head: Span, words: str, width: int) -> list[Line]:
    """Return a name and its text, the text over as many rows as it takes."""
    lead = text_width(head.text)
    room = max(8, width - lead - 1)
    lines: list[str] = [""]
    for word in words.split(" "):
        if lines[-1] and text_width(lines[-1]) + 1 + text_width(word) > room:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
        while text_width(lines[-1]) > room:
            lines[-1:] = [lines[-1][:room], lines[-1][room:]]
    return [
        (head if index == 0 else Span(" " * lead), Span(text)) for index, text in enumerate(lines)
    ]
