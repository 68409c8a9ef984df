from __future__ import annotations

import asyncio
import threading
from collections.abc import Collection

from wsdash.ui.layouts.library import Library
from wsdash.ui.layouts.writer import Writer


class SlowDisk(Library):
    """Counts writes; each takes until the disk goes on."""

    def __init__(self) -> None:
        super().__init__(None, ())
        self.going_on = threading.Event()
        self.begun = threading.Event()
        self.writes: list[frozenset[str]] = []
        self.problem = ""

    def write(self, changed: Collection[str] = ()) -> str:
        self.writes.append(frozenset(changed))
        self.begun.set()
        self.going_on.wait(20)
        return self.problem


async def test_a_slow_disk_has_one_write_to_do_however_much_changes() -> None:
    disk = SlowDisk()
    writer = Writer(disk, lambda _: None)
    writer.changed({"first"})
    await asyncio.to_thread(disk.begun.wait, 20)
    for number in range(50):
        writer.changed({f"layout {number % 3}"})
        await asyncio.sleep(0)
    assert disk.writes == [{"first"}]
    disk.going_on.set()
    await writer.finish()
    assert disk.writes == [{"first"}, {"layout 0", "layout 1", "layout 2"}]


async def test_what_could_not_be_written_is_said_and_tried_again() -> None:
    disk, said = SlowDisk(), list[str]()
    disk.going_on.set()
    disk.problem = "layouts.json: no space left on device"
    writer = Writer(disk, said.append)
    writer.changed({"mine"})
    await writer.finish()
    assert said == ["layouts not kept: layouts.json: no space left on device"]
    disk.problem = ""
    writer.changed()
    await writer.finish()
    assert disk.writes == [{"mine"}, {"mine"}]
    assert len(said) == 1
