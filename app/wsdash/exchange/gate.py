"""Faults at work: who must fire now, and what it does to a connection's frames."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from wsdash.exchange.faults import Rule, Stage
from wsdash.exchange.message import Message

_DELTAS = frozenset({"drop", "dup", "swap", "bad_crc", "cross"})
_ACKS = frozenset({"reject", "no_ack", "late_ack"})
Late = tuple[Message, float]
"""A frame and how many seconds it shall be late."""
_CHECKSUM = re.compile(r'("checksum":)(\d+)')


class Target(Protocol):
    """The connection a gate guards."""

    def put(self, message: Message, delay: float = 0.0) -> None:
        """Queue a frame, to leave no sooner than `delay` seconds from now."""

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        """Call back after a while unless the connection is gone by then."""

    def strike(self, rule: Rule) -> None:
        """Carry out a fault that ends or disturbs the whole connection."""

    def crossed(self, message: Message, *, ends: bool) -> Message:
        """Return a book update with a bid above the best ask, or one that takes it out again."""

    def refused(self, message: Message, reason: str) -> Message:
        """Return the error that refuses what an ack would have accepted."""


@dataclass(slots=True)
class Budget:
    """How often a rule may still fire, over all connections."""

    rule: Rule
    fired: int = 0
    since: float | None = None
    """When a rule came at run time: the second its times count from."""

    def take(self) -> bool:
        """Use one firing; False when there is none left."""
        if self.rule.times and self.fired >= self.rule.times:
            return False
        self.fired += 1
        return True


@dataclass(slots=True)
class Watch:
    """A rule as one connection sees it."""

    budget: Budget
    base: float
    """Monotonic second from which the rule's time counts."""
    count: int = 0
    next_at: float = 0.0
    left: int = 0
    until: float = -math.inf
    held: Message | None = None
    crossed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.next_at = self.base + self.budget.rule.when

    def active(self, now: float) -> bool:
        """Count one matching message and tell whether the fault acts on it."""
        rule = self.budget.rule
        self.count += 1
        if self._triggered(rule, now) and self.budget.take():
            if rule.lasts is not None:
                self.until = now + rule.lasts
            elif rule.action == "silence":
                self.until = math.inf
            else:
                self.left = int(rule.number) if rule.action in _DELTAS | {"garbage"} else 1
        if now < self.until:
            return True
        if self.left:
            self.left -= 1
            return True
        return False

    def _triggered(self, rule: Rule, now: float) -> bool:
        if rule.clock == "msg":
            past = self.count - int(rule.when)
            return past == 0 or (past > 0 and bool(rule.every) and past % int(rule.every) == 0)
        if now < self.next_at:
            return False
        missed = rule.clock == "start" and rule.lasts is not None
        if missed and not rule.every and now > self.next_at + (rule.lasts or 0.0):
            self.next_at = math.inf
            return False
        self.next_at = max(now, self.next_at) + rule.every if rule.every else math.inf
        return True


def concerns(rule: Rule, message: Message) -> bool:
    """Tell whether a rule could act on a message at all."""
    if rule.channel and rule.channel != message.channel:
        return False
    if rule.symbol and rule.symbol != message.symbol:
        return False
    if rule.action in _DELTAS:
        if rule.action in {"bad_crc", "cross"} and message.channel != "book":
            return False
        return message.kind == "update"
    if rule.action in _ACKS:
        return message.kind == "ack"
    return message.kind not in rule.keep and message.channel not in rule.keep


class Gate:
    """Every outgoing frame of one connection passes here."""

    def __init__(self, target: Target, clock: Callable[[], float]) -> None:
        self._target = target
        self._clock = clock
        self._watches: list[Watch] = []

    def add(self, budget: Budget, base: float) -> None:
        """Watch for a rule; its time counts from `base` (monotonic seconds)."""
        rule = budget.rule
        watch = Watch(budget, base)
        if rule.stage is Stage.CONNECTION and rule.clock != "msg":
            wait = base + rule.when - self._clock()
            if rule.action == "max_age":
                wait = base + rule.number - self._clock()
            self._target.later(max(0.0, wait), lambda: self._strike(watch))
        elif rule.stage in {Stage.CONNECTION, Stage.MESSAGE}:
            self._watches.append(watch)

    def send(self, message: Message) -> None:
        """Pass a frame on, whole, changed, late, twice or not at all."""
        if not self._watches:
            self._target.put(message)
            return
        now = self._clock()
        out = [(message, 0.0)]
        strikes: list[Rule] = []
        for watch in self._watches:
            if not concerns(watch.budget.rule, message):
                continue
            active = watch.active(now)
            if active and watch.budget.rule.stage is Stage.CONNECTION:
                strikes.append(watch.budget.rule)
            else:
                out = self._pass(watch, out, active=active)
        for item, delay in out:
            self._target.put(item, delay)
        for rule in strikes:
            self._target.strike(rule)

    def _pass(self, watch: Watch, out: list[Late], *, active: bool) -> list[Late]:
        """Return what one rule lets through."""
        rule = watch.budget.rule
        if rule.action == "cross":
            return [(self._cross(watch, item, active=active), delay) for item, delay in out]
        if not active:
            return self._release(watch, out)
        if rule.action == "delay":
            return [(item, delay + rule.number) for item, delay in out]
        if rule.action == "late_ack":
            self._later([item for item, _ in out], rule.number)
            return []
        return self._change(watch, out)

    def _strike(self, watch: Watch) -> None:
        rule = watch.budget.rule
        if watch.budget.take():
            self._target.strike(rule)
        if rule.every:
            self._target.later(rule.every, lambda: self._strike(watch))

    def _later(self, messages: list[Message], seconds: float) -> None:
        def send() -> None:
            for message in messages:
                self._target.put(message)

        self._target.later(seconds, send)

    def _change(self, watch: Watch, out: list[Late]) -> list[Late]:
        rule = watch.budget.rule
        if rule.action in {"drop", "silence", "no_ack"}:
            return []
        if rule.action == "dup":
            return [item for item in out for _ in range(2)]
        if rule.action == "bad_crc":
            return [(m._replace(text=_CHECKSUM.sub(_wrong, m.text)), late) for m, late in out]
        if rule.action == "garbage":
            return [(Message('{"channel":"book","data":[{', "garbage"), 0.0), *out]
        if rule.action == "reject":
            reason = rule.text or "Subscription refused"
            return [(self._target.refused(m, reason), late) for m, late in out]
        if watch.held is None and out:  # swap: wait for the next one
            watch.held = out[0][0]
            return out[1:]
        return self._release(watch, out)

    @staticmethod
    def _release(watch: Watch, out: list[Late]) -> list[Late]:
        if watch.held is None:
            return out
        held, watch.held = watch.held, None
        return [*out, (held, 0.0)]

    def _cross(self, watch: Watch, message: Message, *, active: bool) -> Message:
        if active:
            watch.crossed.add(message.symbol)
            return self._target.crossed(message, ends=False)
        if message.symbol in watch.crossed:
            watch.crossed.discard(message.symbol)
            return self._target.crossed(message, ends=True)
        return message


def _wrong(match: re.Match[str]) -> str:
    return f"{match[1]}{int(match[2]) ^ 1}"
