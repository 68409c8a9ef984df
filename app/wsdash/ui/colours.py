"""How many colours the terminal has, and what rich calls that.

Asked of the environment, as every program does; a setting knows better. Nothing here
knows which colours there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from rich.color import ColorSystem

Depth: TypeAlias = Literal[0, 16, 256, 16_777_216]
"""How many colours; 0 for a terminal that has none."""

ALL: Final[Depth] = 16_777_216

SETTINGS: Final[Mapping[str, Depth]] = {"truecolor": ALL, "256": 256, "16": 16, "none": 0}
"""What can be set, besides ``auto``."""

_SYSTEMS: Final[Mapping[Depth, ColorSystem]] = {
    ALL: ColorSystem.TRUECOLOR,
    256: ColorSystem.EIGHT_BIT,
    16: ColorSystem.STANDARD,
    0: ColorSystem.STANDARD,  # nothing with a colour is drawn then
}
_NONE: Final = ("dumb", "unknown", "vt52", "vt100", "vt102", "vt220")
_MANY: Final = ("kitty", "alacritty", "foot", "wezterm", "ghostty", "direct")
"""Parts of TERM of terminals that have all colours whether or not COLORTERM came along."""


def depth_of(environment: Mapping[str, str], setting: str = "auto") -> Depth:
    """Return how many colours the terminal has.

    Args:
        environment: TERM and COLORTERM are looked at; ssh passes only TERM on.
        setting: ``auto``, or one of `SETTINGS`.
    """
    if setting in SETTINGS:
        return SETTINGS[setting]
    term = environment.get("TERM", "").strip().lower()
    if not term or term in _NONE or term.endswith("-m"):
        return 0
    if environment.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return ALL
    if any(part in term for part in _MANY):
        return ALL
    return 256 if term.endswith("256color") else 16


def system_of(depth: Depth) -> ColorSystem:
    """Return what rich calls it."""
    return _SYSTEMS[depth]
