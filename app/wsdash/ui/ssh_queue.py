"""What waits in the kernel to go to an ssh client: sshd takes all we write, however slow the line.

Linux tells it to everybody, in ``/proc/net/tcp``; elsewhere, and where no connection fits
(inside tmux after another login), nothing is known. Nothing is sent to find it out.
"""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Final

PROC: Final = Path("/proc/net")


class SshQueue:
    """The queue of the connection that this terminal is on.

    Args:
        environment: SSH_CONNECTION is looked at.
        proc: where the kernel tells of its connections.
    """

    def __init__(self, environment: Mapping[str, str], proc: Path = PROC) -> None:
        self._proc = proc
        self._ends = _ends(environment.get("SSH_CONNECTION", ""))

    def waiting(self) -> int:
        """Return the bytes that have not arrived yet, 0 where that is not known."""
        for file, ends in self._ends.items():
            try:
                text = (self._proc / file).read_text(encoding="ascii")
                at = text.find(ends)
                if at >= 0:
                    _state, queues, *_ = text[at + len(ends) :].split(maxsplit=2)
                    return int(queues.partition(":")[0], 16)
            except (OSError, ValueError):  # not there, or cut off
                continue
        return 0


def _ends(connection: str) -> dict[str, str]:
    """Return how each file of the kernel would name the two ends of a connection."""
    try:
        client, client_port, server, server_port = connection.split()
        ends = [
            (ipaddress.ip_address(host.partition("%")[0]), int(port))
            for host, port in ((server, server_port), (client, client_port))
        ]
    except ValueError:
        return {}
    named = {"tcp6": " ".join(_named(host, port, wide=True) for host, port in ends)}
    if all(host.version == 4 for host, _ in ends):
        named["tcp"] = " ".join(_named(host, port, wide=False) for host, port in ends)
    return named


def _named(host: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int, *, wide: bool) -> str:
    packed = host.packed
    if wide and host.version == 4:
        packed = b"\0" * 10 + b"\xff\xff" + packed
    words = struct.unpack(f"={len(packed) // 4}I", packed)  # as this machine orders bytes
    return "".join(f"{word:08X}" for word in words) + f":{port & 0xFFFF:04X}"
