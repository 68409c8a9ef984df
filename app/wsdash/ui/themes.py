"""The looks: calm dark by default, light, high contrast, colour-blind-safe, and no colours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from textual.theme import BUILTIN_THEMES, Theme

from wsdash.ui.colours import Depth
from wsdash.ui.palettes import CALM, CONTRAST, IN_16, IN_256, LIGHT, SAFE, Palette

DEFAULT: Final = "calm"
MONO: Final = "mono"

_MONO: Final = dict.fromkeys(CALM, "ansi_default")

_PALETTES: Final[Mapping[str, tuple[Palette, bool]]] = {
    "calm": (CALM, True),
    "light": (LIGHT, False),
    "contrast": (CONTRAST, True),
    "safe": (SAFE, True),
    MONO: (_MONO, True),
}

TITLES: Final = {
    "calm": "calm dark",
    "light": "light",
    "contrast": "high contrast",
    "safe": "safe for colour-blind eyes",
    MONO: "no colours",
}
"""The themes and what they are called."""


def palette_of(name: str, depth: Depth) -> Palette:
    """Return the colours of a theme on a terminal of that depth."""
    palette, _ = _PALETTES[name]
    if depth in (16, 0):
        return IN_16.get(name, palette)
    return {**palette, **IN_256.get(name, {})} if depth == 256 else palette


def themes(depth: Depth) -> list[Theme]:
    """Return every theme of ours for a terminal of that depth."""
    return [
        _theme(name, palette_of(name, depth), dark, ansi=depth in (16, 0) or name == MONO)
        for name, (_, dark) in _PALETTES.items()
    ]


def fallback_variables() -> dict[str, str]:
    """Return our variables for themes that do not know them."""
    return dict(CALM)


def only_ascii(environment: Mapping[str, str]) -> bool:
    """Tell whether the locale says that the terminal understands ASCII only.

    Python itself sets LC_CTYPE where LANG is C, so LANG is asked too.
    """
    chosen = environment.get("LC_ALL") or environment.get("LC_CTYPE") or environment.get("LANG")
    if not environment.get("LC_ALL") and environment.get("LANG") in {"C", "POSIX"}:
        return True
    return bool(chosen) and "utf8" not in str(chosen).lower().replace("-", "")


def _theme(name: str, palette: Palette, dark: bool, *, ansi: bool) -> Theme:
    return Theme(
        name=name,
        primary=palette["focus"],
        secondary=palette["dim"],
        warning=palette["look"],
        error=palette["bad"],
        success=palette["bid"],
        accent=palette["focus"],
        foreground=palette["ink"],
        background=palette["paper"],
        surface=palette["paper"],
        panel=palette["paper"],
        boost=palette["paper"],
        dark=dark,
        variables={**(BUILTIN_THEMES["ansi-dark"].variables if ansi else {}), **palette},
        ansi=ansi,
    )
