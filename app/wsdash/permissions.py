"""What an API key may do, asked of the venue before anything private is done with it."""

from __future__ import annotations

import asyncio
import sys

from wsdash import wiring
from wsdash.feed.clock import SystemClock
from wsdash.feed.rest import HttpRest
from wsdash.settings import BadSettings, Settings
from wsdash.venues.venue import Venue


def check(venue: Venue, settings: Settings) -> int:
    """Print what the venue's key may do; 1 when it may do more than read."""
    signer = wiring.signer_of(venue, settings, SystemClock())
    if signer is None or venue.permissions is None:
        raise BadSettings(f"no key is kept for {venue.name}; wsdash keys add {venue.name}")
    permissions = venue.permissions
    rest = HttpRest(wiring.endpoints_of(venue, settings).rest_url, signer)

    async def ask() -> int:
        try:
            answer = await rest.fetch(permissions.request)
        finally:
            await rest.close()
        granted = permissions.read(answer)
        sys.stdout.write(f"{venue.name}: {granted.words}\n")
        return 0 if granted.read_only else 1

    return asyncio.run(ask())
