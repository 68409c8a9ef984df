"""What we use of Textual without being promised it; a failure here names what changed."""

from __future__ import annotations

import inspect

import pytest
from rich.console import Console
from textual import _compositor, constants
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.strip import Strip

USED = [
    (App, "_display", "frames are dropped and compared there"),
    (App, "_handle_exception", "every crash passes it"),
    (App, "_fatal_error", "it prints locals unless overridden"),
    (App, "batch_update", "composing is paused with it"),
    (App, "get_driver_class", "it chooses the safe driver"),
    (LinuxDriver, "_patch_lflag", "raw mode"),
    (LinuxDriver, "_patch_iflag", "raw mode"),
    (LinuxDriver, "_request_terminal_sync_mode_support", "asks for mode 2026"),
    (LinuxDriver, "_run_input_thread", "the thread that reads keys"),
    (LinuxDriver, "_get_terminal_size", "the size before a terminal is open"),
    (Driver, "SignalResume", "tells the app that it goes on"),
    (XTermParser, "feed", "keys"),
    (XTermParser, "tick", "a lone escape"),
    (Strip, "render_ansi", "the codes of a style"),
    (_compositor, "ChopsUpdate", "part of a picture"),
    (_compositor, "LayoutUpdate", "a whole picture"),
    (constants, "DISABLE_KITTY_KEY", "the kitty keyboard"),
]


@pytest.mark.parametrize(("owner", "name", "why"), USED, ids=[name for _, name, _ in USED])
def test_it_is_there(owner: object, name: str, why: str) -> None:
    assert hasattr(owner, name), f"Textual no longer has {owner}.{name}: {why}"


def test_attributes_are_there() -> None:
    app = App[None]()
    for name in ("_driver", "_return_code", "_exception"):
        assert hasattr(app, name), f"Textual's App no longer has {name}"
    assert hasattr(Console(), "_color_system"), "rich's Console no longer has _color_system"


def test_signatures_are_the_same() -> None:
    def names(function: object) -> list[str]:
        assert callable(function)
        return list(inspect.signature(function).parameters)

    assert names(App._display) == ["self", "screen", "renderable"]
    assert names(_compositor.ChopsUpdate) == ["chops", "spans", "chop_ends"]
    assert names(_compositor.LayoutUpdate) == ["strips", "region"]
    assert names(LinuxDriver) == ["app", "debug", "mouse", "size"]


def test_the_driver_writes_only_through_what_we_override() -> None:
    source = inspect.getsource(App._display)
    assert "self._driver.write(terminal_sequence)" in source
    assert "renderable.render_segments(console)" in source
