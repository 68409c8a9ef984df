"""Alerts in a recording: rules see its data in its time. They tell nobody outside.

What fired belongs to the moment that is shown: whoever goes back has it before them again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol, cast

from wsdash.domain.alerts import Fired, Rule, Trigger
from wsdash.domain.alerts_text import BadRule
from wsdash.feed.alerts import PER_SECOND, Alerts
from wsdash.feed.connection import Connection
from wsdash.feed.link import Link
from wsdash.feed.market import Stream
from wsdash.feed.notify import Outlets, TerminalEvent
from wsdash.feed.reel import Reel
from wsdash.venues.venue import Subscription


class AlertView(Protocol):
    """What a screen may ask of alerts, live or replayed."""

    @property
    def rules(self) -> list[Trigger]:
        """Every rule with how it stands."""

    @property
    def log(self) -> deque[Fired]:
        """What fired, oldest first."""

    @property
    def problems(self) -> deque[str]:
        """What went wrong, in words, oldest first."""

    @property
    def terminal(self) -> deque[TerminalEvent]:
        """What the terminal is to be sent."""

    @property
    def news(self) -> Stream:
        """Moves whenever any of these has changed."""

    def add(self, text: str) -> Rule:
        """Watch the rule that a person typed."""

    def remove(self, rule: Rule) -> None:
        """Watch a rule no more."""

    def wanted(self) -> set[tuple[str, Subscription]]:
        """What must be subscribed for the rules to see anything."""


class Silent(Outlets):
    """Delivers nothing, whatever a rule says."""

    def missing(self, actions: Iterable[str]) -> str:
        """Nothing needs to be set for that."""
        del actions
        return ""

    def offer(self, fired: Fired) -> None:
        """It happened long ago: nobody is told."""


@dataclass(frozen=True, slots=True)
class _Time:
    """The recording's time as a clock."""

    reel: Reel

    def monotonic(self) -> float:
        return self.reel.now()

    def wall(self) -> float:
        return self.reel.wall()

    async def sleep(self, seconds: float) -> None:
        raise NotImplementedError("a recording's time goes on as it is played")


class _Named(NamedTuple):
    name: str


class _Carrier(NamedTuple):
    venue: _Named


class Watcher(Alerts):
    """The rules at one moment of a recording."""

    def __init__(self, reel: Reel, rules: Iterable[Rule]) -> None:
        super().__init__(reel.board, _Time(reel))
        self._outlets = Silent({}, self._report)
        self._passed = reel.now()
        for rule in rules:
            self._watch(rule)
        reel.board.gaps.listeners.append(self.gap)
        reel.links.turned = self.turned
        reel.watch = self

    def moved(self, venue: str, symbol: str, stream: Stream) -> None:
        """A stream is in another state."""
        self.stream(cast("Connection", _Carrier(_Named(venue))), symbol, stream)

    def turned(self, role: Literal["public", "private"], link: Link) -> None:
        """A link is another one."""
        self._quality.link(role, link)

    def passed(self, now: float, *, tick: bool) -> None:
        """Look at most as often as in a live feed."""
        if tick or now - self._passed >= 1 / PER_SECOND:
            self._passed = now
            self.look()
            self.terminal.clear()


class ReplayAlerts:
    """The alerts of whatever moment is shown.

    Args:
        rules: those at the beginning; what is made of them is not kept.
        changed: is called when rules came or went.
    """

    def __init__(self, rules: Iterable[Rule], changed: Callable[[], None]) -> None:
        self.news = Stream("account", 0.0)
        self.shown: Watcher | None = None
        self._rules = dict.fromkeys(rules)
        self._changed = changed
        self._told: tuple[int, int] = (0, 0)

    def watcher(self, reel: Reel) -> Watcher:
        """Have the rules watched from a recording's beginning on."""
        return Watcher(reel, self._rules)

    def show(self, watcher: Watcher | None) -> None:
        """Another moment is shown; None while none is."""
        self.shown = watcher
        self.look()

    def look(self) -> None:
        """Tell whoever waits what is new."""
        told = (id(self.shown), self.shown.news.revision if self.shown is not None else 0)
        if told != self._told:
            self._told = told
            self.news.touch()

    @property
    def rules(self) -> list[Trigger]:
        """Every rule with how it stands."""
        if self.shown is None:
            return [Trigger(rule) for rule in self._rules]
        return self.shown.rules

    @property
    def log(self) -> deque[Fired]:
        """What fired up to the moment that is shown, oldest first."""
        return self.shown.log if self.shown is not None else deque()

    @property
    def problems(self) -> deque[str]:
        """What went wrong, in words, oldest first."""
        return self.shown.problems if self.shown is not None else deque()

    @property
    def terminal(self) -> deque[TerminalEvent]:
        """What the terminal is to be sent: nothing."""
        return deque()

    def add(self, text: str) -> Rule:
        """Watch the rule that a person typed; it lasts as long as the program.

        Raises:
            BadRule: it cannot be; the message says why in one sentence.
        """
        watcher = self.shown
        if watcher is None:
            raise BadRule("the recording is sought just now")
        rule = watcher.add(text)
        self._rules[rule] = None
        self._changed()
        return rule

    def remove(self, rule: Rule) -> None:
        """Watch a rule no more."""
        if self.shown is not None:
            self.shown.remove(rule)
        self._rules.pop(rule, None)
        self._changed()

    def wanted(self) -> set[tuple[str, Subscription]]:
        """A recording holds what it holds."""
        return set()
