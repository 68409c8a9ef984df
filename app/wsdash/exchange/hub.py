"""Who listens to what: one frame is written once and sent to all of them."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

from wsdash.exchange.message import Message

Key = TypeVar("Key")


class Receiver(Protocol):
    """Whatever can be sent a frame."""

    def send(self, message: Message) -> None:
        """Take a frame."""


class Hub(Generic[Key]):
    """Subscriptions by key, each with its listeners in the order they came."""

    def __init__(self) -> None:
        self._listeners: dict[Key, dict[Receiver, None]] = {}

    def add(self, key: Key, receiver: Receiver) -> bool:
        """Subscribe; False when that receiver already was."""
        listeners = self._listeners.setdefault(key, {})
        if receiver in listeners:
            return False
        listeners[receiver] = None
        return True

    def remove(self, key: Key, receiver: Receiver) -> bool:
        """Unsubscribe; False when that receiver was not subscribed."""
        listeners = self._listeners.get(key)
        if listeners is None or receiver not in listeners:
            return False
        del listeners[receiver]
        if not listeners:
            del self._listeners[key]
        return True

    def keys(self) -> list[Key]:
        """Return every key somebody listens to."""
        return list(self._listeners)

    def __contains__(self, key: Key) -> bool:
        return key in self._listeners

    def publish(self, key: Key, message: Message) -> None:
        """Send a frame to everyone who listens to `key`."""
        for receiver in list(self._listeners.get(key, ())):
            receiver.send(message)
