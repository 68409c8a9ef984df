"""The words of the command line: commands, options, and what each of them may be."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from wsdash import __version__

if TYPE_CHECKING:
    _Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001

USAGE = 2
"""Exit code of bad usage or settings; argparse leaves with the same."""

COMMANDS = (
    "demo", "replay", "record", "tail", "exchange", "venues", "symbols", "config", "keys", "doctor",
    "serve", "export",
)  # fmt: skip

_INTERVALS = ("1s", "5s", "15s", "1m", "5m", "15m", "1h", "4h", "1d")

_KINDS = ("book", "trades", "ticker", "candles", "account", "status")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(
        prog="wsdash",
        description="The terminal trading dashboard that always shows whether the numbers are "
        "true. Without a command it opens the dashboard on VENUE:SYMBOL ..., or on the watchlist.",
    )
    top.add_argument("-V", "--version", action="version", version=f"wsdash {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    _screens(commands)
    _streams(commands)
    _exchange(commands)
    _lookups(commands)
    return top


def _screens(commands: _Commands) -> None:
    """Add what draws."""
    live = _command(commands, "live", "the dashboard on live venues (the default)")
    live.add_argument(
        "symbols", nargs="*", metavar="VENUE:SYMBOL",
        help="a market, such as kraken:BTC/USD (default: the watchlist)",
    )  # fmt: skip

    demo = _command(commands, "demo", "the dashboard on the embedded exchange: no network")
    _add_market(demo)
    _add_end(demo)

    replay = _command(commands, "replay", "the dashboard on a recording")
    _add_recording(replay)
    replay.add_argument(
        "--speed", type=_seconds, default=1.0, metavar="X", help="0.1 to 100 (default 1)"
    )
    whole = replay.add_mutually_exclusive_group()
    whole.add_argument("--summary", action="store_true", help="no screen: one JSON object")
    whole.add_argument("--figures", action="store_true", help="no screen: JSON lines of figures")
    replay.add_argument(
        "--every", type=_seconds, default=1.0, metavar="SECONDS",
        help="between figures (default 1)",
    )  # fmt: skip

    serve = _command(commands, "serve", "the dashboard in a browser")
    serve.add_argument("--host", default="127.0.0.1", help="to listen on (default 127.0.0.1)")
    _add_port(serve)
    serve.add_argument(
        "--token-file", type=Path, metavar="FILE", help="holds the token; else one is made"
    )
    serve.add_argument(
        "arguments", nargs=argparse.REMAINDER, metavar="COMMAND",
        help="what to show: live, demo or replay with arguments, or VENUE:SYMBOL ...",
    )  # fmt: skip


def _streams(commands: _Commands) -> None:
    """Add what writes data, to files or to a pipe."""
    record = _command(commands, "record", "record raw frames and the supervisor's events")
    _add_symbols(record)
    record.add_argument("--out", type=Path, required=True, metavar="FILE", help="a new file")
    _add_end(record)

    tail = _command(commands, "tail", "print what happens as JSON lines")
    _add_symbols(tail)
    tail.add_argument(
        "--channels", type=_channels, default=_KINDS, metavar="LIST",
        help=f"some of {','.join(_KINDS)} (default: all)",
    )  # fmt: skip
    _add_end(tail)

    export = _command(commands, "export", "a table of what a recording holds")
    _add_recording(export)
    export.add_argument(
        "--out", required=True, metavar="FILE", help="a new file, .csv or .parquet; - for stdout"
    )
    export.add_argument(
        "--what", choices=("trades", "candles", "gaps"), required=True, help="what a row is"
    )
    export.add_argument(
        "--interval", choices=_INTERVALS, default="1m", help="of candles (default 1m)"
    )


def _exchange(commands: _Commands) -> None:
    exchange = _command(commands, "exchange", "the embedded exchange on its own")
    _add_port(exchange)
    _add_market(exchange)
    exchange.add_argument(
        "--rate", type=_seconds, default=1.0, metavar="R", help="pace (default 1)"
    )
    exchange.add_argument("--until-stdin-closes", action="store_true", help=argparse.SUPPRESS)


def _lookups(commands: _Commands) -> None:
    """Add what tells something and ends."""
    _command(commands, "venues", "the venues there are")
    symbols = _command(commands, "symbols", "the instruments of a venue")
    symbols.add_argument("venue", metavar="VENUE", help="one of wsdash venues")
    symbols.add_argument(
        "filter", nargs="?", default="", metavar="FILTER", help="a part of their names"
    )

    config = _command(commands, "config", "the settings")
    config.add_argument(
        "what", choices=("show", "path", "init"),
        help="print them, or where they are; or write a file to begin with",
    )  # fmt: skip

    keys = _command(commands, "keys", "API keys kept for a venue, and what they may do")
    keys.add_argument("what", choices=("add", "list", "check", "remove"), help="what to do")
    keys.add_argument("venue", nargs="?", default="", metavar="VENUE", help="whose; list tells all")
    keys.add_argument("--keyring", action="store_true", help="keep it in the system's keyring")

    doctor = _command(commands, "doctor", "check the way to venues, and the terminal")
    doctor.add_argument("venues", nargs="*", metavar="VENUE", help="some venues (default: all)")


def _command(commands: _Commands, name: str, words: str) -> argparse.ArgumentParser:
    return commands.add_parser(name, help=words, description=f"{words[0].upper()}{words[1:]}.")


def _add_symbols(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "symbols", nargs="+", metavar="VENUE:SYMBOL", help="a market, such as kraken:BTC/USD"
    )


def _add_recording(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path, metavar="FILE", help="what wsdash record wrote")
    command.add_argument("--venue", metavar="V", help="of connections whose address does not tell")


def _add_market(command: argparse.ArgumentParser) -> None:
    command.add_argument("--seed", type=int, default=1, help="of the market (default 1)")
    command.add_argument("--faults", type=Path, metavar="FILE", help="faults to inject, as JSON")


def _add_end(command: argparse.ArgumentParser) -> None:
    command.add_argument("--seconds", type=_seconds, metavar="N", help="end after N seconds")


def _add_port(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--port", type=_port, default=0, metavar="P", help="0, the default: any free one"
    )


def with_command(arguments: list[str]) -> list[str]:
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
