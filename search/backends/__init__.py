"""The engines behind search.index.Index; each is imported only when a watch uses it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
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


def erase_index(settings: IndexSettings, *, folder: Path, environ: Mapping[str, str]) -> None:
    """Remove the index a watch's settings name, which is derived; a missing one is no error."""
    if settings.backend == "embedded":
        shutil.rmtree(folder, ignore_errors=True)
        return
    from search.backends.elasticsearch_connection import connect
    from search.backends.elasticsearch_storage import remove_index

    with closing(connect(settings, environ)) as client:
        remove_index(client, settings)


@contextmanager
def rebuilt_index(settings: IndexSettings, *, folder: Path, environ: Mapping[str, str]) -> Iterator[Index]:
    """An empty index to be filled beside the one in use, whose place it takes when the block ends well.

    Until then readers find the old one; when the block raises, they keep it. What was put is committed here.
    """
    if settings.backend == "embedded":
        from search.backends.embedded import EmbeddedIndex

        making: AbstractContextManager[Index] = EmbeddedIndex.rebuild(folder)
    else:
        from search.backends.elasticsearch import ElasticsearchIndex

        making = ElasticsearchIndex.rebuild(settings, environ=environ)
    with making as index:
        yield index
