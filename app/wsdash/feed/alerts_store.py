"""Where alert rules are kept, and what fired: a text file that people may edit too, and a log.

Rules are one a line. Only lines that change are touched: what is no rule, a comment or an empty
line stays as it is.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import msgspec

from wsdash.domain.alerts import Fired, Rule
from wsdash.domain.alerts_text import BadRule, Resolve, parse
from wsdash.domain.instrument import MarketKey
from wsdash.files import lines_of, said, write_lines
from wsdash.venues import registry

MOST_RULES = 200
"""Rules that are watched at most."""

JOURNAL_SIZE = 1_000_000
"""Bytes after which the log file is put aside, and a new one begun."""


class Loaded(NamedTuple):
    """What a file says: its rules, and in words what is wrong with the rest."""

    rules: tuple[Rule, ...]
    problems: tuple[str, ...]


def resolve(key: MarketKey) -> MarketKey:
    """Return a market under its venue's own name.

    Raises:
        UnknownVenue: there is no such venue.
    """
    venue = registry.find(key.venue)
    return MarketKey(venue.name, venue.canonical(key.name) if key.name else "")


class Shelf:
    """The file with the rules.

    Args:
        file: need not exist.
        canonical: takes markets under the names of their venues.
    """

    def __init__(self, file: Path, canonical: Resolve = resolve) -> None:
        self._file, self._canonical = file, canonical

    def load(self) -> Loaded:
        """Read the rules; never fails, but says what it could not read."""
        try:
            lines = lines_of(self._file) or []
        except OSError as error:
            return Loaded((), (said(self._file, error),))
        rules: dict[Rule, None] = {}
        problems = []
        for number, line in enumerate(lines, 1):
            try:
                rule = self._rule(line)
            except BadRule as error:
                problems.append(f"{self._file.name} line {number}: {error}")
                continue
            if rule is not None and len(rules) >= MOST_RULES and rule not in rules:
                problems.append(f"{self._file.name} line {number}: more than {MOST_RULES} rules")
            elif rule is not None:
                rules[rule] = None
        return Loaded(tuple(rules), tuple(problems))

    def change(self, added: list[Rule], removed: list[Rule]) -> str:
        """Add and remove rules in the file as it is now; return what went wrong, in words.

        The file is whole at every moment: the new one takes the place of the old one at once.
        """
        try:
            lines = [
                line for line in lines_of(self._file) or [] if self._known(line) not in removed
            ]
            there = {self._known(line) for line in lines}
            lines += [str(rule) for rule in added if rule not in there]
            write_lines(self._file, lines)
        except OSError as error:
            return said(self._file, error)
        return ""

    def _rule(self, line: str) -> Rule | None:
        text = line.strip()
        return parse(text, self._canonical) if text and not text.startswith("#") else None

    def _known(self, line: str) -> Rule | None:
        with suppress(BadRule):
            return self._rule(line)
        return None


class Keeper:
    """Writes what changed beside the feed: disks can be slow.

    Args:
        shelf: where to; None keeps nothing.
        report: takes what went wrong, in words.
    """

    def __init__(self, shelf: Shelf | None, report: Callable[[str], None]) -> None:
        self._shelf, self._report = shelf, report
        self._changes: dict[Rule, bool] = {}
        self._news = asyncio.Event()
        self._closing = False

    def load(self) -> tuple[Rule, ...]:
        """Return the rules that are kept, and report what is wrong with others."""
        if self._shelf is None:
            return ()
        loaded = self._shelf.load()
        for problem in loaded.problems:
            self._report(problem)
        return loaded.rules

    def note(self, rule: Rule, *, kept: bool) -> None:
        """A rule was made, or is over; never waits."""
        self._changes[rule] = kept
        self._news.set()

    def finish(self) -> None:
        """Have `run` end when everything is written."""
        self._closing = True
        self._news.set()

    async def run(self) -> None:
        """Write until `finish`."""
        while not self._closing or self._changes:
            await self._news.wait()
            self._news.clear()
            changes, self._changes = self._changes, {}
            if self._shelf is None or not changes:
                continue
            added = [rule for rule, kept in changes.items() if kept]
            removed = [rule for rule, kept in changes.items() if not kept]
            problem = await asyncio.to_thread(self._shelf.change, added, removed)
            if problem:
                self._report(problem)


class Journal:
    """A file with one JSON object for each alert that fired.

    Args:
        file: when it is full it is put aside as ``.1``, over the one before.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    async def deliver(self, fired: Fired) -> str:
        """Write a line; slow disks hold up nobody."""
        try:
            await asyncio.to_thread(self._write, msgspec.json.encode(fired) + b"\n")
        except OSError as error:
            return f"cannot be written ({error.strerror})"
        return ""

    async def close(self) -> None:
        """Nothing stays open."""

    def _write(self, line: bytes) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            if self._file.stat().st_size + len(line) > JOURNAL_SIZE:
                self._file.replace(self._file.with_name(self._file.name + ".1"))
        descriptor = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(line)
