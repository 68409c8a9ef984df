"""The modes of a terminal that are switched on, and how every one of them is left.

Besides frames the driver emits: ``?1049`` alternate screen, ``?25`` cursor, ``?2004``
bracketed paste, ``?7`` line wrap, the question ``?2026$p`` (and ``?2026`` around frames
if the answer is yes); with the mouse asked for also ``?1000 ?1003 ?1015 ?1006``; the
kitty keyboard only away from SSH. Focus reports and in-band resize stay off: a
connection that dies without a farewell would leave them typing into the user's shell.
"""

from __future__ import annotations

from collections.abc import Mapping

_MOUSE = (1000, 1003, 1015, 1006)
_KITTY = 1 | 8 | 16  # tell escape from sequences, report all keys, and the text they make


def enter(*, mouse: bool, kitty: bool) -> str:
    """Return what takes the terminal over."""
    modes = "\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[?7l"
    if mouse:
        modes += "".join(f"\x1b[?{mode}h" for mode in _MOUSE)
    return modes + (f"\x1b[>{_KITTY}u" if kitty else "")


def leave(*, mouse: bool, kitty: bool) -> str:
    """Return what gives it back, whichever of the modes are on."""
    modes = "\x1b[0m\x1b[?2026l\x1b[?2004l\x1b[?7h"
    if mouse:
        modes += "".join(f"\x1b[?{mode}l" for mode in _MOUSE)
    # The kitty stack belongs to the screen: pop it before the alternate one is left.
    return modes + ("\x1b[<u" if kitty else "") + "\x1b[?1049l\x1b[?25h"


def through(data: str, environment: Mapping[str, str]) -> str:
    """Return a notification as the terminal outside of tmux gets it.

    tmux keeps what it does not know, unless it is wrapped and ``allow-passthrough`` is on.
    """
    if not environment.get("TMUX") or not data.startswith("\x1b]"):
        return data
    doubled = data.replace("\x1b", "\x1b\x1b")
    return f"\x1bPtmux;{doubled}\x1b\\"
