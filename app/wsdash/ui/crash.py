"""What is said about an own bug, and what must not be: no locals, no values, no secrets.

It also closes the back doors a crash has: core dumps, other processes looking into this
one. Nothing here decides when the program ends.
"""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import os
import re
import resource
import sys
import traceback
from pathlib import Path
from typing import IO

from wsdash.domain.text import clean

CRASHED = 70
"""The exit code for an own bug (EX_SOFTWARE)."""

_FRAMES = 8
_PR_SET_DUMPABLE = 4
_MASK = "***"
_NAMED = re.compile(
    r"(?i)((?:api|access|secret|private|listen|session)?[-_ ]?"
    r"(?:key|secret|token|passw(?:or)?d|passphrase|signature|sign|authorization|bearer|cookie)"
    r"[\"']?\s*(?:[:=]|\s)\s*[\"']?(?:bearer\s+|basic\s+)?)([^\s\"',;&)}\]]+)"
)
_USERINFO = re.compile(r"(?<=://)[^/\s@]+@")
_QUERY = re.compile(r"(?<=\w)\?[^\s\"']+=[^\s\"']*")
_OPAQUE = re.compile(r"(?=[\w+/=.-]*\d)(?=[\w+/=.-]*[A-Za-z])[\w+/=-]{16,}|[A-Za-z+/=]{32,}")

_fault_log: IO[str] | None = None


def redact(text: str) -> str:
    """Return `text` with everything masked that looks as if it could be a secret."""
    text = _USERINFO.sub(_MASK + "@", text)
    text = _QUERY.sub("?" + _MASK, text)
    text = _NAMED.sub(lambda found: found[1] + _MASK, text)
    return _OPAQUE.sub(_MASK, text)


def report(error: BaseException) -> str:
    """Return a few lines on `error`: its type, its message, where it happened."""
    inner = getattr(error, "error", None)  # Textual wraps what a worker raised
    if isinstance(inner, BaseException):
        error = inner
    lines = ["wsdash stopped by an error of its own:"]
    seen: BaseException | None = error
    for _ in range(3):
        if seen is None:
            break
        lines.append(f"  {type(seen).__name__}: {_message(seen)}".rstrip(": "))
        seen = seen.__cause__
    for frame, line in list(traceback.walk_tb(error.__traceback__))[-_FRAMES:]:
        code = frame.f_code
        lines.append(f"    {_short(code.co_filename)}:{line} in {code.co_name}")
    return "\n".join(lines) + "\n"


def _message(error: BaseException) -> str:
    try:
        return clean(redact(str(error)[:2000]), 160)
    except Exception:  # noqa: BLE001 - the message of a broken error is its type
        return ""


def _short(filename: str) -> str:
    parts = Path(filename).parts
    for root in ("site-packages", "app"):
        if root in parts:
            return "/".join(parts[len(parts) - parts[::-1].index(root) :])
    return "/".join(parts[-2:])


def keep(text: str, state_dir: Path) -> None:
    """Append a report to the crash log, readable by its owner only; best effort."""
    with contextlib.suppress(OSError), _private_log(state_dir / "crash.log") as log:
        log.write(text)


def harden(state_dir: Path | None = None) -> None:
    """Keep the memory of this process out of core dumps and debuggers; best effort.

    With a `state_dir`, what a fatal signal of the interpreter says goes to a file there.
    """
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    if state_dir is not None:
        global _fault_log  # noqa: PLW0603 - faulthandler needs the file for the whole life
        with contextlib.suppress(OSError, ValueError):
            _fault_log = _private_log(state_dir / "fault.log")
            faulthandler.enable(_fault_log, all_threads=True)


def _private_log(path: Path) -> IO[str]:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.fdopen(os.open(path, flags, 0o600), "a", encoding="utf-8")
