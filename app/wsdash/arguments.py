"""The words of the command line: commands, options, and what each of them may be."""

from __future__ import annotations

import argparse
from pathlib import Path

from wsdash import __version__

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

    export = commands.add_parser("export", help="a table of what a recording holds")
    export.add_argument("file", type=Path, metavar="FILE")
    export.add_argument(
        "--out", required=True, metavar="FILE", help="a new file, .csv or .parquet; - for stdout"
    )
    export.add_argument("--what", choices=("trades", "candles", "gaps"), required=True)
    export.add_argument("--interval", choices=_INTERVALS, default="1m", help="of candles")
    export.add_argument("--venue", metavar="V", help="of connections whose address does not tell")

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

    serve = commands.add_parser("serve", help="the dashboard in a browser")
    serve.add_argument("--host", default="127.0.0.1", help="to listen on (default 127.0.0.1)")
    serve.add_argument("--port", type=_port, default=0, metavar="P", help="0: any free one")
    serve.add_argument(
        "--token-file", type=Path, metavar="FILE", help="holds the token; else one is made"
    )
    serve.add_argument(
        "arguments", nargs=argparse.REMAINDER, metavar="COMMAND",
        help="what to show: live, demo or replay with arguments, or VENUE:SYMBOL ...",
    )  # fmt: skip

    doctor = commands.add_parser("doctor", help="check the way to venues, and the terminal")
    doctor.add_argument("venues", nargs="*", metavar="VENUE")
    return top


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
