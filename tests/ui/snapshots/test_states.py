from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.ui.fakes import FakeFeed

from wsdash.feed.feed import LinkReport
from wsdash.feed.link import LinkState
from wsdash.feed.market import ChannelState, Stream
from wsdash.ui.snapshots.lines import plain_text, width_of
from wsdash.ui.snapshots.links import brief_links, link_line
from wsdash.ui.snapshots.picture import Verdict
from wsdash.ui.snapshots.states import GRACE, link_verdict, report_for, stream_verdict
from wsdash.ui.snapshots.status import Pulse, Vitals, status_line, vital_signs
from wsdash.ui.snapshots.supervisor import Look, supervisor


def live_book(threshold: float = 5.0) -> Stream:
    stream = Stream("book", 0.0)
    stream.enter(ChannelState.LIVE, 0.0)
    stream.heard(10.0, None)
    stream.cadence.limit = threshold
    return stream


def report(state: LinkState, reason: str = "", **more: float) -> LinkReport:
    feed = FakeFeed()
    feed.time = 10.0
    feed.link("kraken public", state, reason, **more)
    return feed.reports()[0]


@pytest.mark.row("D9")
def test_a_live_stream_shows_its_age_and_turns_amber_before_it_is_stale() -> None:
    verdicts = [stream_verdict(live_book(), None, now) for now in (10.2, 13.0, 16.0)]
    assert [verdict.text for verdict in verdicts] == ["LIVE 0.2s", "LIVE 3.0s", "STALE 6.0s"]
    assert [verdict.mood for verdict in verdicts] == ["good", "aging", "bad"]


@pytest.mark.row("E8")
def test_a_dead_watchdog_cannot_hide_a_dead_feed() -> None:
    stream = live_book()
    assert stream.state is ChannelState.LIVE
    assert not stream_verdict(stream, None, 10.0 + 5.0 + GRACE + 0.1).believable


@pytest.mark.row("D10")
def test_quiet_is_believed_only_while_the_connection_is_heard() -> None:
    stream = live_book()
    stream.enter(ChannelState.QUIET, 12.0)
    link = report(LinkState.LIVE)
    assert stream_verdict(stream, link, 14.0).word == "QUIET"
    assert stream_verdict(stream, link, 30.0).word == "STALE"


@pytest.mark.parametrize(
    ("state", "reason", "more", "text"),
    [
        (LinkState.BACKOFF, "refused", {"wait": 7.0, "attempt": 4}, "RETRY 7s #4 refused"),
        (LinkState.HOLD, "rate limit", {"wait": 151.0}, "HOLD 02:31 rate limit"),
        (LinkState.PARKED, "451 region", {}, "PARKED 451 region"),
        (LinkState.CONNECTING, "", {}, "CONNECTING"),
    ],
)
@pytest.mark.row("A2")
def test_a_book_is_never_live_over_a_connection_that_is_down(
    state: LinkState, reason: str, more: dict[str, float], text: str
) -> None:
    verdict = stream_verdict(live_book(), report(state, reason, **more), 10.0)
    assert verdict.text == text
    assert not verdict.believable


def test_a_resync_says_why() -> None:
    stream = live_book()
    stream.enter(ChannelState.RESYNC, 10.0, "gap 481846-481848")
    assert stream_verdict(stream, None, 10.1).text == "RESYNC gap 481846-481848"


@pytest.mark.row("G1")
def test_reasons_from_outside_cannot_move_the_cursor() -> None:
    verdict = link_verdict(report(LinkState.PARKED, "\x1b[2J\u202e[red]x[/]").link, 10.0)
    assert verdict.text == "PARKED ·[2J·[red]x[/]"


def test_the_worst_of_several_connections_speaks() -> None:
    feed = FakeFeed()
    feed.link("kraken public")
    feed.link("kraken public 2", LinkState.BACKOFF, "refused", wait=1.0)
    found = report_for(feed.reports(), "kraken", private=False)
    assert found is not None
    assert found.link.state is LinkState.BACKOFF
    assert report_for(feed.reports(), "kraken", private=True) is None


@pytest.mark.parametrize("width", [20, 38, 40, 60, 80, 120, 200])
def test_supervisor_lines_are_exactly_as_wide_as_the_screen(width: int) -> None:
    feed = FakeFeed()
    feed.link("kraken public")
    feed.link("binance public", LinkState.BACKOFF, "connection refused " * 20, wait=9.0)
    for entry in feed.reports():
        assert width_of(link_line(entry, 1_000.0, width)) == width
    assert width_of(brief_links(feed.reports(), 1_000.0, width)) <= width
    picture = supervisor(feed.reports(), list(feed.log), [], 1_000.0, Look(width, 12))
    assert max(width_of(row) for row in picture.rows) <= width


@pytest.mark.parametrize("width", [60, 120])
def test_a_parked_connection_says_the_keys_that_the_trader_has(width: int) -> None:
    feed = FakeFeed()
    feed.link("kraken public", LinkState.PARKED, "451")
    (entry,) = feed.reports()
    pressed = ("F9", "Ctrl+R")
    lines = [
        plain_text(link_line(entry, feed.now(), width, pressed=pressed)),
        plain_text(brief_links([entry], feed.now(), width, pressed)),
        *map(
            plain_text,
            supervisor(
                [entry], [], [], feed.now(), Look(width, 4, "kraken public", pressed=pressed)
            ).rows,
        ),
    ]
    assert all("`" not in line and " r" not in line for line in lines)
    assert [("F9" in line, "Ctrl+R" in line) for line in lines[:2]] == [(True, True)] * 2
    assert any("Ctrl+R" in line for line in lines[2:])


def test_a_narrow_supervisor_still_tells_the_cause() -> None:
    feed = FakeFeed()
    feed.link("binance public", LinkState.BACKOFF, "connection refused", wait=4.0, attempt=2)
    text = "\n".join(
        plain_text(row) for row in supervisor(feed.reports(), [], [], feed.now(), Look(38, 12)).rows
    )
    assert "RETRY 4s #2" in text
    assert "connection refused" in text


@pytest.mark.parametrize("width", [30, 64, 80, 120, 250])
def test_the_status_bar_gives_up_figures_before_words(width: int) -> None:
    pulses = [
        Pulse(name, stream_verdict(live_book(), None, 10.0), 214.0)
        for name in ("book", "trades", "ticker", "candle")
    ]
    line = status_line(pulses, report(LinkState.LIVE), width)
    assert width_of(line) == width
    assert "LIVE" in plain_text(line)
    assert ("214/s" in plain_text(line)) == (width >= 120)


@pytest.mark.parametrize("width", range(6, 40))
def test_a_reason_is_never_cut_into_another(width: int) -> None:
    for reason in ("00:05 lost 1006 (no close frame)", "4s #2 no answer"):
        shown = plain_text(Verdict("RETRY", reason, "bad").line(width))
        assert shown.count("(") == shown.count(")")
        assert not shown.endswith(" no")


def test_a_number_without_its_unit_is_left_out_and_a_code_is_not() -> None:
    silent = Verdict("RESYNC", "no data for 5 s", "look")
    assert {silent.line(width)[0].text for width in range(14, 22)} == {"RESYNC no data"}
    assert Verdict("HOLD", "02:31 429 rate limited", "bad").line(16)[0].text == "HOLD 02:31 429"


@pytest.mark.row("A7")
def test_a_book_that_comes_late_says_by_how_much() -> None:
    stream = live_book()
    stream.behind = 3.4
    verdict = stream_verdict(stream, None, 10.2)
    assert (verdict.text, verdict.mood) == ("LAGGING 3.4s", "look")
    stream.enter(ChannelState.STALE, 11.0, "lagging 6 s")
    assert stream_verdict(stream, None, 10.2).text == "STALE lagging 6 s"


@pytest.mark.row("D14")
@pytest.mark.parametrize(
    ("ahead", "said"), [(0.2, ""), (-1.4, "CLOCK +1.4s"), (3600.0, "CLOCK -3600.0s"), (None, "")]
)
def test_a_clock_that_is_far_off_is_named(ahead: float | None, said: str) -> None:
    text = plain_text(vital_signs(Vitals(loop=0.004, clock=ahead), 60))
    assert ("CLOCK" in text) == bool(said)
    assert said in text


def test_a_connection_keeps_its_whole_name_where_there_is_room() -> None:
    feed = FakeFeed()
    for name in ("kraken public", "binance_us private"):
        feed.link(name)
    for height in (3, 12, 30):
        rows = supervisor(feed.reports(), [], [], feed.now(), Look(118, height)).rows
        assert any("binance_us private " in plain_text(row) for row in rows)
        assert max(map(width_of, rows)) <= 118


def test_a_recording_has_no_tries_to_count() -> None:
    feed = FakeFeed()
    feed.link("kraken public")
    played = [replace(one, budget=0, attempts=0) for one in feed.reports()]
    for height in (3, 12):
        rows = supervisor(played, [], [], feed.now(), Look(118, height)).rows
        assert not any("0/0" in plain_text(row) for row in rows)


def test_where_a_connection_leads_is_not_why_it_was_lost() -> None:
    feed = FakeFeed()
    feed.link("kraken public")
    leading = [replace(one, custom="127.0.0.1:9443") for one in feed.reports()]
    for width in (38, 78):
        rows = supervisor(leading, [], [], feed.now(), Look(width, 14)).rows
        text = "\n".join(map(plain_text, rows))
        assert "custom endpoint 127.0.0.1:9443" in text
        assert "last:" not in text
