"""Every key, in one table: what it does, where it says so, and its name in the settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from textual.binding import Binding


class Key(NamedTuple):
    """A key.

    Attributes:
        id: its name in the settings.
        keys: the keys that do it, comma-separated, as Textual names them.
        label: how it is shown.
        action: the action, of the screen where it does not say `app.`.
        help: what it does, in a few words.
        panes: the panes it is for; empty where it is for all.
        own: those panes bind it themselves: there it goes before the same key of the others.
    """

    id: str
    keys: str
    label: str
    action: str
    help: str
    panes: tuple[str, ...] = ()
    own: bool = False


SUPERVISOR: Final = ("supervisor",)
LADDER: Final = ("ladder",)
CHART: Final = ("chart",)
TAPE: Final = ("tape",)
WATCH: Final = ("watch",)
WELCOME: Final = ("welcome",)

KEYS: Final = (
    Key("help", "question_mark,f1", "?", "app.help", "help for this pane"),
    Key("find", "slash", "/", "app.find", "find a market"),
    *(
        Key(f"entry.{n}", str(n), str(n), f"app.entry({n})", f"market {n} of the watchlist")
        for n in range(1, 10)
    ),
    Key("down", "j,down", "j ↓", "move(0, 1)", "down"),
    Key("up", "k,up", "k ↑", "move(0, -1)", "up"),
    Key("left", "h,left", "h ←", "move(-1, 0)", "left, back in time"),
    Key("right", "l,right", "l →", "move(1, 0)", "right, forward in time"),
    Key("next", "tab", "Tab", "pane(1)", "next pane"),
    Key("previous", "shift+tab", "Shift+Tab", "pane(-1)", "previous pane"),
    Key("open", "enter", "Enter", "app.open", "open the chosen market", WATCH),
    Key("back", "escape", "Esc", "back", "back; never quits"),
    Key("quit", "q", "q", "app.quit", "quit"),
    Key("palette", "colon,ctrl+p", ":", "app.palette", "commands and themes"),
    Key(
        "shorter",
        "left_square_bracket",
        "[",
        "app.bracket(-1)",
        "shorter candles; replay: step back",
    ),
    Key("longer", "right_square_bracket", "]", "app.bracket(1)", "longer candles; replay: step"),
    Key("more", "plus,equals_sign", "+", "app.adjust(1)", "coarser, zoom in; replay: faster"),
    Key("less", "minus", "-", "app.adjust(-1)", "finer, zoom out; replay: slower"),
    Key("centre", "c", "c", "centre", "back to the newest and the best"),
    Key("freeze", "space", "Space", "app.freeze", "freeze this pane; replay: play or pause"),
    Key("resync", "r", "r", "app.resync", "get this market anew; supervisor: retry now"),
    Key("reconnect", "R", "R", "app.reconnect", "reconnect this venue now"),
    Key("supervisor", "grave_accent", "`", "supervisor", "supervisor and its log"),
    Key("maximise", "z", "z", "maximise", "this pane alone"),
    Key("hide", "X", "X", "hide", "take this pane off the screen"),
    Key("wider", "greater_than_sign", ">", "resize(1, 0)", "this pane wider"),
    Key("narrower", "less_than_sign", "<", "resize(-1, 0)", "this pane narrower"),
    Key("higher", "right_curly_bracket", "}", "resize(0, 1)", "this pane higher"),
    Key("lower", "left_curly_bracket", "{", "resize(0, -1)", "this pane lower"),
    Key("another", "N", "N", "another", "another of this pane, for one more market"),
    Key("group", "C", "C", "group", "this pane to the next group of panes: A B C D"),
    Key("layouts", "L", "L", "app.layouts", "layouts: load, save, remove"),
    *(
        Key(f"layout.{n}", f"f{n + 1}", f"F{n + 1}", f"app.layout({n})", f"layout {n}")
        for n in range(1, 9)
    ),
    Key("copy", "y", "y", "app.copy", "copy this figure to the clipboard"),
    Key("settings", "comma", ",", "app.settings", "settings in effect"),
    Key("page.down", "pagedown", "PgDn", "page(1)", "a page down"),
    Key("page.up", "pageup", "PgUp", "page(-1)", "a page up"),
    Key("first", "home", "Home", "edge(-1)", "to the first, the top, the oldest candle"),
    Key("last", "end", "End", "edge(1)", "to the last, the bottom, the newest candle"),
    Key("fixed", "m", "m", "app.fixed", "ladder: rows fixed to prices, or levels", LADDER),
    Key("slippage", "s", "s", "app.slippage", "ladder: what an order would cost", LADDER),
    Key("zero", "0", "0", "app.zero", "ladder: count traded and stacked from zero", LADDER),
    Key("least", "n", "n", "app.least", "tape: only prints of a size and above", TAPE),
    Key("unite", "u", "u", "app.unite", "tape: prints of one order as one row", TAPE),
    Key("ewma", "a", "a", "app.line('ewma')", "chart: moving average of prints", CHART),
    Key("vwap", "W", "W", "app.line('vwap')", "chart: average price by size", CHART),
    Key("cvd", "d", "d", "app.line('cvd')", "chart: volume delta below", CHART),
    Key("keep", "A", "A", "app.keep", "put this market on the watchlist, or take it off"),
    Key("watch.add", "a", "a", "app.add", "watchlist: find markets and add them", WATCH, True),
    Key("watch.remove", "d", "d", "app.remove", "watchlist: take the chosen off", WATCH, True),
    Key(
        "watch.restore", "u", "u", "app.restore", "watchlist: put back what was taken", WATCH, True
    ),
    Key("watch.sort", "s", "s", "app.sort", "watchlist: order by the next figure", WATCH, True),
    Key("watch.turn", "S", "S", "app.turn_sort", "watchlist: the other way round", WATCH, True),
    Key("watch.down", "J", "J", "app.shift(1)", "watchlist: the chosen further down", WATCH, True),
    Key("watch.up", "K", "K", "app.shift(-1)", "watchlist: the chosen further up", WATCH, True),
    Key("welcome.demo", "d", "d", "app.demo", "first screen: the demo, offline", WELCOME, True),
    Key("welcome.pick", "enter", "Enter", "app.find", "first screen: pick markets", WELCOME, True),
    Key("drop", "x", "x", "app.drop", "drop this connection, as a fault would", SUPERVISOR),
    Key("park", "p", "p", "app.park", "park this connection; again: let it come back", SUPERVISOR),
    Key("rotate", "T", "T", "app.rotate", "rotate this connection without a gap", SUPERVISOR),
    Key("filter", "f", "f", "app.filter", "log: all, this connection, troubles", SUPERVISOR),
    Key("search", "F", "F", "app.search", "log: filter it by a text", SUPERVISOR),
    Key("export", "e", "e", "app.export", "log: write it to a file", SUPERVISOR),
    Key("table", "E", "E", "app.table", "this pane to a file, as CSV or Parquet"),
    Key("picture", "P", "P", "app.picture", "picture of the screen to a file, as SVG"),
    Key("gaps", "G", "G", "gaps", "gaps in the data"),
    Key("incident", "i", "i", "app.incident", "keep what led up to this moment"),
    Key("record", "ctrl+r", "Ctrl+R", "app.record", "record what comes in; again: end it"),
    Key("alerts", "exclamation_mark", "!", "app.alerts", "alerts: rules, and what fired"),
    Key("seek", "at", "@", "app.seek", "replay: go to a time"),
    Key("back.5", "semicolon", ";", "app.skip(-5)", "replay: 5 s back"),
    Key("on.5", "apostrophe", "'", "app.skip(5)", "replay: 5 s on"),
    Key("back.60", "ampersand", "&", "app.skip(-60)", "replay: a minute back"),
    Key("on.60", "asterisk", "*", "app.skip(60)", "replay: a minute on"),
    Key("mark.back", "left_parenthesis", "(", "app.mark(-1)", "replay: the mark before"),
    Key("mark.on", "right_parenthesis", ")", "app.mark(1)", "replay: the next mark"),
    Key("mark.kind", "full_stop", ".", "app.kind", "replay: which marks ( and ) go to"),
    Key("ladder", "o", "o", "show('ladder')", "order book"),
    Key("tape", "t", "t", "show('tape')", "tape"),
    Key("chart", "g", "g", "show('chart')", "candle chart"),
    Key("curve", "v", "v", "curve", "curves: depth; again: delta, basis, latency, account"),
    Key("heat", "H", "H", "heat", "depth over time, on the rows of the ladder"),
    Key("merged", "M", "M", "show('merged')", "the books of all venues as one"),
    Key("basis", "B", "B", "show('basis')", "how far venues are apart, over time"),
    Key("watch", "w", "w", "show('watch')", "watchlist"),
    Key("balances", "b", "b", "show('balances')", "balances"),
)


def bindings(pane: str = "") -> list[Binding]:
    """Return the table as Textual wants it: what a pane binds itself, or all the rest."""
    return [
        Binding(key.keys, key.action, key.help, show=False, key_display=key.label, id=key.id)
        for key in KEYS
        if (key.own and pane in key.panes) or not (key.own or pane)
    ]


def action_of(words: str) -> str | None:
    """Return the action that the help describes with these words."""
    return next((key.action for key in KEYS if key.help == words), None)


def problems(keymap: Mapping[str, str]) -> list[str]:
    """Return what is wrong with keys from the settings, in words."""
    names = {key.id for key in KEYS}
    wrong = [f"{name}: no such key; see the help" for name in keymap if name not in names]
    taken: dict[str, list[Key]] = {}
    for key in KEYS:
        for one in keymap.get(key.id, key.keys).split(","):
            others = taken.setdefault(one.strip(), [])
            clash = next((other for other in others if not _apart(key, other)), None)
            if clash is not None:
                wrong.append(f"{one.strip()}: both {clash.id} and {key.id}")
            others.append(key)
    return wrong


def _apart(key: Key, other: Key) -> bool:
    """Tell whether two actions may share a key: one of them is only in a pane of its own."""
    return (key.own or other.own) and bool(key.panes and other.panes and key.panes != other.panes)
