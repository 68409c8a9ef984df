"""Where a setting is set: so that whoever reads that it is wrong knows where to look."""

from __future__ import annotations

import os
import re
from collections.abc import Container
from pathlib import Path
from typing import Final

_HEADER: Final = re.compile(r"\s*\[\[?([^\]]+)\]")
_SETTING: Final = re.compile(r"\s*((?:[\w.\s-]|\"[^\"]*\"|'[^']*')+?)\s*=")
_NAME: Final = re.compile(r"\"([^\"]*)\"|'([^']*)'|([\w-]+)")


def spoken(path: tuple[str, ...], ours: Container[str]) -> str:
    """Return a path in words; a name that is not ours may be a secret in the wrong place."""
    return ".".join(name if name in ours or name.isdecimal() else "…" for name in path)


def place(file: Path, text: str, path: tuple[str, ...]) -> str:
    """Return the variable or the line of the file that sets a path, in words.

    Args:
        file: the settings file.
        text: what is in it.
        path: names from the outermost table to the setting.
    """
    variable = _variable(path)
    if variable:
        return f"environment: {variable}"
    line = line_of(text, path)
    return f"{file}{line}" if line else "settings"


def _variable(path: tuple[str, ...]) -> str:
    """The variable of the environment that sets a path, or something in or around it."""
    variables = sorted(name.upper() for name in os.environ)
    for length in range(len(path), 0, -1):
        name = "WSDASH_" + "__".join(path[:length]).upper()
        for variable in variables:
            within = length == len(path) and variable.startswith(f"{name}__")
            if variable == name or within:
                return variable
    return ""


def line_of(text: str, path: tuple[str, ...]) -> str:
    """Return `` line N`` where a path, or most of it, is set; empty if nowhere."""
    table: tuple[str, ...] = ()
    best, found = 0, 0
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            here = table = _names(header[1])
        elif setting := _SETTING.match(line):
            here = (*table, *_names(setting[1]))
        else:
            continue
        if len(here) > best and path[: len(here)] == here:
            best, found = len(here), number
    return f" line {found}" if found else ""


def _names(dotted: str) -> tuple[str, ...]:
    return tuple("".join(parts) for parts in _NAME.findall(dotted))
