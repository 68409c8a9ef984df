"""Every layout there is: those that come with the program, and those of the trader in a file.

The file is read again before it is written, and only what changed is changed in it: what another
program wrote meanwhile, or what nobody here can read, stays as it is.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

import msgspec

from wsdash.domain.text import clean
from wsdash.files import aside, head, said, whole
from wsdash.ui.layouts.presets import PRESETS, STANDARD, Layout
from wsdash.ui.layouts.text import BadLayout, from_plain, to_plain
from wsdash.ui.snapshots.watch_order import Order, order_of

FORMAT: Final = 1
LARGEST: Final = 1_000_000
"""Bytes of a file that is read."""

PRESENT: Final = "present"
ORDER: Final = "watchlist"


class _Unreadable(Exception):
    """The file cannot be used; the message says why."""


class _Damaged(_Unreadable):
    """The file is no JSON of ours: it is put aside before a new one is written."""


class Library:
    """Layouts by name.

    Args:
        file: where those of the trader are kept; None keeps them for this run only.
        known: the kinds of panes that there are.

    Attributes:
        saved: the layouts of the trader by name.
        present: the layout on the screen, or when the program last ended; None if nobody knows.
        order: that of the watchlist.
    """

    def __init__(self, file: Path | None, known: Collection[str]) -> None:
        self._file, self._known = file, known
        self.saved: dict[str, Layout] = {}
        self.present: Layout | None = None
        self.order = Order()

    @property
    def layouts(self) -> list[Layout]:
        """All of them: those of the program, as the trader has them, then the trader's."""
        own = [self.saved.get(layout.name, layout) for layout in PRESETS]
        names = {layout.name for layout in own}
        return own + [layout for name, layout in self.saved.items() if name not in names]

    def find(self, name: str) -> Layout | None:
        """Return a layout by its name."""
        return next((layout for layout in self.layouts if layout.name == name), None)

    def load(self) -> str:
        """Read the file, and return what is wrong with it in words, or nothing."""
        try:
            content = self._read()
        except _Unreadable as error:
            return str(error)
        problems = []
        self.order = order_of(content.get(ORDER))
        listed = content.get("layouts")
        for name, plain in (listed if isinstance(listed, dict) else {}).items():
            try:
                self.saved[name] = from_plain(name, plain, self._known)
            except BadLayout as error:
                problems.append(f"layout {clean(name, 24)}: {error}")
        try:
            if PRESENT in content:
                name = str(content[PRESENT].get("name", STANDARD.name))
                self.present = from_plain(name, content[PRESENT], self._known)
        except (BadLayout, AttributeError):
            problems.append("the last layout makes no sense")
        return f"{self._called}: {problems[0]}; it stays in the file" if problems else ""

    def save(self, layout: Layout) -> None:
        """Keep a layout under its name, for now only here; see `write`."""
        self.saved[layout.name] = layout

    def remove(self, name: str) -> None:
        """Forget a layout of the trader; one that came with the program is as it was."""
        self.saved.pop(name, None)

    def write(self, changed: Collection[str] = ()) -> str:
        """Write what is new to the file, from one thread; return what went wrong in words.

        Args:
            changed: names of layouts that were saved or removed.
        """
        if self._file is None:
            return ""
        try:
            self._change(self._file, self.present or STANDARD, changed)
        except OSError as error:
            return said(self._file, error)
        except _Unreadable as error:
            return str(error)
        return ""

    def _change(self, file: Path, present: Layout, changed: Collection[str]) -> None:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            content = self._read()
        except _Damaged:
            aside(file)
            content = {}
        listed = content.get("layouts")
        layouts: dict[str, Any] = listed if isinstance(listed, dict) else {}
        for name in changed:
            layouts.pop(name, None)
            if (layout := self.saved.get(name)) is not None:
                layouts[name] = to_plain(layout)
        last = to_plain(present) | {"name": present.name}
        order = self.order._asdict()
        content |= {"format": FORMAT, "layouts": layouts, PRESENT: last, ORDER: order}
        with whole(file) as out:
            out.write(msgspec.json.format(msgspec.json.encode(content)) + b"\n")

    @property
    def _called(self) -> str:
        return self._file.name if self._file is not None else "layouts"

    def _read(self) -> dict[str, Any]:
        if self._file is None:
            return {}
        try:
            data = head(self._file, LARGEST + 1)
        except OSError as error:
            raise _Unreadable(said(self._file, error)) from None
        if data is None:
            return {}
        try:
            content = msgspec.json.decode(data) if len(data) <= LARGEST else None
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            content = None
        version = content.get("format") if isinstance(content, dict) else None
        if not isinstance(content, dict) or not isinstance(version, int):
            raise _Damaged(f"{self._called} is damaged: it is put aside when a layout is saved")
        if version > FORMAT:
            raise _Unreadable(f"{self._called} is of a newer wsdash: it is left as it is")
        return content
