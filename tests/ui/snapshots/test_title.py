from __future__ import annotations

import pytest
from tests.ui.fakes import BTC, FakeFeed, Scene

from wsdash.ui.snapshots.compact import compact
from wsdash.ui.snapshots.glow import Glow
from wsdash.ui.snapshots.ladder import Sight
from wsdash.ui.snapshots.lines import plain_text, width_of
from wsdash.ui.snapshots.picture import Verdict
from wsdash.ui.snapshots.prices import shown_price
from wsdash.ui.snapshots.title import Headline, title_line

LIVE = Verdict("LIVE", "0.2s")


@pytest.fixture(scope="module")
def feed() -> FakeFeed:
    made = FakeFeed()
    Scene(made).begin()
    return made


def headline(feed: FakeFeed, verdict: Verdict = LIVE, badge: str = "DEMO") -> Headline:
    return Headline(BTC, feed.board.markets[BTC], verdict, badge, feed.wall())


@pytest.mark.parametrize("width", range(40, 121, 5))
def test_the_price_stands_in_the_title_at_every_width(feed: FakeFeed, width: int) -> None:
    for verdict in (LIVE, Verdict("STALE", "6.0s", "bad")):
        line = title_line(headline(feed, verdict), Glow(), 0.0, width)
        assert width_of(line) == width
        words = plain_text(line).split()
        assert {"BTC/USD", "DEMO", verdict.word, shown_price(feed.board.markets[BTC])} <= {*words}


def test_the_demo_is_told_after_the_state_at_every_size(feed: FakeFeed) -> None:
    small = compact(headline(feed), feed.reports(), Sight(40, 10), Glow(), 0.0)[0]
    for line in (small, *(title_line(headline(feed), Glow(), 0.0, w) for w in (40, 80, 120))):
        text = plain_text(line)
        assert -1 < text.index("LIVE 0.2s") < text.index("DEMO")
