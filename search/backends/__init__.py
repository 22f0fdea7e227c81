"""The engines behind search.index.Index; each is imported only when a watch uses it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

from search.index import Index
from watchlists.model import IndexSettings


def open_index(
    settings: IndexSettings,
    *,
    folder: Path,
    readonly: bool = False,
    environ: Mapping[str, str],
    watch: str = "",
) -> Index:
    """The index a watch's settings name; raises IndexUnavailable where it cannot be used.

    `folder` is where the embedded index lives; opened for writing, it is made when missing.
    `environ` gives the secrets of a server. `watch` (search.folder.watch_proof) is who writes there: on a
    server, what another watch wrote raises IndexOfAnother. Whoever names no watch is not asked.
    """
    if settings.backend == "embedded":
        from search.backends.embedded import EmbeddedIndex

        return EmbeddedIndex.open(folder, readonly=readonly)
    from search.backends.elasticsearch import ElasticsearchIndex

    return ElasticsearchIndex.open(settings, readonly=readonly, environ=environ, watch=watch)


def erase_index(
    settings: IndexSettings, *, folder: Path, environ: Mapping[str, str], watch: str = ""
) -> None:
    """Remove the index a watch's settings name, which is derived; a missing one is no error."""
    if settings.backend == "embedded":
        shutil.rmtree(folder, ignore_errors=True)
        return
    from search.backends.elasticsearch_connection import connect
    from search.backends.elasticsearch_ownership import check_owner
    from search.backends.elasticsearch_storage import aliases_of, remove_index

    with closing(connect(settings, environ)) as client:
        check_owner(client, settings, aliases_of(settings.alias), watch=watch)
        remove_index(client, settings)


@contextmanager
def rebuilt_index(
    settings: IndexSettings,
    *,
    folder: Path,
    environ: Mapping[str, str],
    watch: str = "",
    adopts: bool = False,
) -> Iterator[Index]:
    """An empty index to be filled beside the one in use, whose place it takes when the block ends well.

    Until then readers find the old one; when the block raises, they keep it. What was put is committed here.
    `adopts` lets it take the place of another watch's.
    """
    if settings.backend == "embedded":
        from search.backends.embedded import EmbeddedIndex

        making: AbstractContextManager[Index] = EmbeddedIndex.rebuild(folder)
    else:
        from search.backends.elasticsearch import ElasticsearchIndex

        making = ElasticsearchIndex.rebuild(settings, environ=environ, watch=watch, adopts=adopts)
    with making as index:
        yield index
