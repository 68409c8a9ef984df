"""``wsdash keys``: API keys kept for a venue, and what they may do.

A key is kept in a file of its own that only its owner can read, or in the system's
keyring where that is asked for and there is one (over SSH there mostly is none).
"""

from __future__ import annotations

import getpass
import json
import sys
from pathlib import Path

from wsdash.files import whole
from wsdash.paths import config_file
from wsdash.settings import BadSettings, Settings, refuse_others
from wsdash.venues import registry

SERVICE = "wsdash"


def stored(venue: str) -> tuple[str, str] | None:
    """Return the key and secret kept for a venue, or None.

    Raises:
        BadSettings: the file is readable by others, or is no key file.
    """
    file = key_file(venue)
    if file.exists():
        refuse_others(file, f"the {venue} key")
        return _parse(file.read_text(encoding="utf-8"), str(file))
    kept = _keyring_get(venue)
    return _parse(kept, "the keyring") if kept else None


def key_file(venue: str) -> Path:
    """Where the key of a venue is kept."""
    return config_file().parent / "keys" / f"{venue}.json"


def run(what: str, venue: str, settings: Settings, *, keyring: bool) -> int:
    """Do `add`, `list`, `check` or `remove`.

    Raises:
        UnknownVenue: there is no such venue.
        BadSettings: there is no key to work on, or nothing to read one from.
    """
    if what == "list":
        for name in registry.VENUES:
            place = _place(name, settings)
            if place:
                sys.stdout.write(f"{name}\t{place}\n")
        return 0
    found = registry.find(venue)
    if found.private is None:
        raise BadSettings(f"{venue} has no account here: public data only")
    if what == "add":
        return _add(venue, keyring=keyring)
    if what == "remove":
        return _remove(venue)
    from wsdash.permissions import check

    return check(found, settings)


def _add(venue: str, *, keyring: bool) -> int:
    """Read key and secret from the terminal, unseen, or from two lines of stdin."""
    if sys.stdin.isatty():
        key = getpass.getpass(f"{venue} API key: ").strip()
        secret = getpass.getpass(f"{venue} API secret: ").strip()
    else:
        key, secret = sys.stdin.readline().strip(), sys.stdin.readline().strip()
    if not key or not secret:
        raise BadSettings("a key and a secret are needed; nothing was kept")
    text = json.dumps({"api_key": key, "api_secret": secret})
    if keyring:
        _keyring_set(venue, text)
        sys.stdout.write(f"{venue}: kept in the keyring\n")
        return 0
    file = key_file(venue)
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with whole(file) as out:
            out.write(text.encode())
    except OSError as error:
        raise BadSettings(f"{file}: {error.strerror}") from None
    sys.stdout.write(f"{venue}: kept in {file}\n")
    return 0


def _remove(venue: str) -> int:
    file = key_file(venue)
    if file.exists():
        file.unlink()
    elif _keyring_get(venue):
        import keyring

        keyring.delete_password(SERVICE, venue)
    else:
        raise BadSettings(f"no key is kept for {venue}")
    sys.stdout.write(f"{venue}: removed\n")
    return 0


def _place(venue: str, settings: Settings) -> str:
    """Where the key in force comes from; empty where there is none."""
    if settings.venue(venue).credentials() is not None:
        return "settings or environment"
    if key_file(venue).exists():
        return str(key_file(venue))
    return "keyring" if _keyring_get(venue) else ""


def _parse(text: str, place: str) -> tuple[str, str]:
    try:
        kept = json.loads(text)
        return str(kept["api_key"]), str(kept["api_secret"])
    except (ValueError, KeyError, TypeError):
        raise BadSettings(f"{place}: not a key kept by wsdash") from None


def _keyring_get(venue: str) -> str | None:
    """What the keyring keeps; None without the extra, or where there is no keyring."""
    try:
        import keyring
    except ImportError:
        return None
    try:
        kept: str | None = keyring.get_password(SERVICE, venue)
    except Exception:  # noqa: BLE001 - backends fail in their own ways; none of them matters here
        return None
    return kept


def _keyring_set(venue: str, text: str) -> None:
    try:
        import keyring

        keyring.set_password(SERVICE, venue, text)
    except ImportError:
        raise BadSettings("the keyring needs: pip install 'wsdash[keyring]'") from None
    except Exception as error:  # noqa: BLE001 - as above
        raise BadSettings(f"no keyring here ({type(error).__name__})") from None
