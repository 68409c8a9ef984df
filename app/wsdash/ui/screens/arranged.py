"""The board with the keys that change its layout: hide, resize, another pane, another group."""

from __future__ import annotations

from collections.abc import Callable

from wsdash.ui.layouts.edit import (
    beside,
    hidden,
    next_letter,
    regrouped,
    resized,
    settled,
)
from wsdash.ui.layouts.kinds import LETTERS, OF_MARKET, name_of
from wsdash.ui.layouts.presets import Layout, Size, size_of
from wsdash.ui.layouts.tree import Leaf, Node, leaves
from wsdash.ui.screens.board import Board
from wsdash.ui.screens.plan import Wish, plan, tree_of

WIDER, HIGHER = 4, 2
"""Columns and rows of a step when a pane is resized."""

TOO_SMALL = "a larger screen can be arranged"


class Arranged(Board):
    """Changes the layout.

    Attributes:
        rearranged: called when the layout is another one by a key.
    """

    rearranged: Callable[[], object] = staticmethod(lambda: None)

    def lay_out(self, layout: Layout) -> None:
        """Show a layout, with nothing else on the screen."""
        self._bound_for = ""
        self.begin_with(layout)
        self.arrange_anew()

    def begin_with(self, layout: Layout) -> None:
        """Take a layout; beside a heat, the ladder has the same rows."""
        self.wish = self.wish._replace(layout=layout, side="", maximised="")
        for leaf in (leaf for tree in layout.trees.values() for leaf in leaves(tree)):
            if leaf.kind == "heat":
                ladder = self.cast.groups[leaf.group].ladder
                ladder.attempt(ladder.fix)

    def present(self) -> Layout:
        """Return the layout as it is on the screen, with what was brought there."""
        layout, size = self.wish.layout, self._class()
        if not self.wish.side or size == "tiny":
            return layout
        return layout._replace(trees={**layout.trees, size: self._tree(size)})

    def action_hide(self) -> None:
        """Take the focused pane off the screen."""
        name = self.focused_name
        if name in {self.wish.maximised, self.wish.side} and not self._belongs(name):
            self.arrange_anew(side="", maximised="")
        else:
            self._edit(lambda tree: hidden(tree, name), "the last pane stays")

    def action_resize(self, columns: int, rows: int) -> None:
        """Make the focused pane wider or narrower, higher or lower."""
        name, down = self.focused_name, bool(rows)
        step = rows * HIGHER or columns * WIDER
        shown = self._places(*self.size)
        self._edit(
            lambda tree: resized(tree, name, step, down=down, shown=shown),
            "nothing beside it gives way" if columns else "nothing above or below gives way",
        )

    def action_group(self) -> None:
        """Put the focused pane into the next group."""
        pane = self.panes[self.focused_name]
        if pane.pane_kind not in OF_MARKET:
            self._tell("this pane shows no market of a group")
            return
        letter = LETTERS[(LETTERS.index(pane.letter) + 1) % len(LETTERS)]
        self._edit(lambda tree: regrouped(tree, pane.id or "", letter), "", pane.pane_kind, letter)

    def action_another(self) -> None:
        """Put another pane of this kind beside it, for the next group."""
        pane, size = self.panes[self.focused_name], self._class()
        tree = self._tree(size) if size != "tiny" else Leaf(pane.pane_kind)
        letter = next_letter(tree, pane.pane_kind, pane.letter) if pane.letter else ""
        if not letter:
            self._tell("there is no other of this pane")
            return
        new = Leaf(pane.pane_kind, letter)
        self._edit(
            lambda tree: beside(tree, pane.id or "", new), "no room for it", pane.pane_kind, letter
        )

    def _edit(
        self, edit: Callable[[Node], Node | None], refused: str, kind: str = "", letter: str = ""
    ) -> None:
        """Change the layout at this size, and focus a pane of it that is new there."""
        size, name = self._class(), name_of(kind, letter)
        if size == "tiny":
            self._tell(TOO_SMALL)
            return
        tree = self._tree(size)
        new = edit(tree)
        layout = self.wish.layout
        if new is not None and new != tree:
            layout = layout._replace(trees={**layout.trees, size: new})
        wish = self.wish._replace(layout=layout, side="", maximised="")
        if layout is self.wish.layout or (kind and name not in self._seen(wish)):
            self._tell(refused)
        else:
            self._bound_for = name
            self.wish = wish
            self.arrange_anew()
            if name:
                self.call_after_refresh(self.focus_pane, name)
            self.rearranged()

    def _seen(self, wish: Wish) -> set[str]:
        return {place.name for place in plan(*self.size, wish)}

    def _class(self) -> Size:
        return size_of(*self.size)

    def _tree(self, size: Size) -> Node:
        """Return the tree at a size, with what was brought to the screen as a part of it."""
        return settled(tree_of(size, self.wish, self.size.height))

    def _belongs(self, name: str) -> bool:
        return any(leaf.name == name for leaf in leaves(self.wish.layout.trees[self._class()]))

    def _tell(self, words: str) -> None:
        if words:
            self.desk.say(words)
            self.draw_all()
