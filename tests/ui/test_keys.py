from __future__ import annotations

import pytest
from tests.ui.fakes import BTC, FakeFeed, Scene
from tests.ui.screen import dashboard, hides, screen_lines, screen_text, shows, until
from textual.app import App
from textual.binding import Binding

from wsdash.ui.helping import PLACES, TOPICS, commands, help_entries
from wsdash.ui.hints import CORNER, REPLAY_CORNER, WELCOME_CORNER, corner
from wsdash.ui.keys import KEYS, action_of, bindings, problems
from wsdash.ui.screens.plan import PANES
from wsdash.ui.snapshots.glow import Glow
from wsdash.ui.snapshots.ladder import Sight, ladder
from wsdash.ui.snapshots.ladder_rows import FlowRows
from wsdash.ui.snapshots.lines import plain_text, width_of
from wsdash.ui.snapshots.picture import Verdict
from wsdash.ui.snapshots.sheets import help_rows
from wsdash.ui.terminal import TerminalApp
from wsdash.ui.themes import TITLES, only_ascii


def test_every_binding_is_in_the_help() -> None:
    for pane in PANES:
        entries = help_entries(pane, {}, replay=False)
        text = "\n".join(plain_text(row) for row in help_rows(entries, 80))
        for key in KEYS:
            if key.id.startswith("entry."):
                assert "1-9" in text
            elif key.id.startswith("layout."):
                assert "F2-F9" in text
            else:
                assert f"{key.label} " in text
                assert key.help.removeprefix("replay: ").split(": ")[-1] in text


@pytest.mark.parametrize("replay", [False, True])
@pytest.mark.parametrize("pane", [*PANES, "welcome"])
def test_the_help_puts_every_key_where_it_belongs(pane: str, replay: bool) -> None:
    sections = help_entries(pane, {}, replay=replay)
    titles = [title for title, _ in sections]
    assert len(set(titles)) == len(titles)
    assert (titles.index("In a replay") == 1) == replay
    for key in KEYS:
        if key.panes:
            (place,) = key.panes
            homes = [
                title
                for title, entries in sections
                for label, words in entries
                if label == key.label and key.help.endswith(words)
            ]
            assert homes == [PLACES[place]], key.id


def test_the_help_of_a_replay_names_no_key_that_does_something_else_there() -> None:
    for pane in ("ladder", "chart", "tape"):
        here = help_entries(pane, {}, replay=True)[0][1]
        assert not {"Space", "+ -", "[ ]"} & {key for key, _ in here}


def test_every_key_without_a_pane_is_of_one_topic() -> None:
    named = [name for names in TOPICS.values() for name in names.split()]
    assert sorted(named) == sorted(
        key.id for key in KEYS if not key.panes and not key.id.startswith(("entry.", "layout."))
    )


def test_every_command_does_something() -> None:
    entries = commands({"quit": "ctrl+d"})
    assert ("Ctrl+D", "quit") in entries
    assert all(action_of(words) for _, words in entries)


def test_the_keys_of_the_program_itself_are_in_the_help() -> None:
    sections = dict(help_entries("tape", {}, replay=False))
    shown = {key.lower() for key, _ in sections["wsdash"]}
    for base in (App, TerminalApp):
        for binding in base.__dict__["BINDINGS"]:
            key = binding.key if isinstance(binding, Binding) else binding[0]
            if key != "super+c":
                assert key.partition(",")[0] in shown


def test_every_binding_has_a_name_of_its_own_and_a_key_of_its_own() -> None:
    owned = [bindings(), *(bindings(pane) for pane in (*PANES, "welcome"))]
    ids = [binding.id for table in owned for binding in table]
    assert sorted(map(str, ids)) == sorted(key.id for key in KEYS)
    for table in owned:
        keys = [key for binding in table for key in binding.key.split(",")]
        assert len(set(keys)) == len(keys)


def test_a_remapped_key_is_in_the_help_under_its_new_name() -> None:
    sections = dict(help_entries("tape", {"quit": "ctrl+d", "entry.3": "x"}, replay=False))
    assert ("Ctrl+D", "quit") in sections["wsdash"]
    assert ("x", "market 3 of the watchlist") in sections["Markets"]


def test_a_remapped_key_is_in_the_bottom_line_under_its_new_name() -> None:
    keymap = {"find": "ctrl+f,f3", "more": "greater_than_sign", "freeze": "F"}
    shown = corner("ladder", keymap, replay=False)
    assert [key for key, _ in shown] == ["Ctrl+F", "> -", "F", "Tab", "?"]
    assert help_entries("ladder", keymap, replay=False)[0][1][0] == ("Ctrl+F", "find")
    assert corner("welcome", keymap, replay=False)[0] == ("Ctrl+F", "pick")


def test_every_key_of_the_bottom_line_is_one_of_the_table() -> None:
    names = {key.id for key in KEYS} | {"1-9"}
    rows = [*CORNER.values(), REPLAY_CORNER, WELCOME_CORNER]
    assert {name for row in rows for keys, _ in row for name in keys.split(" ")} <= names


def test_keys_from_the_settings_are_checked() -> None:
    assert problems({}) == []
    assert problems({"quit": "ctrl+d", "copy": "ctrl+y"}) == []
    assert problems({"fly": "x"}) == ["fly: no such key; see the help"]
    assert problems({"copy": "q"}) == ["q: both quit and copy"]
    assert problems({"watch.remove": "q"}) == ["q: both quit and watch.remove"]
    assert problems({"watch.remove": "n"}) == []
    assert problems({"watch.remove": "s"}) == ["s: both watch.remove and watch.sort"]


def test_every_pane_has_its_five_keys() -> None:
    assert set(CORNER) == set(PANES)
    assert all(len(corner(pane, replay=replay)) == 5 for pane in PANES for replay in (True, False))


@pytest.mark.parametrize("width", [20, 38, 62])
def test_the_help_is_never_wider_than_its_sheet(width: int) -> None:
    for row in help_rows(help_entries("chart", {}, replay=False), width):
        assert width_of(row) <= max(width, 24)


async def test_every_action_exists() -> None:
    app, _, _ = dashboard()
    for key in KEYS:
        owner = app if key.action.startswith("app.") else app.board_screen
        name = key.action.removeprefix("app.").partition("(")[0]
        assert hasattr(owner, f"action_{name}"), key.id


async def test_a_remapped_key_works() -> None:
    app, _, _ = dashboard(keymap={"watch": "ctrl+w"})
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+w")
        await shows(pilot, "Watch")


async def test_a_remapped_key_is_said_on_the_screen() -> None:
    app, _, _ = dashboard(keymap={"freeze": "ctrl+e"})
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "Ctrl+E freeze")


@pytest.mark.parametrize("size", [(40, 10), (80, 24)])
async def test_help_settings_and_palette_open_and_close(size: tuple[int, int]) -> None:
    app, _, _ = dashboard(sheet=[("file", "/etc/[b]x"), ("theme", "calm")])
    async with app.run_test(size=size) as pilot:
        await pilot.press("question_mark")
        await shows(pilot, "Help", "In the ladder")
        await pilot.press("escape", "comma")
        await shows(pilot, "Settings", "/etc/[b]x")
        await pilot.press("q")
        await hides(pilot, "Settings")
        await pilot.press("colon", *"light", "enter")
        await until(pilot, lambda: app.theme == "light", "the light theme")
        await pilot.press("ctrl+p", *"quit", "enter")
        await until(pilot, lambda: not app.is_running, "the end")


@pytest.mark.parametrize("theme", TITLES)
async def test_every_theme_draws(theme: str) -> None:
    app, _, _ = dashboard(theme=theme)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LIVE", "65,0")


async def test_a_theme_can_be_changed_at_any_time() -> None:
    app, _, _ = dashboard()
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "LIVE", "65,0")
        ladder = app.board_screen.panes["ladder"]
        grounds = set()
        for theme in ("light", "mono", "calm"):
            app.theme = theme
            before = ladder.render_line(3)
            await until(pilot, lambda before=before: ladder.render_line(3) is not before)  # type: ignore[misc]
            segment = next(iter(ladder.render_line(3)))
            grounds.add(str(segment.style.bgcolor) if segment.style else "")
        assert len(grounds) == 3


@pytest.mark.row("F5")
async def test_ascii_means_no_other_byte_anywhere() -> None:
    app, _, _ = dashboard(ascii_only=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LIVE", "65,0")
        assert screen_text(app).isascii()
        for key in ("question_mark", "escape", "slash", "x", "escape", "colon"):
            await pilot.press(key)
            await pilot.pause()
            assert screen_text(app).isascii()


@pytest.mark.row("F5")
def test_the_locale_decides_about_ascii() -> None:
    assert not only_ascii({"LANG": "de_DE.UTF-8"})
    assert not only_ascii({})
    assert only_ascii({"LC_ALL": "C"})
    assert only_ascii({"LANG": "C", "LC_CTYPE": "C.UTF-8"})
    assert only_ascii({"LANG": "en_US.ISO-8859-1"})


async def test_a_page_of_the_help_leaves_no_row_out() -> None:
    app, _, _ = dashboard()
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.press("question_mark")
        await shows(pilot, "Help", "In the ladder")
        seen: list[str] = []
        before: list[str] = []
        while (shown := [line.strip("│ ") for line in screen_lines(app)[2:-2]]) != before:
            seen, before = seen + shown, shown
            await pilot.press("space")
            await pilot.pause()
        text = "\n".join(seen)
        keys = [key for key in KEYS if not key.id.startswith(("entry.", "layout."))]
        assert not [key.id for key in keys if key.help.split(": ")[-1][:8] not in text]


def test_the_help_of_the_ladder_explains_every_word_in_it() -> None:
    feed = FakeFeed()
    Scene(feed).begin()
    market = feed.board.markets[BTC]
    sight = Sight(100, 20, flow=FlowRows())
    picture = ladder(market, BTC, Verdict("LIVE"), sight, Glow(), 0.0)
    shown = " ".join(map(plain_text, (*picture.notes, *picture.rows)))
    entries = help_entries("ladder", {}, replay=False)
    text = "\n".join(plain_text(row) for row in help_rows(entries[:1], 80))
    for word in ("Σ", "imb", "bp", "micro", "sold", "bought", "±stack"):
        assert word in shown
        assert word in text


def test_the_help_of_a_replay_says_where_its_keys_went() -> None:
    for pane in ("ladder", "chart"):
        _, playing, *_ = help_entries(pane, {"palette": "ctrl+o"}, replay=True)
        assert playing[0] == "In a replay"
        assert "Ctrl+O" in dict(playing[1])


async def test_home_and_end_go_to_the_ends_of_a_list_of_time_and_of_a_sheet() -> None:
    app, _, _ = dashboard()
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "BTC/USD kraken", "LIVE")
        watch = app.board_screen.cast.watch
        await pilot.press("w", "end")
        await until(pilot, lambda: watch.chosen == len(watch.listed) - 1, "the last market")
        await pilot.press("home")
        await until(pilot, lambda: watch.chosen == 0, "the first market")
        await pilot.press("g", "home")
        await shows(pilot, "1m candles to ")
        await pilot.press("end")
        await hides(pilot, "1m candles to ")
        await pilot.press("question_mark", "end")
        await shows(pilot, "which marks ( and ) go to")
        await pilot.press("home")
        await shows(pilot, "In the chart")


def test_the_help_of_the_supervisor_explains_its_columns() -> None:
    entries = help_entries("supervisor", {}, replay=False)
    text = "\n".join(plain_text(row) for row in help_rows(entries[:1], 80))
    for word in ("tries", "resyncs", "bad", "stale or syncing"):
        assert word in text
