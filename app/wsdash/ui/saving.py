"""The keys that write what is on the screen to files: a table of a pane, a picture of all."""

from __future__ import annotations

import asyncio
import re
from typing import Final

from wsdash.feed.tables import FORMS, NoParquet
from wsdash.ui.controls import READ_FOR, Controls
from wsdash.ui.export import why_not, write_new, write_whole
from wsdash.ui.layouts.kinds import SMALL_SCREEN
from wsdash.ui.pane_tables import Sheet, sheet_of
from wsdash.ui.screens.ask import Ask

_FONT_FACES: Final = re.compile(r"@font-face\s*\{[^}]*\}\s*")
"""Fonts that whoever opens the picture would fetch from a stranger."""


class Saving(Controls):
    """Does what keys say about files."""

    _form = "csv"

    def action_table(self) -> None:
        """Ask for a form, and write what the focused pane shows as it is now."""
        screen = self.board_screen
        kind, group = screen.focused_kind, screen.focused_pane.group
        sheet = sheet_of(
            "ladder" if kind == SMALL_SCREEN else kind, self.desk, group, screen.cast.tape.choice
        )
        if self.desk.export_dir is None:
            self.say("there is nowhere to write to")
        elif kind == "supervisor":
            self.say(f"the log: {self.desk.press('export')} writes it")
        elif sheet is None:
            self.say("nothing here to write as a table")
        else:
            self._ask_form(sheet)

    def _ask_form(self, sheet: Sheet) -> None:
        def wrong(text: str) -> str:
            return "" if f".{text.strip().lower()}" in FORMS else "csv or parquet"

        def typed(text: str | None) -> None:
            if text is not None:
                self._form = text.strip().lower()
                self.run_worker(self._save(sheet), name="table", exit_on_error=False)

        title = f"Write {sheet.kind} as"
        self.push_screen(
            Ask(title, "csv or parquet", wrong, self._form, ascii_only=self.desk.ascii_only),
            typed,
        )

    async def _save(self, sheet: Sheet) -> None:
        """Write beside the event loop: a disk may be slow, and packing takes a while."""
        folder, wall, suffix = self.desk.export_dir, self.desk.feed.wall(), f".{self._form}"
        if folder is None:
            return
        write, table = FORMS[suffix], sheet.table
        try:
            path, rows = await asyncio.to_thread(
                write_whole, folder, sheet.stem, wall, suffix, lambda out: write(table, out)
            )
        except NoParquet as error:
            self.say(str(error), READ_FOR)
        except Exception as error:  # noqa: BLE001 - a table that cannot be written stops nothing
            self.say(f"{sheet.kind} not written: {why_not(error)}", READ_FOR)
        else:
            self.say(f"{rows} rows in {self._place(path)}", READ_FOR)

    def action_picture(self) -> None:
        """Write the screen as it is, as SVG."""
        folder, wall = self.desk.export_dir, self.desk.feed.wall()
        if folder is None:
            self.say("there is nowhere to write to")
            return
        svg = _FONT_FACES.sub("", self.export_screenshot(title="wsdash"))
        self.run_worker(self._keep(svg.encode(), wall), name="picture", exit_on_error=False)

    async def _keep(self, svg: bytes, wall: float) -> None:
        folder = self.desk.export_dir
        if folder is None:
            return
        try:
            path = await asyncio.to_thread(write_new, folder, "wsdash-screen", wall, ".svg", svg)
        except Exception as error:  # noqa: BLE001 - as above
            self.say(f"picture not written: {why_not(error)}", READ_FOR)
        else:
            self.say(f"picture in {self._place(path)}", READ_FOR)
