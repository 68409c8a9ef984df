"""Names, addresses and routes that fail, in private networks of the kernel's own."""

from __future__ import annotations

import pytest
from tests.chaos import netns, rough
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


NO_DEVICE = rough.missing()
needs_device = pytest.mark.skipif(bool(NO_DEVICE), reason=NO_DEVICE)


@needs_device
@pytest.mark.row("A7")
def test_a_path_that_loses_reorders_and_is_too_narrow_costs_no_connection(figure: Figure) -> None:
    """Packets of a real TCP: 5 % lost, 200 ms and up to 100 more or less each, 256 kbit/s."""
    measured = netns.run("rough", 85)
    figure("A7", **measured["states"], lost=measured["lost"], overtaken=measured["overtaken"])
    assert measured["lost"] > 0.03
    assert measured["overtaken"] > 0.1
    assert len(measured["reasons"]) <= 1, measured["reasons"]
    assert measured["states"]["LIVE"] > 20


@needs_device
@pytest.mark.row("A7")
def test_the_lag_that_is_shown_is_that_of_the_frames(figure: Figure) -> None:
    measured = netns.run("late", 85)
    figure("A7", **measured)
    assert measured["compared"] > 50
    assert measured["most"] > 2.5
    assert measured["worst"] < 0.1


@needs_device
@pytest.mark.row("A6", "A8")
def test_a_road_that_is_closed_without_a_word_is_noticed_and_used_when_open(
    figure: Figure,
) -> None:
    measured = netns.run("road_closed")
    figure("S2", beating=measured["beating"], others=measured["others"])
    figure("A8", back=measured["back"])
    assert measured["back"] < 16
