"""All rules of the exchange together: which connection meets which, and how often."""

from __future__ import annotations

import math

from wsdash.exchange.faults import Rule, Stage
from wsdash.exchange.gate import Budget, Gate


class Plan:
    """All rules of the exchange, and how often each has fired."""

    def __init__(self, rules: list[Rule], started: float) -> None:
        self.started = started
        self.budgets = [Budget(rule) for rule in rules]
        self._attempts: dict[str, int] = {}

    def add(self, rule: Rule, now: float) -> Budget:
        """Take in a rule at run time; its times count from `now`."""
        budget = Budget(rule, since=now)
        self.budgets.append(budget)
        return budget

    def arm(self, gate: Gate, venue: str, where: str, opened: float) -> None:
        """Give a new connection's gate every rule that concerns it."""
        for budget in self.budgets:
            if fits(budget.rule, venue, where):
                base = self._since(budget) if budget.rule.clock == "start" else opened
                gate.add(budget, base)

    def handshake(self, venue: str, where: str, now: float) -> Rule | None:
        """Return the fault that meets a new connection, if any."""
        key = f"{venue}/{where}"
        attempt = self._attempts[key] = self._attempts.get(key, 0) + 1
        for budget in self.budgets:
            rule = budget.rule
            due = rule.stage is Stage.HANDSHAKE and fits(rule, venue, where)
            if due and self._due(budget, attempt, now) and budget.take():
                return rule
        return None

    def stale(self, venue: str, where: str, symbol: str, now: float) -> int:
        """Return how many sequences old the next snapshot of a symbol shall be."""
        for budget in self.budgets:
            rule = budget.rule
            if rule.stage is not Stage.SNAPSHOT or not fits(rule, venue, where, snapshot=True):
                continue
            if rule.symbol not in {None, symbol}:
                continue
            if self._due(budget, math.inf, now) and budget.take():
                return int(rule.number)
        return 0

    def _since(self, budget: Budget) -> float:
        return self.started if budget.since is None else budget.since

    def _due(self, budget: Budget, attempt: float, now: float) -> bool:
        rule = budget.rule
        if rule.clock == "msg":
            return attempt >= rule.when
        since = now - self._since(budget) - rule.when
        return since >= 0 and (rule.lasts is None or since <= rule.lasts)


def fits(rule: Rule, venue: str, where: str, *, snapshot: bool = False) -> bool:
    """Tell whether a rule is about this kind of connection."""
    if rule.venue not in {None, venue}:
        return False
    if rule.where is None:
        return where != "rest" or snapshot
    return rule.where == where
