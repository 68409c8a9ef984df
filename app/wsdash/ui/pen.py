"""Writes styled cells at positions with few bytes; knows nothing of what they show."""

from __future__ import annotations

from functools import lru_cache
from itertools import islice

Sgr = tuple[str, str, str]
"""The codes of a style: attributes, foreground, background; empty means default."""
PLAIN: Sgr = ("", "", "")
_OFF = {"1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "7": "27", "8": "28", "9": "29"}
"""What switches an attribute off; bold and dim go together."""


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
            colours["3" if code[0] in "39" else "4"] = "" if code in ("39", "49") else code
    return ";".join(attributes), colours["3"], colours["4"]


@lru_cache(8192)
def turn(old: Sgr, new: Sgr) -> str:
    """Return the shortest change from one style to another."""
    codes = _switched(old[0], new[0])
    if old[1] != new[1]:
        codes.append(new[1] or "39")
    if old[2] != new[2]:
        codes.append(new[2] or "49")
    step, full = ";".join(codes), ";".join(code for code in ("0", *new) if code)
    return f"\x1b[{min(full, step, key=len) if _OFF.keys() >= _set(old[0]) else full}m"


def _switched(old: str, new: str) -> list[str]:
    """Return what switches the attributes that went off, and those that came on."""
    gone = _set(old) - _set(new)
    off = sorted({_OFF[code] for code in gone if code in _OFF})
    stay = {code for code in _set(old) if _OFF.get(code) not in off}
    return [*off, *sorted(_set(new) - stay)]


def _set(attributes: str) -> set[str]:
    return set(attributes.split(";")) if attributes else set()
