"""What panes say that have nothing to show."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.ui.fakes import BTC

from wsdash.domain.account import Account
from wsdash.feed.market import Market
from wsdash.ui.hints import label
from wsdash.ui.snapshots.balances import Holding, balances
from wsdash.ui.snapshots.chart import View, chart
from wsdash.ui.snapshots.empty import empty_words, not_recorded, with_words
from wsdash.ui.snapshots.glow import Glow
from wsdash.ui.snapshots.ladder import Sight, ladder
from wsdash.ui.snapshots.lines import Span, plain_text
from wsdash.ui.snapshots.picture import Picture, Verdict
from wsdash.ui.snapshots.tape import tape

LIVE = Verdict("LIVE", "0.2s")
RETRY = Verdict("RETRY", "7s #2 refused", "bad")


def pressed(name: str) -> str:
    return label(name, {"reconnect": "ctrl+r"})


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (None, ["no market is open", "/ finds one"]),
        (LIVE, ["no prints yet"]),
        (Verdict("QUIET", "14s", "quiet"), ["no prints yet"]),
        (Verdict("SYNC", "2/5", "look"), ["prints are on their way"]),
        (Verdict("CONNECTING", "", "look"), ["prints are on their way"]),
        (RETRY, ["no prints: no connection", "Ctrl+R tries again at once"]),
        (
            Verdict("HOLD", "02:31", "look"),
            ["no prints: no connection", "Ctrl+R tries again at once"],
        ),
        (Verdict("PARKED", "451", "bad"), ["no prints: parked", "` shows why"]),
        (Verdict("SEEK", "40%", "look"), ["on the way to that time"]),
        (Verdict("STALE", "6s", "bad"), ["no prints yet", "r gets this market anew"]),
    ],
)
def test_the_words_go_by_the_state(verdict: Verdict | None, expected: list[str]) -> None:
    assert empty_words("prints", verdict, pressed) == expected


def test_in_a_replay_no_key_is_offered() -> None:
    assert empty_words("prints", RETRY, pressed, can_act=False) == ["no prints yet"]
    coming = empty_words("candles", Verdict("SYNC", "", "look"), pressed, can_act=False)
    assert coming == ["no candles so far in the recording"]
    assert not_recorded(Verdict("SYNC", "", "look"), can_act=False)
    assert not not_recorded(Verdict("SYNC", "", "look"), can_act=True)
    assert not not_recorded(RETRY, can_act=False)
    assert not not_recorded(None, can_act=False)
    seek = Verdict("SEEK", "40%", "look")
    assert empty_words("prints", seek, pressed, can_act=False) == ["on the way to that time"]


def test_every_pane_of_a_market_says_what_is_missing() -> None:
    for market in (None, Market(BTC)):
        assert tape(market, [], RETRY, (40, 8), 0.0).missing == "prints"
        assert chart(market, [], RETRY, View("1m", 40, 8)).missing == "candles"
        assert ladder(market, BTC, RETRY, Sight(40, 12), Glow(), 0.0).missing == "levels"


def test_words_stand_below_headings_and_the_rest_stays() -> None:
    headed = Picture((), ((Span("price"),), (), (), (Span("mid"),)))
    rows = [plain_text(row) for row in with_words(headed, ["one", "two"]).rows]
    assert rows == ["price", " one", " two", "mid"]
    bare = Picture((), ((Span("no prints yet"),),))
    assert [plain_text(row) for row in with_words(bare, ["one", "two"]).rows] == [" one", " two"]


def test_without_a_key_the_balances_say_how_one_is_given() -> None:
    def rows(holding: Holding | None, venue: str = "") -> list[str]:
        picture = balances(holding, "USD", lambda _: Decimal(1), (33, 6), venue=venue)
        return [plain_text(row).strip() for row in picture.rows]

    assert rows(None, "kraken") == ["no key for kraken:", "wsdash keys add kraken"]
    assert rows(None) == ["no balances here"]
    assert rows(Holding("kraken", Account(), LIVE)) == ["nothing is held here"]
    empty = balances(Holding("kraken", None, RETRY), "USD", lambda _: None, (33, 6))
    assert empty.missing == "balances"
