"""The alert rules: each with how it stands, what was last seen, and when it last fired."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from wsdash.domain.alerts import Fired, Trigger
from wsdash.domain.text import clean
from wsdash.ui.snapshots.clocks import clock
from wsdash.ui.snapshots.lines import Line, Span, first_fit, shorten
from wsdash.ui.snapshots.numbers import grouped

EXAMPLES = (
    "kraken:BTC/USD price > 66000 once bell",
    "kraken:BTC/USD size >= 10 at best",
    "kraken:BTC/USD spread > 5bp every 60s",
    "kraken stale > 10s bell",
)
"""Rules to learn from."""


def rule_rows(
    triggers: Sequence[Trigger], log: Iterable[Fired], chosen: int, width: int, height: int
) -> list[Line]:
    """Return two rows for each rule, the chosen one in sight."""
    if not triggers:
        head: Line = (Span(" no rules yet, such as", "dim"),)
        return [head, *((Span(shorten(f"  {text}", width), "dim"),) for text in EXAMPLES)]
    fired: dict[str, Fired] = {}
    for one in log:
        fired[one.rule] = one
    rows: list[Line] = []
    for index, trigger in enumerate(triggers):
        role = "cursor" if index == chosen else "text"
        mark = "▸" if index == chosen else " "
        text = clean(str(trigger.rule), 400)
        rows.append((Span(shorten(f"{mark}{text}", width).ljust(width), role),))
        rows.append(_state(trigger, fired.get(str(trigger.rule)), width))
    first = max(0, min(chosen * 2 + 2 - height, len(rows) - height))
    return rows[first : first + height]


def _state(trigger: Trigger, last: Fired | None, width: int) -> Line:
    word = "done" if trigger.done else "armed" if trigger.armed else "fired"
    known = trigger.value is not None
    seen = "not known"
    if trigger.value is not None:
        seen = grouped(trigger.rule.spoken(trigger.value))
    parts = [Span(f"   {word:<6}", "good" if word == "armed" else "look")]
    if seen:
        parts.append(Span(f" {seen}", "text" if known else "dim"))
    if last is not None:
        value = grouped(clean(last.value, 30))
        told = Span(f"  last {clock(last.time)}", "dim")
        at = (Span(f" at {value}", "dim"),) if value else ()
        return first_fit(width, [(*parts, told, *at), (*parts, told), tuple(parts)])
    return tuple(parts)
