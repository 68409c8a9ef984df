"""What a desk needs: everything that is to be subscribed for what is on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsdash.ui import worth
from wsdash.venues.venue import Subscription

if TYPE_CHECKING:
    from wsdash.ui.desk import Desk


def wanted(desk: Desk) -> list[tuple[str, Subscription]]:
    """Return everything that should be subscribed for what is on the desk."""
    subscriptions: dict[tuple[str, Subscription], None] = {}
    for group in desk.groups.live():
        subscriptions.update(dict.fromkeys(group.wanted()))
    for venue, name in desk.watchlist:
        subscriptions[venue, Subscription("ticker", name)] = None
    venues = dict.fromkeys(venue for venue, _ in subscriptions)
    for venue in desk.feed.venues if desk.searching else venues:
        subscriptions[venue, Subscription("instruments")] = None
    for venue in desk.accounts:
        subscriptions[venue, Subscription("account")] = None
        for key in worth.held_markets(desk.feed.board, venue):
            subscriptions[venue, Subscription("ticker", key.name)] = None
    return list(subscriptions)
