"""An exchange on loopback for the tests that ask: one a module, where tests leave it whole."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from wsdash.exchange import Exchange


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def exchange() -> AsyncIterator[Exchange]:
    async with Exchange(seed=17) as opened:
        yield opened
