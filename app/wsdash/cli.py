"""The command line: what can be typed, and what each mistake costs.

Exit codes: 0 well, 1 failed, 2 bad usage or settings, 70 own bug, 128+n by signal n.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence

from wsdash.arguments import USAGE, parser, with_command

FAILED = 1

LONGEST_SENTENCE = 2_000
"""Characters of an error that are shown."""


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
        return parser().parse_args(with_command(arguments))
    except SystemExit as leaving:
        if not leaving.code:
            sys.stdout.flush()
        raise


def _dispatch(options: argparse.Namespace) -> int:
    """Load only what the command needs: `--help` and `exchange` need no settings."""
    match options.command:
        case "exchange":
            return _exchange(options)
        case "demo":
            from wsdash import screens

            return screens.demo(options.seed, options.faults, options.seconds)
        case "serve":
            return _serve(options)
        case "venues":
            from wsdash import commands

            return commands.venues()
        case "replay" if options.summary:
            from wsdash import commands

            return commands.summary(options.file, options.venue)
        case "replay" if options.figures:
            from wsdash import commands

            return commands.figures(options.file, options.venue, options.every)
        case "export":
            from wsdash import exporting

            return exporting.run(
                options.file, options.out, options.what, options.interval, options.venue
            )
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


def _serve(options: argparse.Namespace) -> int:
    """Serve what draws; whether its arguments make sense is found out before anybody looks."""
    from wsdash.web import command

    arguments = with_command(options.arguments)
    shown = parser().parse_args(arguments)
    if shown.command not in command.SHOWN:
        raise command.BadServe(f"serve shows {', '.join(command.SHOWN)} and nothing else")
    if shown.command == "replay" and (shown.summary or shown.figures):
        raise command.BadServe("serve shows the dashboard: no --summary and no --figures")
    return command.run(options.host, options.port, options.token_file, arguments)


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
        "BadServe",
        "BadExport",
    }
)
_BAD_LUCK = frozenset(
    {
        "RecordingError",
        "ExchangeError",
        "DemoFailed",
        "Broken",
        "NotExported",
        "NoParquet",
        "NotServed",
    }
)
