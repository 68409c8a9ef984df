"""The language of faults: what it reads, and what it says of what it cannot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from wsdash.exchange import FaultsError
from wsdash.exchange.faults import load, parse


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("x", "rule 0 is not a JSON object"),
        ({}, "rule 0: field 'do' must name an action"),
        ({"do": "explode"}, "rule 0: field 'do' has no action 'explode'"),
        ({"do": "drop many"}, "rule 0: field 'do' needs a number after 'drop'"),
        ({"do": "status"}, "rule 0: field 'do' needs something after 'status'"),
        ({"do": "drop", "at": "soon"}, "rule 0: field 'at' must read"),
        ({"do": "drop", "ch": "weather"}, "rule 0: field 'ch' cannot be 'weather'"),
        ({"do": "drop", "symbol": "X/Y"}, "rule 0: field 'symbol' cannot be 'X/Y'"),
        ({"do": "drop", "venue": []}, "rule 0: field 'venue' cannot be"),
        ({"do": "drop", "times": -1}, "rule 0: field 'times' must be a number"),
        ({"do": "silence", "keep": "pong"}, "rule 0: field 'keep' must be a list"),
        ({"do": "silence", "keep": ["x"]}, "rule 0: field 'keep' cannot hold 'x'"),
        ({"do": "drop", "when": "3s"}, "rule 0: unknown field 'when'"),
    ],
)
def test_a_broken_rule_is_named(rule: Any, words: str) -> None:
    with pytest.raises(FaultsError, match=words):
        parse([rule])


def test_a_file_is_read_and_a_broken_one_named(tmp_path: Path) -> None:
    path = tmp_path / "faults.json"
    rule = {"at": "10s", "do": "silence", "ch": "depth", "keep": ["pong"], "symbol": "BTCUSDT"}
    path.write_text(json.dumps([rule]))
    (read,) = load(path)
    assert (read.clock, read.when, read.channel, read.symbol) == ("age", 10.0, "book", "BTC/USD")
    path.write_text("[")
    with pytest.raises(FaultsError, match="is not JSON"):
        load(path)
    with pytest.raises(FaultsError, match="cannot read"):
        load(tmp_path / "absent.json")
    with pytest.raises(FaultsError, match="list of rules"):
        parse({})
