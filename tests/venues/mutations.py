"""Frames as a venue might send them on its worst day: recorded ones, changed field by field."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeAlias

from hypothesis import strategies as st

Json: TypeAlias = Any
Place: TypeAlias = tuple[str | int, ...]

HUGE = int("9" * 400)

REPLACEMENTS: tuple[Json, ...] = (
    None, True, False, 0, -1, 1.5, -0.0, 1e308, HUGE, -HUGE, 2**63, 2**64, "", "0", "-", "NaN",
    "Infinity", "1e999999", "1e5", "-1", "１２", "\x1b[31m", "\u202e", "a" * 1_000, [], {}, [[]],
    [[[[[[]]]]]], {"a": {"a": {}}}, [1, 2], ["1", "2"], [["1", "2"]], {"price": 1, "qty": 1},
    "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2023-13-45", "book", "snapshot",
)  # fmt: skip


def places(value: Json, here: Place = ()) -> Iterator[Place]:
    """Yield the way to every part of a value."""
    yield here
    if isinstance(value, dict):
        for name, part in value.items():
            yield from places(part, (*here, name))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from places(part, (*here, index))


def changed(value: Json, place: Place, change: Callable[[Json], Json]) -> Json:
    """Return a copy in which one part is another."""
    if not place:
        return change(value)
    copy: Json = dict(value) if isinstance(value, dict) else list(value)
    copy[place[0]] = changed(copy[place[0]], place[1:], change)
    return copy


def without(value: Json, place: Place) -> Json:
    """Return a copy in which one part is missing."""

    def drop(parent: Json) -> Json:
        copy: Json = dict(parent) if isinstance(parent, dict) else list(parent)
        del copy[place[-1]]
        return copy

    return changed(value, place[:-1], drop)


def renamed(value: Json, place: Place, name: str) -> Json:
    """Return a copy in which one member has another name."""

    def rename(parent: Json) -> Json:
        if not isinstance(parent, dict):
            return parent
        return {name if key == place[-1] else key: part for key, part in parent.items()}

    return changed(value, place[:-1], rename)


@st.composite
def mutated(draw: st.DrawFn, frames: list[str]) -> bytes:
    """One of the frames, with one to three of its parts dropped, renamed or replaced."""
    value = json.loads(draw(st.sampled_from(frames)))
    for _ in range(draw(st.integers(1, 3))):
        everywhere = list(places(value))
        place = everywhere[draw(st.integers(0, len(everywhere) - 1))]
        match draw(st.sampled_from(["drop", "rename", "replace", "replace", "repeat"])):
            case "drop" if place:
                value = without(value, place)
            case "rename" if place:
                value = renamed(value, place, draw(st.sampled_from(["x", "", "symbol", "data"])))
            case "repeat":
                value = changed(value, place, lambda part: [part, part])
            case _:
                new = draw(st.sampled_from(REPLACEMENTS))
                value = changed(value, place, partial(_always, new))
    return json.dumps(value, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")


def _always(new: Json, _: Json) -> Json:
    return new


NESTED = [
    b"[" * 100_000,
    b'{"channel":"book","type":"update","data":' + b"[" * 100_000,
    b'{"stream":"a@depth","data":' + b'{"a":' * 100_000,
    b'{"event":' + b"[" * 100_000,
    b'{"error":' + b"[" * 100_000,
    b'{"x":' + b"[" * 3_000 + b"]" * 3_000 + b"}",
]
"""Frames nested so deeply that a careless parser runs out of stack."""
