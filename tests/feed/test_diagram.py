"""The picture of a connection's life says what the table says."""

from __future__ import annotations

import re

from wsdash.feed.diagram import mermaid
from wsdash.feed.link import TRANSITIONS, LinkState, Signal

ARROW = re.compile(r"    (\w+) --> (\w+): (.+)")


def test_every_transition_is_an_arrow_and_every_state_is_drawn() -> None:
    arrows = {match.groups() for match in ARROW.finditer(mermaid())}
    for (state, signal), target in TRANSITIONS.items():
        if signal not in (Signal.STOP, Signal.PARK):
            assert (state.value, target.value, signal.value) in arrows
    assert {name for arrow in arrows for name in arrow[:2]} == {state.value for state in LinkState}


def test_whatever_can_be_lost_can_be_held_or_parked() -> None:
    for state, signal in TRANSITIONS:
        if signal is Signal.LOST:
            assert f"{state} --> PARKED: cannot get better" in mermaid()
            assert f"{state} --> HOLD: asked to stay away" in mermaid()
