"""The embedded exchange: a real server with a market behind it."""

from __future__ import annotations

from wsdash.exchange.faults import FaultsError
from wsdash.exchange.main import serve
from wsdash.exchange.server import Exchange, ExchangeError

__all__ = ["Exchange", "ExchangeError", "FaultsError", "serve"]
