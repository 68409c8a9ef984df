"""Where files lie: stylesheets in the package, settings and state in the platform's folders."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

_PACKAGE = Path(__file__).resolve().parent


def styles_dir() -> Path:
    """The stylesheets: packed beside us in a wheel, ``styles/`` in a checkout."""
    packed = _PACKAGE / "styles"
    return packed if packed.is_dir() else _PACKAGE.parents[1] / "styles"


def config_file() -> Path:
    """The settings file: ``WSDASH_CONFIG``, or ``config.toml`` in the platform's folder."""
    named = os.environ.get("WSDASH_CONFIG")
    return Path(named) if named else platformdirs.user_config_path("wsdash") / "config.toml"


def state_dir() -> Path:
    """Where attempts, logs and crash reports are kept: ``WSDASH_STATE``, or the platform's."""
    named = os.environ.get("WSDASH_STATE")
    return Path(named) if named else platformdirs.user_state_path("wsdash")
