"""What an address in the settings must look like; no error made here holds one."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr

from wsdash.feed.sockets import is_loopback


def _check_address(address: str, secure: str, plain: str) -> str:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        raise ValueError("not an address") from None  # the library's words hold the value
    if parts.scheme not in (secure, plain) or not parts.hostname:
        raise ValueError(f"must be a {secure}:// address")
    if parts.username or parts.password:
        raise ValueError("must not hold a user name or password")
    if parts.scheme == plain and not is_loopback(address):
        raise ValueError(f"{plain}:// is for this machine only (loopback); use {secure}://")
    return address


def _secret_url(secret: SecretStr) -> SecretStr:
    _check_address(secret.get_secret_value(), "https", "http")
    return secret


WsUrl = Annotated[str, AfterValidator(lambda url: _check_address(url, "wss", "ws"))]
RestUrl = Annotated[str, AfterValidator(lambda url: _check_address(url, "https", "http"))]
SecretUrl = Annotated[SecretStr, AfterValidator(_secret_url)]
