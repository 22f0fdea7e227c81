"""The indices of parts and memories on a server: their fields; made, found, removed."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import Any

from elasticsearch import Elasticsearch

from search.backends.elasticsearch_connection import connect, guarded
from search.backends.elasticsearch_ownership import is_version_of
from watchlists.model import IndexSettings

VERSION = 1
_KEPT = {"type": "text", "index": False}
PROPERTIES: dict[str, Any] = {
    "is": {"type": "keyword"},
    "worker": {"type": "keyword"},
    "seq": {"type": "long"},
    "at": {"type": "long"},
    "rank": {"type": "byte"},
    "source": {"type": "keyword"},
    "marks": {"type": "keyword"},
    "body": _KEPT,
}


def parts_alias(alias: str) -> str:
    """The alias of parts."""
    return f"{alias}-parts"


def memories_alias(alias: str) -> str:
    """The alias of memories."""
    return f"{alias}-memories"


def remove_parts(settings: IndexSettings, *, environ: Mapping[str, str]) -> None:
    """Remove all of it; what is not there is no error."""
    with closing(connect(settings, environ)) as client, guarded(settings.url):
        patient = client.options(ignore_status=404)
        for alias in (parts_alias(settings.alias), memories_alias(settings.alias)):
            for name in patient.indices.get(index=f"{alias}-v*").body:
                if is_version_of(name, alias):
                    patient.indices.delete(index=name)


def make_index(client: Elasticsearch, url: str, alias: str) -> None:
    """The index of that alias, unless it is there."""
    with guarded(url):
        if not client.indices.exists_alias(name=alias):
            client.options(ignore_status=400).indices.create(
                index=f"{alias}-v{VERSION}",
                aliases={alias: {}},
                settings={
                    "refresh_interval": "-1",
                    "auto_expand_replicas": "0-1",
                    "codec": "best_compression",
                },
                mappings={"dynamic": "strict", "properties": PROPERTIES},
            )
