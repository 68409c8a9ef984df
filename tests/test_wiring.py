"""A feed is put together of what the settings say, and a demo of nothing else."""

from __future__ import annotations

from wsdash.settings import Settings
from wsdash.wiring import live_feed

HERE = {
    name: {
        "ws_url": "ws://127.0.0.1:9/x",
        "private_ws_url": "ws://127.0.0.1:9/y",
        "rest_url": "http://127.0.0.1:9",
    }
    for name in ("kraken", "binance")
}


def test_a_demo_knows_no_venue_outside_this_machine() -> None:
    settings = Settings.model_validate({"venues": HERE})
    assert live_feed(settings, demo=True).venues == ("kraken", "binance")
    assert "binance_us" in live_feed(settings).venues
