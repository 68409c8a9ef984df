"""Which hue says what, in every look and for every depth of colour that terminals have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Palette = Mapping[str, str]
"""What is said, and the colour that says it."""

CALM: Final = {
    "ink": "#b4bac4",
    "bright": "#f0f3f7",
    "dim": "#868e99",
    "faint": "#4a515b",
    "off": "#788089",
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
LIGHT: Final = {
    "ink": "#33383f",
    "bright": "#000000",
    "dim": "#5f656e",
    "faint": "#8b919a",
    "off": "#6c727a",
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
CONTRAST: Final = {
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
SAFE: Final = {
    **CALM,
    "bid": "#6aa9e0",
    "ask": "#e0964a",
    "bid-bar": "#2f5375",
    "ask-bar": "#75502b",
    "look": "#e6d35a",
    "bad": "#f27fb2",
}
IN_256: Final[Mapping[str, Palette]] = {
    "calm": {
        "bid-bar": "#5f875f",
        "ask-bar": "#875f5f",
        "chosen": "#303030",
        "dim": "#8a8a8a",
        "off": "#7a7a7a",
    },
    "light": {"dim": "#626262", "off": "#6c6c6c", "edge": "#c6c6c6"},
    "contrast": {"chosen": "#00005f"},
    "safe": {"chosen": "#303030", "dim": "#8a8a8a", "off": "#7a7a7a"},
}
"""What is another colour where there are 256: the nearest would be one that says something else."""

_DARK_16: Final = {
    "ink": "ansi_bright_white",
    "bright": "ansi_bright_white",
    "dim": "ansi_white",
    "faint": "ansi_bright_black",
    "off": "ansi_white",
    "bid": "ansi_bright_green",
    "ask": "ansi_bright_red",
    "bid-bar": "ansi_green",
    "ask-bar": "ansi_red",
    "good": "ansi_white",
    "look": "ansi_bright_yellow",
    "bad": "ansi_bright_magenta",
    "edge": "ansi_bright_black",
    "focus": "ansi_white",
    "chosen": "ansi_blue",
    "paper": "ansi_black",
}
IN_16: Final[Mapping[str, Palette]] = {
    "calm": _DARK_16,
    "light": {
        "ink": "ansi_black",
        "bright": "ansi_black",
        "dim": "ansi_bright_black",
        "faint": "ansi_white",
        "off": "ansi_bright_black",
        "bid": "ansi_blue",
        "ask": "ansi_red",
        "bid-bar": "ansi_cyan",
        "ask-bar": "ansi_bright_red",
        "good": "ansi_bright_black",
        "look": "ansi_magenta",
        "bad": "ansi_red",
        "edge": "ansi_white",
        "focus": "ansi_black",
        "chosen": "ansi_bright_cyan",
        "paper": "ansi_bright_white",
    },
    "contrast": {**_DARK_16, "edge": "ansi_white", "focus": "ansi_bright_white"},
    "safe": {
        **_DARK_16,
        "bid": "ansi_bright_cyan",
        "ask": "ansi_bright_magenta",
        "bid-bar": "ansi_cyan",
        "ask-bar": "ansi_magenta",
        "bad": "ansi_bright_red",
    },
}
"""The colours where there are 16: what they look like is the terminal's choice, so every one
that is text is a light one on dark paper, or a dark one on light paper."""
