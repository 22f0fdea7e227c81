"""Secrets from the environment, never from the watchlist."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from watchlists.errors import WatchlistError

LONGEST = 8192
"""Bytes of a secret file; more is not a token."""


def read_secret(name: str, environ: Mapping[str, str]) -> str | None:
    """The value of variable `name`, or of the file that `name`_FILE names; None when neither is set."""
    if value := environ.get(name, "").strip():
        return value
    path = environ.get(f"{name}_FILE", "")
    if not path:
        return None
    try:
        with Path(path).open("rb") as file:
            return file.read(LONGEST).decode("utf-8", "replace").strip() or None
    except OSError as error:
        raise WatchlistError(
            "The secret file of {name} cannot be read.",
            why="{path}: {reason}.",
            remedy="Check the path in {name}_FILE and who may read it.",
            name=name,
            path=path,
            reason=error.strerror or type(error).__name__,
        ) from error
