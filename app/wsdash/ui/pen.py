"""Writes styled cells at positions with few bytes; knows nothing of what they show."""

from __future__ import annotations

from functools import lru_cache
from itertools import islice

Sgr = tuple[str, str, str]
"""The codes of a style: attributes, foreground, background; empty means default."""
PLAIN: Sgr = ("", "", "")


class Pen:
    """Writes cells at positions, remembering where the cursor is and in which style."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._at: tuple[int, int] | None = None
        self._style = PLAIN

    def draw(self, x: int, y: int, cells: list[str], styles: list[Sgr]) -> None:
        """Write cells from column `x` of line `y`; empty ones are second halves."""
        out = self._out
        if self._at != (x, y):
            if self._at is not None and self._at[1] == y and x > self._at[0]:
                out.append(f"\x1b[{x - self._at[0]}C")
            else:
                out.append(f"\x1b[{y + 1};{x + 1}H")
        strayed = False
        for at, (cell, style) in enumerate(zip(cells, styles, strict=True), x):
            if not cell:
                strayed = True  # how far a wide character moves is the terminal's opinion
                continue
            if strayed:
                out.append(f"\x1b[{y + 1};{at + 1}H")
                strayed = False
            if style is not self._style and style != self._style:
                out.append(turn(self._style, style))
                self._style = style
            out.append(cell)
        self._at = None if strayed else (x + len(cells), y)

    def finish(self) -> str:
        """Return all that was written, ending in the plain style."""
        if self._style != PLAIN:
            self._out.append("\x1b[0m")
        return "".join(self._out)


@lru_cache(8192)
def split(ansi: str) -> Sgr:
    """Take the codes of a style apart."""
    attributes: list[str] = []
    colours = {"3": "", "4": ""}
    codes = iter(ansi.split(";") if ansi else ())
    for code in codes:
        if code in ("38", "48"):
            kind = next(codes)
            rest = islice(codes, 3 if kind == "2" else 1)
            colours[code[0]] = ";".join((code, kind, *rest))
        elif len(code) == 1 or code in ("21", "51", "52", "53"):
            attributes.append(code)
        else:  # 30-39 and 90-97 in front, 40-49 and 100-107 behind
            colours["3" if code[0] in "39" else "4"] = code
    return ";".join(attributes), colours["3"], colours["4"]


@lru_cache(8192)
def turn(old: Sgr, new: Sgr) -> str:
    """Return the shortest change from one style to another."""
    full = ";".join(code for code in ("0", *new) if code)
    if old[0] != new[0]:
        return f"\x1b[{full}m"
    codes = []
    if old[1] != new[1]:
        codes.append(new[1] or "39")
    if old[2] != new[2]:
        codes.append(new[2] or "49")
    return f"\x1b[{';'.join(codes)}m"
