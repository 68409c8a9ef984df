"""Changes of the machine's addresses and routes: a new way may be open, an old one may be dead.

Linux tells them over netlink (rtnetlink(7)); elsewhere nobody does, and the pings find out.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator
from typing import Final

_LINK, _IPV4_ADDRESS, _IPV4_ROUTE, _IPV6_ADDRESS, _IPV6_ROUTE = 0x1, 0x10, 0x40, 0x100, 0x400
GROUPS: Final = _LINK | _IPV4_ADDRESS | _IPV4_ROUTE | _IPV6_ADDRESS | _IPV6_ROUTE
"""The multicast groups that are listened to (linux/rtnetlink.h)."""

SETTLE = 0.5
"""Seconds for a burst of changes to end: one change of network makes many."""


@contextlib.contextmanager
def watched(changed: Callable[[], None]) -> Iterator[bool]:
    """Call `changed` after every change of the network, while in the context.

    Yields:
        Whether this machine tells of changes at all.
    """
    loop = asyncio.get_running_loop()
    news = _listen()
    if news is None:
        yield False
        return
    due: asyncio.TimerHandle | None = None

    def read() -> None:
        nonlocal due
        with contextlib.suppress(OSError):
            while news.recv(65_536):
                pass
        if due is None or due.when() < loop.time():
            due = loop.call_later(SETTLE, changed)

    loop.add_reader(news, read)
    try:
        yield True
    finally:
        loop.remove_reader(news)
        news.close()
        if due is not None:
            due.cancel()


def _listen() -> socket.socket | None:
    family = getattr(socket, "AF_NETLINK", None)
    route = getattr(socket, "NETLINK_ROUTE", 0)
    if family is None:
        return None
    try:
        news = socket.socket(family, socket.SOCK_RAW | socket.SOCK_CLOEXEC, route)
        news.setblocking(False)
        news.bind((0, GROUPS))
    except OSError:
        return None
    return news
