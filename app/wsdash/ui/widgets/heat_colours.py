"""The colours of the heat: shades between the paper and the hue of a side."""

from __future__ import annotations

from textual.color import Color

from wsdash.ui.snapshots.heat import SHADES


def heat_colours(role: str, variables: dict[str, str]) -> tuple[Color, Color]:
    """Return the colours of the older and of the newer half of a cell.

    Args:
        role: such as ``heat b3 a12``.
        variables: of the theme.
    """
    _, older, newer = role.split(" ")
    return _colour(older, variables), _colour(newer, variables)


def _colour(level: str, variables: dict[str, str]) -> Color:
    paper = Color.parse(variables["paper"])
    if level == "0":
        return paper
    hue = Color.parse(variables["bid" if level[0] == "b" else "ask"])
    return paper.blend(hue, 0.12 + 0.88 * int(level[1:]) / SHADES)
