"""The engines behind search.index.Index; each is imported only when a watch uses it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from search.index import Index
from watchlists.model import IndexSettings


def open_index(
    settings: IndexSettings, *, folder: Path, readonly: bool = False, environ: Mapping[str, str]
) -> Index:
    """The index a watch's settings name; raises IndexUnavailable where it cannot be used.

    `folder` is where the embedded index lives; opened for writing, it is made when missing.
    `environ` gives the secrets of a server.
    """
    if settings.backend == "embedded":
        from search.backends.embedded import EmbeddedIndex

        return EmbeddedIndex.open(folder, readonly=readonly)
    from search.backends.elasticsearch import ElasticsearchIndex

    return ElasticsearchIndex.open(settings, readonly=readonly, environ=environ)
