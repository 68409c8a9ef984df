"""The life of a connection as a picture: Mermaid text, made from the table itself."""

from __future__ import annotations

from wsdash.feed.link import TRANSITIONS, LinkState, Signal


def mermaid() -> str:
    """Return the state diagram. What every state does at a STOP or by key is left out."""
    lines = ["stateDiagram-v2", f"    [*] --> {LinkState.IDLE}"]
    for (state, signal), target in TRANSITIONS.items():
        if signal in (Signal.STOP, Signal.PARK):
            continue
        lines.append(f"    {state} --> {target}: {signal}")
        if signal is Signal.LOST:
            lines.append(f"    {state} --> {LinkState.HOLD}: asked to stay away")
            lines.append(f"    {state} --> {LinkState.PARKED}: cannot get better")
    return "\n".join(lines) + "\n"
