from __future__ import annotations

from collections.abc import Callable

from wsdash.ui.storm import LONGEST, QUIET, Storm


class Loop:
    """An event loop whose time a test lets pass."""

    def __init__(self) -> None:
        self.now = 0.0
        self.resized: list[float] = []
        self.storm = Storm(self.later, lambda: self.resized.append(self.now), lambda: self.now)
        self._due: list[tuple[float, Callable[[], None]]] = []

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        self._due.append((self.now + seconds, call))

    def run(self, until: float) -> None:
        while self._due and min(self._due, key=lambda due: due[0])[0] <= until:
            first = min(self._due, key=lambda due: due[0])
            self._due.remove(first)
            self.now = first[0]
            first[1]()
        self.now = until


def test_one_signal_is_one_resize() -> None:
    loop = Loop()
    loop.storm.signalled()
    loop.run(5)
    assert loop.resized == [QUIET]


def test_of_a_storm_few_sizes_are_drawn_and_the_last_always_soon() -> None:
    loop = Loop()
    for step in range(20):
        loop.run(step * 0.02)
        loop.storm.signalled()
    last = loop.now
    loop.run(5)
    *during, end = loop.resized
    assert 1 <= len(during) <= last / LONGEST + 1
    assert last < end <= last + QUIET + 0.002


def test_a_storm_that_does_not_end_is_drawn_all_the_same() -> None:
    loop = Loop()
    for step in range(1000):
        loop.run(step * 0.01)
        loop.storm.signalled()
    gaps = [later - sooner for sooner, later in zip(loop.resized, loop.resized[1:], strict=False)]
    assert max(gaps) <= LONGEST + QUIET + 0.02
    assert min(gaps) >= LONGEST - 0.001
