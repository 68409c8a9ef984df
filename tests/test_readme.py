"""The README says what is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wsdash.arguments import COMMANDS
from wsdash.feed.diagram import mermaid

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_picture_of_a_connections_life_is_the_tables() -> None:
    assert f"```mermaid\n{mermaid()}```" in README


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(((?!http)[^)#]+)\)", README))))
def test_what_it_links_to_is_there(target: str) -> None:
    assert (ROOT / target).exists()


def test_the_two_commands_are_on_its_first_screen() -> None:
    first = README.splitlines()[:24]
    assert any(line.startswith("./run  ") for line in first)
    assert any(line.startswith("./run --tests") for line in first)


def test_every_command_it_shows_is_one() -> None:
    code = "\n".join(re.findall(r"```\n(.*?)```", README, re.DOTALL))
    shown = set(re.findall(r"^wsdash ([a-z]+)\b(?!:)", code, re.MULTILINE))
    assert shown
    assert shown <= set(COMMANDS)
