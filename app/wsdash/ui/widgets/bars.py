"""The lines without a frame: title, connections, status, and keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from wsdash.domain.events import Channel
from wsdash.feed.link import LinkState
from wsdash.ui.desk import Desk
from wsdash.ui.hints import corner
from wsdash.ui.snapshots.lines import Line, Span, ascii_only
from wsdash.ui.snapshots.links import brief_links, link_line
from wsdash.ui.snapshots.picture import bare
from wsdash.ui.snapshots.status import (
    Pulse,
    crash_words,
    key_bar,
    news_line,
    status_line,
)
from wsdash.ui.snapshots.title import title_line
from wsdash.ui.tempo import LATE
from wsdash.ui.widgets.pane import Pane

CHANNELS: Final[tuple[Channel, ...]] = ("book", "trades", "ticker", "candles")
"""The streams that the status bar tells of, the most important first."""


class Bar(Pane):
    """Lines without a frame."""

    bordered = False
    of_market = False

    def rows(self, width: int, height: int) -> tuple[Line, ...]:
        """Return the lines, of any length."""
        raise NotImplementedError

    def paint(self) -> tuple[Line, ...]:
        """Return the lines, exactly as wide and as many as there is room for."""
        width, height = self.size.width, self.size.height
        if self.place is None or not width or not height:
            return ()
        lines = bare(self.rows(width, height), width, height)
        return tuple(map(ascii_only, lines)) if self.desk.ascii_only else lines


class TitleBar(Bar):
    """The top line."""

    channel = "book"
    of_market = True

    def rows(self, width: int, height: int) -> tuple[Line, ...]:
        """Return the top line."""
        desk = self.desk
        desk.title_glow.off = desk.plain
        return (title_line(desk.headline(), desk.title_glow, desk.feed.now(), width),)

    def due(self) -> float | None:
        """Return when the digits that changed stop shining."""
        return self.desk.title_glow.due(self.desk.feed.now())


class LinkLines(Bar):
    """The connections where there is no room for the supervisor pane."""

    def rows(self, width: int, height: int) -> tuple[Line, ...]:
        """Return a line per connection, or one for all where there are more of them."""
        feed = self.desk.feed
        reports, now = self.desk.reports(), feed.now()
        pressed = (self.desk.press("supervisor"), self.desk.press("resync"))
        if len(reports) > height:
            worse = sorted(reports, key=lambda report: report.link.state in {"LIVE", "ROTATING"})
            lines = [link_line(r, now, width, pressed=pressed) for r in worse[: height - 1]]
            return (*lines, brief_links(reports, now, width, pressed))
        return tuple(link_line(report, now, width, pressed=pressed) for report in reports)


class StatusBar(Bar):
    """How fresh every stream is."""

    def __init__(self, desk: Desk, *, name: str) -> None:
        super().__init__(desk, name=name)
        self._counts: dict[str, tuple[float, int, float]] = {}

    def rows(self, width: int, height: int) -> tuple[Line, ...]:
        """Return the status bar."""
        desk = self.desk
        reports = desk.reports()
        parked = sum(1 for report in reports if report.link.state is LinkState.PARKED)
        if desk.key is None:
            return (status_line([], None, width, parked),)
        pulses = [
            Pulse(
                "candle" if channel == "candles" else channel,
                desk.verdict(channel),
                self._rate(channel),
            )
            for channel in CHANNELS
            if desk.stream(channel) is not None or channel == "book"
        ]
        holding = desk.holding()
        if holding is not None:
            pulses.append(Pulse("account", holding.verdict))
        return (status_line(pulses, desk.report(desk.key.venue), width, parked),)

    def _rate(self, channel: Channel) -> float:
        """Messages a second, measured over the last second or two."""
        stream = self.desk.stream(channel)
        if stream is None:
            return 0.0
        now = self.desk.feed.now()
        name = f"{self.desk.key} {channel}"
        since, count, rate = self._counts.get(name, (now, stream.messages, 0.0))
        if now - since >= 1.0 or name not in self._counts:
            rate = max(0.0, (stream.messages - count) / (now - since)) if now > since else 0.0
            self._counts[name] = (now, stream.messages, rate)
        return rate

    def switch(self) -> None:
        """Count anew."""
        super().switch()
        self._counts.clear()

    def cut(self) -> None:
        """Count anew."""
        self._counts.clear()


class KeyBar(Bar):
    """The keys that matter for the focused pane, and how the program fares.

    Attributes:
        first: tells whether the first screen is shown, whose keys are its own.
    """

    focused = "ladder"

    def __init__(self, desk: Desk, *, name: str) -> None:
        super().__init__(desk, name=name)
        self.first: Callable[[], bool] = lambda: True

    def rows(self, width: int, height: int) -> tuple[Line, ...]:
        """Return the bottom line.

        A word to the trader takes its right end for a while, a crash for as long as it lasts,
        and an alert until somebody looks at it.
        """
        desk = self.desk
        pane = self.focused
        if desk.key is None:
            pane = "welcome" if self.first() else "nothing"
        keys = corner(pane, desk.keymap, replay=desk.player is not None)
        if desk.said:
            return (news_line(keys, Span(desk.said, "look"), width),)
        if crashed := crash_words(desk.down):
            return (news_line(keys, Span(crashed, "bad"), width),)
        vitals = desk.vitals()
        late = vitals.slowed is not None or (vitals.loop or 0.0) > LATE
        if (fired := desk.alarm.words(width - 2)) and not late:
            return (news_line(keys, Span(fired, "look"), width),)
        return (key_bar(keys, vitals, width),)
