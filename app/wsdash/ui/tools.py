"""The keys of the trader's desk: what is told of the book, the chart and the tape."""

from __future__ import annotations

from wsdash.ui.alerting import Alerting
from wsdash.ui.screens.ask import Ask
from wsdash.ui.snapshots.slippage import BadAmount, amount_of


class Tools(Alerting):
    """Does what keys say about how a market is looked at."""

    def action_fixed(self) -> None:
        """Fix the rows of the ladder to prices, or let each be a level."""
        ladder = self.board_screen.cast.ladder
        ladder.attempt(ladder.turn)
        self.board_screen.draw_all()

    def action_unite(self) -> None:
        """Put the prints of one order together, or take them apart."""
        tape = self.board_screen.cast.tape
        tape.attempt(tape.choose, tape.choice._replace(united=not tape.choice.united))
        self.board_screen.draw_all()

    def action_least(self) -> None:
        """Ask for the size that a print must have to be shown; nothing typed ends that."""
        tape = self.board_screen.cast.tape

        def wrong(text: str) -> str:
            try:
                amount_of(text, None)
            except BadAmount:
                return "a size, such as 0.5" if text.strip() else ""
            return ""

        def typed(text: str | None) -> None:
            if text is not None:
                least = amount_of(text, None).value if text.strip() else None
                tape.attempt(tape.choose, tape.choice._replace(least=least))
                self.board_screen.draw_all()

        least = tape.choice.least
        before = "" if least is None else f"{least:f}"
        ask = Ask(
            "Tape: smallest size",
            "0.5; empty: every print",
            wrong,
            before,
            ascii_only=self.desk.ascii_only,
        )
        self.push_screen(ask, typed)

    def action_line(self, name: str) -> None:
        """Draw a line over the candles, or below them, or no more."""
        chart = self.board_screen.cast.chart
        chart.attempt(chart.turn, name)
        self.board_screen.draw_all()

    def action_zero(self) -> None:
        """Count what is traded and stacked from zero."""
        group = self.desk.group
        group.traded.reset(self.desk.feed.wall())
        group.stacking.reset()
        self.say("counting from zero")

    def action_slippage(self) -> None:
        """Ask for a size, and tell what an order of it would cost; nothing typed ends that."""
        ladder, market = self.board_screen.cast.ladder, self.desk.market
        instrument = market.instrument if market is not None else None

        def wrong(text: str) -> str:
            try:
                amount_of(text, instrument)
            except BadAmount as error:
                return "" if not text.strip() else str(error)
            return ""

        def typed(text: str | None) -> None:
            if text is not None:
                ladder.amount = amount_of(text, instrument) if text.strip() else None
                if ladder.place is None:
                    self.say("a larger screen shows the cost")
                self.board_screen.draw_all()

        before = ladder.amount.typed if ladder.amount is not None else ""
        hint = "2.5 or 10000 USD; empty: none"
        if instrument is not None:
            hint = f"2.5 or 10000 {instrument.quote}; empty: none"
        self.push_screen(
            Ask("Cost of an order of", hint, wrong, before, ascii_only=self.desk.ascii_only),
            typed,
        )
