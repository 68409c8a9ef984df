"""Programs on a pty, read back as a person would see them, and a private sshd to reach them by."""

from __future__ import annotations

import fcntl
import getpass
import os
import pty
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30.0
WSDASH = f"{sys.executable} -m wsdash"


def environment(home: Path) -> dict[str, str]:
    """A plain environment with a home of its own."""
    return {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT / "app"),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_CONFIG_HOME": str(home / "config"),
    }


class Terminal:
    """A program on a pty of its own session."""

    def __init__(
        self, command: list[str], env: dict[str, str], size: tuple[int, int] = (120, 40)
    ) -> None:
        self.screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self.screen)
        self._lock = threading.Lock()
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self.child = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=env, start_new_session=True
        )
        os.close(slave)
        self._ended = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGCONT)
            self.child.kill()
        self.child.wait()
        self._ended.set()
        self._reader.join()
        os.close(self._master)

    def _read(self) -> None:
        while not self._ended.is_set():
            if select.select((self._master,), (), (), 0.05)[0]:
                try:
                    data = os.read(self._master, 65536)
                except OSError:
                    return
                with self._lock:
                    self._stream.feed(data)

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._master, keys.encode())

    @property
    def text(self) -> str:
        """What is on the screen."""
        with self._lock:
            return "\n".join(self.screen.display)

    def wait_for(self, told: Callable[[str], bool], what: str, seconds: float = PATIENCE) -> str:
        """Wait until the screen says what `told` looks for, and return it."""
        return wait(lambda: self.text, told, what, seconds)


def wait(
    look: Callable[[], str], told: Callable[[str], bool], what: str, seconds: float = PATIENCE
) -> str:
    """Look again and again until `told` is content.

    Raises:
        AssertionError: it never was; the last look is in the message.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        seen = look()
        if told(seen):
            return seen
        time.sleep(0.05)
    raise AssertionError(f"never saw {what}:\n{look()}")


class Sshd:
    """An sshd on loopback with keys of its own, for one test."""

    PROGRAM = shutil.which("sshd") or "/usr/sbin/sshd"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("host", "user"):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)],
                check=True,
            )
        (folder / "authorized").write_text((folder / "user.pub").read_text())
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        config = folder / "sshd_config"
        config.write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\n"
            f"AuthorizedKeysFile {folder}/authorized\nPidFile {folder}/pid\n"
            "UsePAM no\nStrictModes no\nPasswordAuthentication no\n"
        )
        Path("/run/sshd").mkdir(exist_ok=True)
        self.log = (folder / "log").open("wb")
        self.daemon = subprocess.Popen(
            [self.PROGRAM, "-D", "-e", "-f", str(config)], stderr=self.log
        )
        wait(lambda: str(_answers(self.port)), lambda seen: seen == "True", "sshd")

    def command(self, remote: str) -> list[str]:
        """Return the ssh command line that runs `remote` on a terminal."""
        return [
            "ssh", "-F", "none", "-i", str(self.folder / "user"), "-p", str(self.port), "-tt",
            "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
            "-o", "LogLevel=ERROR", f"{getpass.getuser()}@127.0.0.1", remote,
        ]  # fmt: skip

    def close(self) -> None:
        """Stop it."""
        self.daemon.terminate()
        self.daemon.wait()
        self.log.close()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def running(mark: str) -> str:
    """Return the command lines of processes that carry `mark`, one a line."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            environ = (folder / "environ").read_bytes().decode("utf-8", "replace")
        except OSError:
            continue
        if mark in environ and "wsdash" in line:
            found.append(line)
    return "\n".join(found)
