"""Names, addresses and routes that fail, in private networks of the kernel's own."""

from __future__ import annotations

import pytest
from tests.chaos import netns
from tests.chaos.plugin import Figure

REASON = netns.missing()
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(REASON), reason=REASON),
    pytest.mark.timeout(90),
]


@pytest.mark.row("A1")
def test_names_that_do_not_resolve_hold_nothing_up_and_are_tried_until_they_do(
    figure: Figure,
) -> None:
    measured = netns.run("names")
    for mood in ("missing", "failing", "silent"):
        assert measured[mood] == "dns: no address for venue.test"
    figure("A1", gap=measured["gap"], back=measured["back"])
    assert max(measured["back"]) < 16


@pytest.mark.row("A3")
def test_the_second_address_is_tried_beside_a_first_that_is_a_black_hole(figure: Figure) -> None:
    took = netns.run("black_hole")["seconds"]
    figure("A3", seconds=took)
    assert max(took) < 4  # eight seconds are all that an attempt may take


@pytest.mark.row("A6", "A8")
def test_an_address_that_goes_is_noticed_and_its_return_is_used_at_once(figure: Figure) -> None:
    measured = netns.run("address_goes")
    figure("A8", **measured)
    figure("S2", beating=measured["noticed"])
    assert measured["back"] < 16
