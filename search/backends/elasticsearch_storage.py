"""The indices of a watch on a server: template first, then index and alias; found, made, removed."""

from __future__ import annotations

from dataclasses import replace
from secrets import token_hex
from typing import Any

from elasticsearch import Elasticsearch

from search.backends.elasticsearch_connection import guarded
from search.backends.elasticsearch_ownership import check_owner, claim, is_version_of, mark_of_watch
from search.backends.elasticsearch_schema import (
    VERSION,
    document_mappings,
    document_settings,
    record_mappings,
    record_settings,
)
from search.backends.elasticsearch_vectors import vector_mappings, vector_settings
from watchlists.errors import IndexDamaged, IndexUnavailable
from watchlists.model import IndexSettings

_OK = 200


def records_alias(alias: str) -> str:
    """The alias of outcomes and samples."""
    return f"{alias}-records"


def vectors_alias(alias: str) -> str:
    """The alias of what documents mean; no `-v…` of another alias, which names its versions."""
    return f"{alias}-meanings"


def has_index(client: Elasticsearch, settings: IndexSettings) -> bool:
    """Whether an index of this version is there to be read."""
    with guarded(settings.url):
        if not client.indices.exists_alias(name=aliases_of(settings.alias)):
            return False
        behind = client.indices.get_alias(name=settings.alias).body
    if all(name.startswith(f"{settings.alias}-v{VERSION}") for name in behind):
        return True
    raise IndexDamaged(
        "The index behind {alias} was made by another version of Veilleur.",
        why="It is {found}; this version reads form {wanted}.",
        remedy="Build it anew, nothing is fetched or lost: veilleur reindex",
        alias=settings.alias,
        found=", ".join(sorted(behind)),
        wanted=VERSION,
    )


def find_index(client: Elasticsearch, settings: IndexSettings) -> None:
    """Raise IndexUnavailable unless there is an index to be read."""
    if not has_index(client, settings):
        raise IndexUnavailable("There is no index yet.", remedy="Read the sources first: veilleur run")


def make_index(client: Elasticsearch, settings: IndexSettings, *, watch: str = "") -> None:
    """The indices, each with its alias, unless they are there; raises IndexOfAnother."""
    aliases = aliases_of(settings.alias)
    claim(client, settings, aliases, watch=watch)
    if has_index(client, settings):
        return
    with guarded(settings.url):
        put_templates(client, settings)
        for alias in aliases:
            if not client.indices.exists_alias(name=alias):
                client.options(ignore_status=400).indices.create(
                    index=f"{alias}-v{VERSION}", aliases={alias: {}}, mappings=mark_of_watch(watch)
                )
    claim(client, settings, aliases, watch=watch)  # another watch may have been faster


def put_templates(client: Elasticsearch, settings: IndexSettings) -> None:
    """What every index of this version is made by; before the first write."""
    documents, records, vectors = aliases_of(settings.alias)
    _put_template(client, documents, document_settings(), document_mappings())
    _put_template(client, records, record_settings(), record_mappings())
    _put_template(client, vectors, vector_settings(), vector_mappings())


def make_next(
    client: Elasticsearch, settings: IndexSettings, *, watch: str = "", adopts: bool = False
) -> IndexSettings:
    """Empty indices to be filled beside those in use; the settings they are reached by.

    Raises IndexOfAnother where those in use are another watch's, unless this one `adopts` them.
    """
    if not adopts:
        check_owner(client, settings, aliases_of(settings.alias), watch=watch)
    following = replace(settings, alias=f"{settings.alias}-next")
    drop_next(client, settings)
    with guarded(settings.url):
        put_templates(client, settings)
        stamp = token_hex(4)
        for alias, waiting in zip(aliases_of(settings.alias), aliases_of(following.alias), strict=True):
            client.indices.create(
                index=f"{alias}-v{VERSION}-{stamp}", aliases={waiting: {}}, mappings=mark_of_watch(watch)
            )
    return following


def take_over(client: Elasticsearch, settings: IndexSettings) -> None:
    """The waiting indices take the place of those in use, in one step; readers see no gap."""
    actions: list[dict[str, Any]] = []
    with guarded(settings.url):
        for alias, waiting in zip(
            aliases_of(settings.alias), aliases_of(f"{settings.alias}-next"), strict=True
        ):
            (made,) = client.indices.get_alias(name=waiting).body
            in_use = (
                client.options(ignore_status=404)
                .indices.get(index=f"{alias}-v*", filter_path="*.aliases")
                .body
            )
            old = [name for name in in_use if name != made and is_version_of(name, alias)]
            actions += [{"remove_index": {"index": name}} for name in old]
            actions += [
                {"add": {"index": made, "alias": alias}},
                {"remove": {"index": made, "alias": waiting}},
            ]
        client.indices.update_aliases(actions=actions)


def drop_next(client: Elasticsearch, settings: IndexSettings) -> None:
    """Remove indices that wait to take over, left by a rebuild that did not end."""
    with guarded(settings.url):
        patient = client.options(ignore_status=404)
        for waiting in aliases_of(f"{settings.alias}-next"):
            answer = patient.indices.get_alias(name=waiting)
            for name in answer.body if answer.meta.status == _OK else ():
                patient.indices.delete(index=name)


def remove_index(client: Elasticsearch, settings: IndexSettings) -> None:
    """Remove every index of the watch, with their templates; what is not there is no error."""
    with guarded(settings.url):
        patient = client.options(ignore_status=404)
        for alias in aliases_of(settings.alias):
            for name in patient.indices.get(index=f"{alias}-v*", expand_wildcards="all").body:
                if is_version_of(name, alias):
                    patient.indices.delete(index=name)
            patient.indices.delete_index_template(name=alias)


def aliases_of(alias: str) -> tuple[str, str, str]:
    """The aliases of a watch: documents, records, vectors."""
    return alias, records_alias(alias), vectors_alias(alias)


def _put_template(
    client: Elasticsearch, alias: str, settings: dict[str, Any], mappings: dict[str, Any]
) -> None:
    """The template of an alias; a component template `<alias>-custom`, if any, sets what ours does not."""
    custom = f"{alias}-custom"
    client.indices.put_index_template(
        name=alias,
        index_patterns=[f"{alias}-v{VERSION}*"],
        template={"settings": settings, "mappings": mappings},
        priority=500,
        composed_of=[custom],
        ignore_missing_component_templates=[custom],
    )
