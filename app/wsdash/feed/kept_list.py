"""The file with the trader's watchlist: a market a line, to be edited by people too.

What is no market, such as a comment, stays where it is; what somebody else added meanwhile stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from wsdash.domain.instrument import MarketKey
from wsdash.domain.text import is_word
from wsdash.files import lines_of, said, write_lines

MOST_MARKETS: Final = 200
"""Markets that are watched at most."""


class LoadedList(NamedTuple):
    """What a file says.

    Attributes:
        keys: its markets in their order; None where there is no list to go by.
        problems: in words, what is wrong with the rest.
    """

    keys: tuple[MarketKey, ...] | None
    problems: tuple[str, ...] = ()


class ListFile:
    """The file with the watchlist.

    Args:
        file: need not exist.
        parse: returns the market that a text names, or raises ValueError.
    """

    def __init__(self, file: Path, parse: Callable[[str], MarketKey]) -> None:
        self.file, self._parse = file, parse

    def load(self) -> LoadedList:
        """Read the list; never fails, but says what it could not read."""
        try:
            lines = lines_of(self.file)
        except OSError as error:
            return LoadedList(None, (said(self.file, error),))
        if lines is None:
            return LoadedList(None)
        keys: dict[MarketKey, None] = {}
        problems = []
        for number, line in enumerate(lines, 1):
            key = self._market(line)
            if key is not None and len(keys) < MOST_MARKETS:
                keys[key] = None
            elif key is not None and key not in keys:
                problems.append(f"line {number}: more than {MOST_MARKETS} markets")
            elif key is None and _says_something(line):
                problems.append(f"line {number} is no market; it is left as it is")
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        shown = tuple(f"{self.file.name} {problem}{more}" for problem in problems[:1])
        return LoadedList(tuple(keys) if keys or not problems else None, shown)

    def write(
        self, wanted: Sequence[MarketKey], base: Iterable[MarketKey]
    ) -> tuple[MarketKey, ...]:
        """Make `wanted` the list; return what the file holds now.

        Args:
            wanted: the list as the trader has it.
            base: what was in the file when it was last read or written: what was added to it
                since, or taken from it, somebody else did, and that stands.

        Raises:
            OSError: it cannot be read or written; it is as it was.
        """
        lines = lines_of(self.file)
        known = set(base)
        there = [key for line in lines or () if (key := self._market(line)) is not None]
        gone = known - set(there) if lines is not None else set()
        keys = [key for key in wanted if key not in gone]
        keys += [key for key in dict.fromkeys(there) if key not in known and key not in keys]
        left, merged = iter(keys), []
        for line in lines or ():
            if self._market(line) is None:
                merged.append(line)
            elif (key := next(left, None)) is not None:
                merged.append(str(key))
        merged += [str(key) for key in left]
        write_lines(self.file, merged)
        return tuple(keys)

    def _market(self, line: str) -> MarketKey | None:
        text = line.strip()
        if not is_word(text) or not _says_something(text):
            return None
        try:
            return self._parse(text)
        except ValueError:
            return None


def _says_something(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")
