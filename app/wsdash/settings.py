"""Settings: flags, then ``WSDASH_*`` in the environment, then ``config.toml``, then defaults.

No error made here ever holds a value: a settings file has secrets in it.
"""

from __future__ import annotations

import os
import re
import stat
import tomllib
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from wsdash.addresses import RestUrl, SecretUrl, WsUrl
from wsdash.places import line_of, place, spoken
from wsdash.venues.registry import VENUES

_USERINFO: Final = re.compile(r"//[^/@]*@")
"""User and password in an address."""


STRANGE: Final = "no such setting"


class BadSettings(Exception):
    """Settings that make no sense; the message names file, line and field, never a value."""


def _argv(words: list[str]) -> list[str]:
    if not "".join(words[:1]).strip() or any("\0" in word for word in words):
        raise ValueError('must be a list of words, such as ["notify-send", "wsdash"]')
    return words


Argv = Annotated[list[str], AfterValidator(_argv)]


class VenueSettings(BaseModel):
    """What can be set for one venue; everything has a default."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    ws_url: WsUrl | None = None  # whole addresses, with their paths
    private_ws_url: WsUrl | None = None
    rest_url: RestUrl | None = None
    api_key: SecretStr | None = None
    api_secret: SecretStr | None = None
    api_key_file: Path | None = None
    """A file with the key, readable by its owner only."""
    api_secret_file: Path | None = None
    """A file with the secret, readable by its owner only."""
    allow_withdraw_key: bool = False
    """Use a key even though it could withdraw; it is never used to."""

    def credentials(self) -> tuple[str, str] | None:
        """Return key and secret, or None where there are none.

        Raises:
            BadSettings: a file cannot be read, or others can read it.
        """
        key = _secret(self.api_key, self.api_key_file, "api_key_file")
        secret = _secret(self.api_secret, self.api_secret_file, "api_secret_file")
        if (key is None) != (secret is None):
            raise BadSettings("api_key and api_secret go together; one of them is missing")
        return (key, secret) if key and secret else None


class Settings(BaseSettings):
    """All settings."""

    model_config = SettingsConfigDict(
        env_prefix="WSDASH_",
        env_nested_delimiter="__",
        extra="ignore",
        hide_input_in_errors=True,
    )

    watchlist: list[str] = Field(
        default=["kraken:BTC/USD", "kraken:ETH/USD", "kraken:SOL/USD", "binance:BTCUSDT"]
    )
    """Markets shown at start, as VENUE:SYMBOL; a list kept by keys goes before the file's."""
    theme: str = "wsdash-dark"
    """Name of a theme; the palette (Ctrl+P) lists them."""
    glyphs: Literal["auto", "unicode", "ascii"] = "auto"
    """What is drawn with; auto goes by the locale."""
    colours: Literal["auto", "truecolor", "256", "16", "none"] = "auto"
    """How many colours the terminal has; auto goes by TERM and COLORTERM."""
    bandwidth: Literal["auto", "low", "full"] = "auto"
    """How much is drawn: auto draws less while the terminal takes what is sent slowly."""
    fps: int = Field(default=30, ge=1, le=60)
    """Most frames a second."""
    mouse: bool = False
    """Whether the mouse is used; off, so that nothing types garbage after a lost connection."""
    proxy: str = Field(default="none", repr=False)
    """``none``, ``env`` for the environment's, or an address."""
    alert_command: Argv | None = Field(default=None, repr=False)
    """Command and first arguments, run without a shell for alerts that say ``command``."""
    alert_webhook: SecretUrl | None = None
    """Address that alerts are posted to when they ask for ``webhook``; it may hold a token."""
    keymap: dict[str, str] = {}
    """Keys by binding id, such as ``symbol = "s"``."""
    venues: dict[str, VenueSettings] = {}

    def venue(self, name: str) -> VenueSettings:
        """The settings of a venue."""
        return self.venues.get(name, VenueSettings())


OURS: Final = {*Settings.model_fields, *VenueSettings.model_fields, *VENUES}


def load(file: Path, flags: dict[str, Any] | None = None) -> Settings:
    """Return the settings in force.

    Args:
        file: the settings file; it need not exist.
        flags: what the command line says, over everything else.

    Raises:
        BadSettings: any of them makes no sense.
    """
    text = _read(file)
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        where = str(error).partition("(at ")[2].rstrip(")")
        spot = f" at {where}" if isinstance(error, tomllib.TOMLDecodeError) and where else ""
        raise BadSettings(f"{file}: not valid TOML{spot}") from None
    unknown = next((key for key in values if key not in Settings.model_fields), None)
    if unknown is not None:
        raise BadSettings(f"{file}{line_of(text, (unknown,))}: …: {STRANGE}")
    try:
        settings = _layered(values, flags or {})
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False, include_context=False)[0]
        path = tuple(str(part) for part in problem["loc"])
        strange = problem["type"] == "extra_forbidden"
        words = STRANGE if strange else problem["msg"].removeprefix("Value error, ")
        raise BadSettings(f"{place(file, text, path)}: {spoken(path, OURS)}: {words}") from None
    except SettingsError as error:
        field = str(error).partition('"')[2].partition('"')[0]
        raise BadSettings(f"environment: WSDASH_{field.upper()}: cannot be read") from None
    stranger = next((name for name in settings.venues if name not in VENUES), None)
    if stranger is not None:
        where, known = place(file, text, ("venues", stranger)), ", ".join(VENUES)
        raise BadSettings(f"{where}: venues.…: unknown venue; there are {known}")
    _check_mode(file, values)
    return settings


def shown(settings: Settings, file: Path) -> list[tuple[str, str]]:
    """The settings in force as names and values; of secrets only whether they are there."""
    rows = [("settings file", str(file))]
    guarded = ("alert_command", "alert_webhook")  # tokens may be in them
    for name, value in settings.model_dump(exclude={"venues", *guarded}).items():
        rows.append((name, _USERINFO.sub("//…@", _plain(value))))
    rows += [(name, "set" if getattr(settings, name) else "none") for name in guarded]
    for venue, own in settings.venues.items():
        for name, value in own.model_dump(exclude_none=True).items():
            secret = name in ("api_key", "api_secret")
            rows.append((f"venues.{venue}.{name}", "set" if secret else str(value)))
    return rows


def _plain(value: object) -> str:
    """Return a value as a person would write it."""
    if value is None or value in ([], (), {}):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{name}: {one}" for name, one in value.items())
    return str(value)


def _layered(values: dict[str, Any], flags: dict[str, Any]) -> Settings:
    """Flags over the environment over the file's values."""

    class Layered(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            del dotenv_settings, file_secret_settings
            return init_settings, env_settings, InitSettingsSource(settings_cls, values)

    return Layered(**flags)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        raise BadSettings(f"{file}: not UTF-8 text") from None
    except OSError as error:
        raise BadSettings(f"{file}: {error.strerror}") from None


def _secret(value: SecretStr | None, file: Path | None, field: str) -> str | None:
    if value is not None:
        return value.get_secret_value()
    if file is None:
        return None
    refuse_others(file, field)
    return _read(file).strip()


def refuse_others(file: Path, field: str) -> None:
    """Refuse a file that holds a secret and that others can read.

    Raises:
        BadSettings: it is readable by others, not ours, or not there.
    """
    try:
        status = file.stat()
    except OSError as error:
        raise BadSettings(f"{field}: {error.strerror}") from None
    if stat.S_IMODE(status.st_mode) & 0o077 or status.st_uid not in (os.getuid(), 0):
        raise BadSettings(f"{field}: others can read {file}; chmod 600 it")


def _check_mode(file: Path, values: dict[str, Any]) -> None:
    venues = values.get("venues", {})
    if any("api_secret" in venue for venue in venues.values() if isinstance(venue, dict)):
        refuse_others(file, "a file with secrets")
