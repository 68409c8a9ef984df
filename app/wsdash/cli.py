"""The command line: what can be typed, and what each mistake costs.

Exit codes: 0 well, 1 failed, 2 bad usage or settings, 70 own bug, 128+n by signal n.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from wsdash import __version__

FAILED = 1
USAGE = 2

LONGEST_SENTENCE = 2_000
"""Characters of an error that are shown."""

COMMANDS = (
    "demo", "replay", "record", "tail", "exchange", "venues", "symbols", "config", "keys", "doctor",
)  # fmt: skip


def main(argv: Sequence[str] | None = None) -> int:
    """Run wsdash with the given arguments and return the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        options = _parsed(arguments)
        code = _dispatch(options)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        return _unheard()
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 - sorted into sentences, or shown as our bug
        return _sentence(error)


def _parsed(arguments: list[str]) -> argparse.Namespace:
    """Parse; help that was asked for is out before the program ends, so that its end is quiet."""
    try:
        return parser().parse_args(_with_command(arguments))
    except SystemExit as leaving:
        if not leaving.code:
            sys.stdout.flush()
        raise


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(
        prog="wsdash",
        description="The terminal trading dashboard that always shows whether the numbers are "
        "true. Without a command it opens the dashboard on VENUE:SYMBOL ..., or on the watchlist.",
    )
    top.add_argument("-V", "--version", action="version", version=f"wsdash {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")

    live = commands.add_parser("live", help="the dashboard on live venues (the default)")
    live.add_argument("symbols", nargs="*", metavar="VENUE:SYMBOL")

    demo = commands.add_parser("demo", help="the dashboard on the embedded exchange: no network")
    demo.add_argument("--seed", type=int, default=1, help="of the market (default 1)")
    demo.add_argument("--faults", type=Path, metavar="FILE", help="faults to inject, as JSON")
    demo.add_argument("--seconds", type=_seconds, metavar="N", help="end after N seconds")

    replay = commands.add_parser("replay", help="the dashboard on a recording")
    replay.add_argument("file", type=Path, metavar="FILE")
    replay.add_argument("--speed", type=_seconds, default=1.0, metavar="X", help="0.1 to 100")
    replay.add_argument("--venue", metavar="V", help="of connections whose address does not tell")
    whole = replay.add_mutually_exclusive_group()
    whole.add_argument("--summary", action="store_true", help="no screen: one JSON object")
    whole.add_argument("--figures", action="store_true", help="no screen: JSON lines of figures")
    replay.add_argument(
        "--every", type=_seconds, default=1.0, metavar="SECONDS",
        help="between figures (default 1)",
    )  # fmt: skip

    record = commands.add_parser("record", help="record raw frames and the supervisor's events")
    record.add_argument("symbols", nargs="+", metavar="VENUE:SYMBOL")
    record.add_argument("--out", type=Path, required=True, metavar="FILE", help="a new file")
    record.add_argument("--seconds", type=_seconds, metavar="N", help="end after N seconds")

    tail = commands.add_parser("tail", help="print what happens as JSON lines")
    tail.add_argument("symbols", nargs="+", metavar="VENUE:SYMBOL")
    tail.add_argument(
        "--channels", type=_channels, default=_KINDS, metavar="LIST",
        help=f"some of {','.join(_KINDS)} (default: all)",
    )  # fmt: skip
    tail.add_argument("--seconds", type=_seconds, metavar="N", help="end after N seconds")

    exchange = commands.add_parser("exchange", help="the embedded exchange on its own")
    exchange.add_argument("--port", type=_port, default=0, metavar="P", help="0: any free one")
    exchange.add_argument("--seed", type=int, default=1, help="of the market (default 1)")
    exchange.add_argument(
        "--rate", type=_seconds, default=1.0, metavar="R", help="pace (default 1)"
    )
    exchange.add_argument("--faults", type=Path, metavar="FILE", help="faults to inject, as JSON")
    exchange.add_argument("--until-stdin-closes", action="store_true", help=argparse.SUPPRESS)

    commands.add_parser("venues", help="the venues there are")
    symbols = commands.add_parser("symbols", help="the instruments of a venue")
    symbols.add_argument("venue", metavar="VENUE")
    symbols.add_argument("filter", nargs="?", default="", metavar="FILTER")

    config = commands.add_parser("config", help="the settings")
    config.add_argument("what", choices=("show", "path", "init"))

    keys = commands.add_parser("keys", help="API keys kept for a venue, and what they may do")
    keys.add_argument("what", choices=("add", "list", "check", "remove"))
    keys.add_argument("venue", nargs="?", default="", metavar="VENUE")
    keys.add_argument("--keyring", action="store_true", help="keep it in the system's keyring")

    doctor = commands.add_parser("doctor", help="check the way to venues, and the terminal")
    doctor.add_argument("venues", nargs="*", metavar="VENUE")
    return top


def _dispatch(options: argparse.Namespace) -> int:
    """Load only what the command needs: `--help` and `exchange` need no settings."""
    match options.command:
        case "exchange":
            return _exchange(options)
        case "demo":
            from wsdash import screens

            return screens.demo(options.seed, options.faults, options.seconds)
        case "venues":
            from wsdash import commands

            return commands.venues()
        case "replay" if options.summary:
            from wsdash import commands

            return commands.summary(options.file, options.venue)
        case "replay" if options.figures:
            from wsdash import commands

            return commands.figures(options.file, options.venue, options.every)
        case "config":
            from wsdash import config

            return config.run(options.what)
        case _:
            return _with_settings(options)


def _with_settings(options: argparse.Namespace) -> int:
    from wsdash import commands, doctor, keys, screens
    from wsdash.paths import config_file
    from wsdash.settings import load

    settings = load(config_file())
    match options.command:
        case "replay":
            return screens.replay(settings, options.file, options.venue, options.speed)
        case "record":
            return commands.record(settings, options.symbols, options.out, options.seconds)
        case "tail":
            return commands.tail(settings, options.symbols, options.channels, options.seconds)
        case "symbols":
            return commands.symbols(settings, options.venue.lower(), options.filter)
        case "keys":
            return keys.run(options.what, options.venue, settings, keyring=options.keyring)
        case "doctor":
            return doctor.run(settings, options.venues)
        case _:
            return screens.live(settings, options.symbols)


def _exchange(options: argparse.Namespace) -> int:
    import asyncio

    from wsdash.exchange.main import serve

    number = asyncio.run(
        serve(
            options.port,
            options.seed,
            options.rate,
            options.faults,
            until_stdin_closes=options.until_stdin_closes,
        )
    )
    return 128 + number if number else 0


def _unheard() -> int:
    """A reader that has seen enough (``| head``) is no failure; nothing more is said to it."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _sentence(error: Exception) -> int:
    """Say what is wrong in one sentence; what is our own bug says so, without values."""
    name = type(error).__name__
    if name in _BAD_USAGE or name in _BAD_LUCK:
        from wsdash.domain.text import clean

        sys.stderr.write(f"wsdash: {clean(str(error), LONGEST_SENTENCE)}\n")
        return USAGE if name in _BAD_USAGE else FAILED
    from wsdash.ui.crash import CRASHED, report

    sys.stderr.write(report(error))
    return CRASHED


_BAD_USAGE = frozenset(
    {
        "BadSettings",
        "BadKey",
        "UnknownVenue",
        "UnknownSymbol",
        "NoTerminal",
        "FaultsError",
        "DemoRefused",
        "BadInterval",
    }
)
_BAD_LUCK = frozenset({"RecordingError", "ExchangeError", "DemoFailed", "Broken"})

_KINDS = ("book", "trades", "ticker", "candles", "account", "status")


def _with_command(arguments: list[str]) -> list[str]:
    """Put ``live`` before markets that are named without a command."""
    first = arguments[0] if arguments else ""
    if first in ("-h", "--help", "-V", "--version") or first in (*COMMANDS, "live"):
        return arguments
    return ["live", *arguments]


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e9:
        raise argparse.ArgumentTypeError("must be a number above 0")
    return value


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:6]) <= 65_535):
        raise argparse.ArgumentTypeError("must be a port: 0 to 65535")
    return int(text)


def _channels(text: str) -> tuple[str, ...]:
    kinds = tuple(part.strip() for part in text.split(","))
    strangers = [kind for kind in kinds if kind not in _KINDS]
    if strangers:
        raise argparse.ArgumentTypeError(f"unknown channel {strangers[0]!r}")
    return kinds
