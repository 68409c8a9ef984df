"""For all tests: what they prove is collected."""

from __future__ import annotations

from tests.chaos.plugin import (
    figure,
    pytest_addoption,
    pytest_configure,
    pytest_itemcollected,
    pytest_runtest_makereport,
    pytest_sessionfinish,
)

__all__ = [
    "figure",
    "pytest_addoption",
    "pytest_configure",
    "pytest_itemcollected",
    "pytest_runtest_makereport",
    "pytest_sessionfinish",
]
