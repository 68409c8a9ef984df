"""What the dashboard looks like: its themes, for as many colours as the terminal has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.filter import DimFilter, Monochrome, NoColor

from wsdash.ui.colours import ALL, Depth, system_of
from wsdash.ui.terminal import TerminalApp
from wsdash.ui.themes import DEFAULT, MONO, TITLES, fallback_variables, themes

if TYPE_CHECKING:
    from textual.types import CSSPathType


class Looks(TerminalApp):
    """An app in one of our themes.

    Args:
        theme: one of `wsdash.ui.themes.TITLES`.
        depth: how many colours the terminal has.
    """

    def __init__(
        self, *, theme: str = DEFAULT, depth: Depth = ALL, css_path: CSSPathType | None = None
    ) -> None:
        super().__init__(css_path=css_path)
        self.depth: Depth = depth
        self._has = depth
        self._dress()
        self._respect_no_color()
        self.theme = MONO if self.no_color or not depth else theme if theme in TITLES else DEFAULT

    def spare_colours(self, *, spare: bool) -> None:
        """Draw with 16 colours at most, or again with all that the terminal has."""
        depth: Depth = min(self._has, 16) if spare else self._has
        if depth != self.depth:
            self.depth = depth
            self._dress()
            self.mutate_reactive(Looks.theme)
            self.screen_lost()

    def _dress(self) -> None:
        """Take the themes for the present depth; what is emitted has no other codes."""
        for ours in themes(self.depth):
            self.register_theme(ours)
        self.console._color_system = system_of(self.depth)  # noqa: SLF001 - it has no setter
        self.set_class(self.depth == 16, "-few")

    def _respect_no_color(self) -> None:
        """Leave weight and reverse to the terminal where there shall be no colours."""
        if self.no_color:
            self._filters = [
                filter_
                for filter_ in self._filters
                if not isinstance(filter_, (Monochrome, DimFilter))
            ]
            self._filters.append(NoColor())

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return our colours for themes that do not know them."""
        return fallback_variables()

    def watch_theme(self, theme: str) -> None:
        """Say without colours what the colours said."""
        self.set_class(theme == MONO, "-mono")
