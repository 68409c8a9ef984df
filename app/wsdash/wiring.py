"""Puts a feed together: settings and venues in, connections out. No other place knows all rooms."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from wsdash import keys
from wsdash.feed import routes
from wsdash.feed.budget import ConnectBudget
from wsdash.feed.clock import Clock, SystemClock
from wsdash.feed.connection import Connection
from wsdash.feed.live import LiveFeed
from wsdash.feed.observer import Tools
from wsdash.feed.rest import HttpRest
from wsdash.feed.sockets import Proxy, is_loopback, opener
from wsdash.feed.supervisor import Supervisor
from wsdash.paths import state_dir
from wsdash.settings import Settings
from wsdash.venues import registry
from wsdash.venues.guard import GuardedSession
from wsdash.venues.signing import Signer
from wsdash.venues.venue import Endpoints, Session, Venue


def live_feed(settings: Settings, *, demo: bool = False) -> LiveFeed:
    """Return a feed of all venues with these settings; nothing runs yet."""
    clock = SystemClock()

    def connect(name: str, supervisor: Supervisor) -> list[Connection]:
        return connections(registry.find(name), settings, clock, supervisor)

    return LiveFeed(
        clock=clock,
        connect=connect,
        venues=tuple(name for name in registry.VENUES if not demo or _is_here(name, settings)),
        mode="demo" if demo else "live",
        watch_network=routes.watched,
    )


def _is_here(name: str, settings: Settings) -> bool:
    """Tell whether a venue is served by this machine: a demo goes nowhere else."""
    return is_loopback(endpoints_of(registry.find(name), settings).ws_url)


def connections(
    venue: Venue, settings: Settings, clock: Clock, supervisor: Supervisor
) -> list[Connection]:
    """Return a venue's connections: the public one, and the account's where there is a key.

    Raises:
        BadSettings: the venue's key cannot be read.
    """
    endpoints = endpoints_of(venue, settings)
    signer = signer_of(venue, settings, clock)
    tools = Tools(
        clock=clock,
        uniform=random.uniform,
        open_socket=opener(_proxy(settings)),
        observer=supervisor,
    )
    budget = ConnectBudget(venue.connects, clock, _budget_file(venue, endpoints))
    rest = HttpRest(endpoints.rest_url, signer)
    public = Connection(
        venue=venue,
        role="public",
        address=endpoints.ws_url,
        make_session=venue.public,
        budget=budget,
        rest=rest,
        tools=tools,
        alternates=endpoints.alternates if endpoints.ws_url == venue.endpoints.ws_url else (),
    )
    if signer is None or venue.private is None:
        return [public]
    make_private, account, granted = venue.private, signer, venue.permissions
    allow = settings.venue(venue.name).allow_withdraw_key

    def private_session() -> Session:
        session = make_private(account, clock.wall)
        return GuardedSession(session, granted, allow_withdraw=allow) if granted else session

    private = Connection(
        venue=venue,
        role="private",
        address=endpoints.private_ws_url,
        make_session=private_session,
        budget=budget,
        rest=rest,
        tools=tools,
    )
    return [public, private]


def endpoints_of(venue: Venue, settings: Settings) -> Endpoints:
    """Return the venue's addresses: its own, unless the settings say others."""
    own = settings.venue(venue.name)
    changed = {
        name: address
        for name in ("ws_url", "private_ws_url", "rest_url")
        if (address := getattr(own, name)) is not None
    }
    return replace(venue.endpoints, **changed)


def signer_of(venue: Venue, settings: Settings, clock: Clock) -> Signer | None:
    """Return the signer of the venue's key, None where there is no key.

    Raises:
        BadSettings: the key cannot be read.
        ValueError: the secret is none of this venue's.
    """
    credentials = settings.venue(venue.name).credentials() or keys.stored(venue.name)
    if credentials is None or venue.signer is None:
        return None
    return venue.signer(*credentials, clock.wall)


def _proxy(settings: Settings) -> Proxy:
    return {"none": None, "env": True}.get(settings.proxy, settings.proxy)


def _budget_file(venue: Venue, endpoints: Endpoints) -> Path | None:
    """Attempts outlive the program, by host; this machine itself bans nobody."""
    if is_loopback(endpoints.ws_url):
        return None
    host = urlsplit(endpoints.ws_url).hostname or ""
    name = f"{venue.name}-{hashlib.sha256(host.encode()).hexdigest()[:8]}.json"
    return state_dir() / "connects" / name


def venues_with_account(settings: Settings) -> list[str]:
    """The venues for which there is a key."""
    return [
        venue.name
        for venue in registry.VENUES.values()
        if venue.private is not None and signer_of(venue, settings, SystemClock()) is not None
    ]
