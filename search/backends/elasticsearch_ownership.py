"""Whose the indices on a server are: each mapping names its watch, by a proof that tells nothing of the key.

Checked before anything is written: two watches behind one alias would delete each other's documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from elasticsearch import Elasticsearch

from search.backends.elasticsearch_connection import guarded
from watchlists.errors import IndexOfAnother
from watchlists.model import IndexSettings

_KEY = "watch"
_SEEN = "*.mappings._meta,*.mappings.dynamic"
"""What is asked of a mapping; the latter is there in all of ours, so that each index is listed."""


def mark_of_watch(watch: str) -> dict[str, Any]:
    """What a mapping made for this watch says of it; nothing for whoever has no watch."""
    return {"_meta": {_KEY: watch}} if watch else {}


def is_version_of(name: str, alias: str) -> bool:
    """Whether an index of that name is one of this alias: `acme-v1` is, `acme-vegas-v1` is another's."""
    return re.fullmatch(rf"{re.escape(alias)}-v\d+(-[0-9a-f]{{8}})?", name) is not None


def check_owner(
    client: Elasticsearch, settings: IndexSettings, aliases: Iterable[str], *, watch: str
) -> None:
    """Raise IndexOfAnother where an index behind these aliases is another watch's."""
    if watch:
        _check(_metas(client, settings, aliases), settings, watch)


def claim(client: Elasticsearch, settings: IndexSettings, aliases: tuple[str, ...], *, watch: str) -> None:
    """Make indices that name no watch, as older versions made them, this one's; raises IndexOfAnother."""
    if not watch:
        return
    metas = _metas(client, settings, aliases)
    _check(metas, settings, watch)
    for name, meta in metas.items():
        if _KEY not in meta:
            with guarded(settings.url):
                client.indices.put_mapping(index=name, meta={**meta, _KEY: watch})


def _check(metas: Mapping[str, Mapping[str, Any]], settings: IndexSettings, watch: str) -> None:
    if any(meta.get(_KEY, watch) != watch for meta in metas.values()):
        raise _of_another(settings)


def _metas(
    client: Elasticsearch, settings: IndexSettings, aliases: Iterable[str]
) -> dict[str, dict[str, Any]]:
    """What the mapping of each index behind these aliases says of itself."""
    wanted = list(aliases)
    with guarded(settings.url):
        found = client.indices.get_mapping(index=wanted, ignore_unavailable=True, filter_path=_SEEN).body
    behind = {name: told["mappings"] for name, told in found.items() if name not in wanted}
    return {name: mappings.get("_meta", {}) for name, mappings in behind.items()}


def _of_another(settings: IndexSettings) -> IndexOfAnother:
    return IndexOfAnother(
        "The index {alias} at {url} is another watch's; nothing was written.",
        why="It was made with another key than this watch's .veilleur/key."
        " In one index, two watches would delete each other's documents.",
        remedy="Name another one: alias under [index] in watchlist.toml."
        " To replace what is there by this watch's: veilleur reindex --adopt",
        alias=settings.alias,
        url=settings.url,
    )
