"""``wsdash config``: which settings are in force, where they lie, and a file to start from."""

from __future__ import annotations

import os
import sys
from typing import Final

from wsdash.paths import config_file
from wsdash.settings import BadSettings, load, shown

TEMPLATE: Final = """\
# wsdash settings. Every line is optional; what is commented out shows the default.
# The environment wins over this file: WSDASH_THEME, WSDASH_VENUES__KRAKEN__API_KEY, ...

# What is added and taken off by keys is kept in watchlist.txt beside this file, and goes first.
# watchlist = ["kraken:BTC/USD", "kraken:ETH/USD", "kraken:SOL/USD", "binance:BTCUSDT"]
# theme = "wsdash-dark"
# glyphs = "auto"        # or "unicode", "ascii"
# colours = "auto"       # or "truecolor", "256", "16", "none"
# bandwidth = "auto"     # or "low", "full"
# fps = 30
# mouse = false
# proxy = "none"         # or "env", or an address
# alert_command = ["notify-send", "wsdash"]        # the alert's text comes last
# alert_webhook = "https://example.org/hook"

# [keymap]
# find = "s"

# [venues.kraken]
# api_key_file = "/home/me/.keys/kraken"            # readable by you alone (chmod 600)
# api_secret_file = "/home/me/.keys/kraken-secret"
"""


def run(what: str) -> int:
    """Do `show`, `path` or `init`.

    Raises:
        BadSettings: the file makes no sense, or (`init`) is there already.
    """
    file = config_file()
    if what == "path":
        sys.stdout.write(f"{file}\n")
    elif what == "show":
        for name, value in shown(load(file), file):
            sys.stdout.write(f"{name} = {value}\n")
    else:
        if os.path.lexists(file):
            raise BadSettings(f"{file} exists already; it is not overwritten")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise BadSettings(f"{file}: {error.strerror}") from None
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            out.write(TEMPLATE)
        sys.stdout.write(f"{file}\n")
    return 0
