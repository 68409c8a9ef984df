"""What whoever starts the dashboard decides: how it looks and draws, and what of it is kept."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from wsdash.feed.kept import Kept
from wsdash.ui.band import Mode
from wsdash.ui.colours import ALL, Depth
from wsdash.ui.streams import FRAMES_PER_SECOND
from wsdash.ui.themes import DEFAULT, only_ascii

if TYPE_CHECKING:
    from wsdash.feed.recordings import Recordings
    from wsdash.feed.replay_alerts import AlertView


@dataclass(frozen=True, slots=True)
class Options:
    """How it looks and draws.

    Attributes:
        keymap: other keys, by the names in `wsdash.ui.keys`.
        theme: one of `wsdash.ui.themes.TITLES`.
        depth: how many colours the terminal has.
        ascii_only: draw with ASCII alone; None asks the locale.
        fps: frames a second at most.
        bandwidth: how much the line to the terminal gets: ``auto``, ``low`` or ``full``.
        interval: of the candles at the start.
        sheet: names and values for the settings sheet; no secrets.
    """

    keymap: Mapping[str, str] = field(default_factory=dict)
    theme: str = DEFAULT
    depth: Depth = ALL
    ascii_only: bool | None = None
    fps: int = FRAMES_PER_SECOND
    bandwidth: Mode = "auto"
    interval: str = "1m"
    sheet: Sequence[tuple[str, str]] = ()

    @property
    def ascii(self) -> bool:
        """Whether to draw with ASCII alone."""
        return only_ascii(os.environ) if self.ascii_only is None else self.ascii_only


@dataclass(frozen=True, slots=True)
class Keeping:
    """What is kept of what the trader does and sees, and where; None keeps none of it.

    Attributes:
        export_dir: where tables, pictures and logs go.
        incident: writes what led up to this moment and returns where.
        recordings: what comes in, from one key to the next.
        layouts: the file with the trader's layouts.
        alerts: watches rules; whoever made it runs it.
        kept: keeps the watchlist and what was opened; whoever made it runs it.
    """

    export_dir: Path | None = None
    incident: Callable[[], Awaitable[Path]] | None = None
    recordings: Recordings | None = None
    layouts: Path | None = None
    alerts: AlertView | None = None
    kept: Kept = field(default_factory=Kept)
