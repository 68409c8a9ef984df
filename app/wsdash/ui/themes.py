"""The looks: calm dark by default, light, high contrast, colour-blind-safe, and no colours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from textual.theme import BUILTIN_THEMES, Theme

DEFAULT: Final = "calm"
MONO: Final = "mono"

_CALM: Final = {
    "ink": "#b4bac4",
    "bright": "#f0f3f7",
    "dim": "#7d8590",
    "faint": "#4a515b",
    "off": "#676e78",
    "bid": "#5fae8b",
    "ask": "#cf7a72",
    "bid-bar": "#31584a",
    "ask-bar": "#6b423f",
    "good": "#8fa3a0",
    "look": "#d9a548",
    "bad": "#ef6a5f",
    "edge": "#353b44",
    "focus": "#8b94a3",
    "chosen": "#2b323c",
    "paper": "#101317",
}
_LIGHT: Final = {
    "ink": "#33383f",
    "bright": "#000000",
    "dim": "#666c75",
    "faint": "#8b919a",
    "off": "#83888f",
    "bid": "#12704a",
    "ask": "#ab3028",
    "bid-bar": "#a9d3bf",
    "ask-bar": "#e6b9b4",
    "good": "#3f5f58",
    "look": "#8f5d00",
    "bad": "#c21807",
    "edge": "#c3c8cf",
    "focus": "#4a515b",
    "chosen": "#dce1e8",
    "paper": "#f7f8fa",
}
_CONTRAST: Final = {
    "ink": "#ffffff",
    "bright": "#ffffff",
    "dim": "#d0d0d0",
    "faint": "#b0b0b0",
    "off": "#b8b8b8",
    "bid": "#4dff9f",
    "ask": "#ff8a80",
    "bid-bar": "#1f9e5a",
    "ask-bar": "#c8453b",
    "good": "#ffffff",
    "look": "#ffd23f",
    "bad": "#ff6b6b",
    "edge": "#8a8a8a",
    "focus": "#ffffff",
    "chosen": "#003a70",
    "paper": "#000000",
}
_SAFE: Final = {
    **_CALM,
    "bid": "#6aa9e0",
    "ask": "#e0964a",
    "bid-bar": "#2f5375",
    "ask-bar": "#75502b",
    "look": "#e6d35a",
    "bad": "#f27fb2",
}
_MONO: Final = dict.fromkeys(_CALM, "ansi_default")

_PALETTES: Final[Mapping[str, tuple[Mapping[str, str], bool]]] = {
    "calm": (_CALM, True),
    "light": (_LIGHT, False),
    "contrast": (_CONTRAST, True),
    "safe": (_SAFE, True),
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


def themes() -> list[Theme]:
    """Return every theme of ours."""
    return [_theme(name, palette, dark) for name, (palette, dark) in _PALETTES.items()]


def fallback_variables() -> dict[str, str]:
    """Return our variables for themes that do not know them."""
    return dict(_CALM)


def only_ascii(environment: Mapping[str, str]) -> bool:
    """Tell whether the locale says that the terminal understands ASCII only.

    Python itself sets LC_CTYPE where LANG is C, so LANG is asked too.
    """
    chosen = environment.get("LC_ALL") or environment.get("LC_CTYPE") or environment.get("LANG")
    if not environment.get("LC_ALL") and environment.get("LANG") in {"C", "POSIX"}:
        return True
    return bool(chosen) and "utf8" not in str(chosen).lower().replace("-", "")


def _theme(name: str, palette: Mapping[str, str], dark: bool) -> Theme:
    mono = name == MONO
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
        variables={**(BUILTIN_THEMES["ansi-dark"].variables if mono else {}), **palette},
        ansi=mono,
    )
