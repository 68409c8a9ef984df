from __future__ import annotations

import pytest

from wsdash.ui.modes import through


@pytest.mark.parametrize(
    ("data", "environment", "sent"),
    [
        ("\x1b]9;x\a", {}, "\x1b]9;x\a"),
        ("\x1b]9;x\a", {"TMUX": ""}, "\x1b]9;x\a"),
        ("\x1b]9;x\a", {"TMUX": "/tmp/s,1,0"}, "\x1bPtmux;\x1b\x1b]9;x\a\x1b\\"),
        ("\a", {"TMUX": "/tmp/s,1,0"}, "\a"),
    ],
)
def test_a_notification_gets_through_tmux(
    data: str, environment: dict[str, str], sent: str
) -> None:
    assert through(data, environment) == sent
