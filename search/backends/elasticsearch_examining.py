"""What `veilleur doctor` looks at on a server: each trouble with what mends it, rights by trying them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Any

from elasticsearch import BadRequestError, Elasticsearch

from search.backends.analysis import STEMMERS
from search.backends.elasticsearch_connection import check_version, connect, guarded
from search.backends.elasticsearch_ownership import check_owner
from search.backends.elasticsearch_storage import aliases_of
from search.finding import Finding
from watchlists.errors import IndexUnavailable
from watchlists.model import IndexSettings

LEAST_DISK = 0.15
"""Share of a node's disk that should be free: below it a server takes no new index, at 5 % no writes."""
MOST_SKEW = timedelta(minutes=1)

Values = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Server:
    client: Elasticsearch
    settings: IndexSettings

    @property
    def url(self) -> str:
        return self.settings.url

    @property
    def pattern(self) -> str:
        """Every index of the watch."""
        return f"{self.settings.alias}*"


def examine_server(
    settings: IndexSettings, environ: Mapping[str, str], *, clock: Callable[[], datetime], watch: str = ""
) -> Iterator[Finding]:
    """Every finding about the server, in the order a reader should mend them; `watch` is who would write."""
    try:
        with closing(connect(settings, environ)) as client:
            version = check_version(client, settings.url)
            yield Finding(
                state="ok",
                text="Elasticsearch {version} at {url}",
                values=_values(version=version, url=settings.url),
            )
            server = _Server(client, settings)
            for look in (_examine_rights, _examine_health, _examine_disks, _examine_blocks):
                yield from _told(look(server))
            yield from _told(_examine_clock(server, clock))
            yield from _told(_examine_analyzers(server))
            yield from _told(_examine_aliases(server))
            check_owner(client, settings, aliases_of(settings.alias), watch=watch)
    except IndexUnavailable as error:
        yield Finding(state="broken", error=error)


def _told(findings: Iterator[Finding]) -> Iterator[Finding]:
    """The findings; what keeps one from being made is one itself, and the next look goes on."""
    try:
        yield from findings
    except IndexUnavailable as error:
        yield Finding(state="broken", error=error)


def _values(**values: object) -> Values:
    return tuple((name, str(value)) for name, value in values.items())


# Rights


def _examine_rights(server: _Server) -> Iterator[Finding]:
    """Do what a run does, on an index for the purpose, which is removed again."""
    probe = f"{server.settings.alias}-doctor"
    index, alias = f"{probe}-{token_hex(4)}", f"{probe}-alias"
    client = server.client
    template = {"settings": {"number_of_shards": 1, "auto_expand_replicas": "0-1"}}
    tries: tuple[tuple[str, Callable[[], object]], ...] = (
        ("monitor", client.cluster.health),
        (
            "manage_index_templates",
            lambda: client.indices.put_index_template(
                name=probe, index_patterns=[f"{probe}-*"], template=template, priority=500
            ),
        ),
        ("create_index", lambda: client.indices.create(index=index)),
        ("manage (alias)", lambda: client.indices.put_alias(index=index, name=alias)),
        ("write", lambda: client.index(index=index, id="probe", document={"of": "veilleur doctor"})),
        ("maintenance", lambda: client.indices.refresh(index=index)),
        ("read", lambda: client.search(index=alias)),
        ("delete_index", lambda: client.indices.delete(index=index)),
    )
    try:
        lacking = [name for name, attempt in tries if not _may(server, attempt)]
    finally:
        patient = client.options(ignore_status=(401, 403, 404))
        with suppress(IndexUnavailable), guarded(server.url):
            patient.indices.delete(index=index)
            patient.indices.delete_index_template(name=probe)
    if not lacking:
        yield Finding(state="ok", text="The account has every right it needs.")
        return
    yield Finding(
        state="broken",
        text="The account lacks rights: {rights}.",
        remedy="Grant monitor and manage_index_templates on the cluster, and all on the indices {pattern}.",
        values=_values(rights=", ".join(lacking), pattern=server.pattern),
    )


def _may(server: _Server, attempt: Callable[[], object]) -> bool:
    """Whether the server lets us; what follows from an earlier refusal is no refusal of its own."""
    try:
        with guarded(server.url):
            attempt()
    except IndexUnavailable as error:
        if error.values.get("status") == _FORBIDDEN:
            return False
        if error.values.get("status") != _NOT_FOUND:
            raise
    return True


_FORBIDDEN, _NOT_FOUND = 403, 404


# Health


def _examine_health(server: _Server) -> Iterator[Finding]:
    with guarded(server.url):
        whole = server.client.cluster.health().body
        ours = server.client.cluster.health(index=server.pattern, level="indices").body
    red = sorted(name for name, index in ours.get("indices", {}).items() if index["status"] == "red")
    values = _values(
        nodes=whole["number_of_nodes"], shards=whole["unassigned_shards"], indices=", ".join(red)
    )
    if red:
        yield Finding(
            state="broken",
            text="Parts of these indices are lost or without a node: {indices}.",
            remedy="Bring the missing nodes back; if they are gone, nothing is lost: veilleur reindex",
            values=values,
        )
    elif whole["status"] == "red":
        yield Finding(
            state="broken",
            text="The cluster is red by indices of others; shards without a node: {shards}.",
            remedy="See why with: GET _cluster/allocation/explain",
            values=values,
        )
    elif whole["status"] == "yellow":
        yield Finding(
            state="missing",
            text="The cluster is yellow: copies without a node: {shards}. Nothing is lost.",
            remedy="Add a node, or ask for fewer replicas.",
            values=values,
        )
    else:
        yield Finding(state="ok", text="The cluster is green; nodes: {nodes}", values=values)


def _examine_disks(server: _Server) -> Iterator[Finding]:
    with guarded(server.url):
        nodes = server.client.nodes.stats(metric="fs").body["nodes"]
    for node in nodes.values():
        total = node.get("fs", {}).get("total", {})
        size, free = total.get("total_in_bytes", 0), total.get("available_in_bytes", 0)
        if size and free / size < LEAST_DISK:
            yield Finding(
                state="broken",
                text="Only {share} % of the disk of node {node} is free.",
                remedy="Free disk space there: at 5 % the server stops taking writes.",
                values=_values(share=int(100 * free / size), node=node.get("name", "?")),
            )


def _examine_blocks(server: _Server) -> Iterator[Finding]:
    with guarded(server.url):
        settings = server.client.indices.get_settings(
            index=server.pattern, name="index.blocks.*", flat_settings=True
        ).body
    for index, found in sorted(settings.items()):
        for name, value in sorted(found["settings"].items()):
            if str(value) == "true":
                yield _blocked(index, name)


def _blocked(index: str, name: str) -> Finding:
    is_flood = name.endswith("read_only_allow_delete")
    return Finding(
        state="broken",
        text="The index {index} takes no writes: the server’s disk was almost full."
        if is_flood
        else "The index {index} takes no writes: {name} is set.",
        remedy="Free disk space there. The server then lifts the block by itself; at once: "
        'PUT /{index}/_settings with the body {{"{name}": null}}'
        if is_flood
        else 'Lift it: PUT /{index}/_settings with the body {{"{name}": null}}',
        values=_values(index=index, name=name),
    )


# Clocks, analyzers, aliases


def _examine_clock(server: _Server, clock: Callable[[], datetime]) -> Iterator[Finding]:
    """Nodes say their time with their figures; what was waited for the answer is no difference."""
    before = clock()
    with guarded(server.url):
        nodes = server.client.nodes.stats(metric="os").body["nodes"]
    after = clock()
    for node in nodes.values():
        if "timestamp" not in node:
            continue
        told = datetime.fromtimestamp(node["timestamp"] / 1000, UTC)
        skew = max(before - told, told - after)
        if skew > MOST_SKEW:
            yield Finding(
                state="missing",
                text="The clocks of this machine and of node {node} differ by {seconds} s.",
                remedy="Set both by NTP; times of reading would be told wrong.",
                values=_values(node=node.get("name", "?"), seconds=round(skew.total_seconds())),
            )


def _examine_analyzers(server: _Server) -> Iterator[Finding]:
    for analyzer in STEMMERS.values():
        try:
            with guarded(server.url):
                server.client.indices.analyze(analyzer=analyzer, text="veilleur")
        except IndexUnavailable as error:
            if not isinstance(error.__cause__, BadRequestError):
                raise
            yield Finding(
                state="broken",
                text="The server lacks the text analyzer {analyzer}.",
                remedy="Install a whole Elasticsearch, its module analysis-common included.",
                values=_values(analyzer=analyzer),
            )


def _examine_aliases(server: _Server) -> Iterator[Finding]:
    for alias in aliases_of(server.settings.alias):
        with guarded(server.url):
            patient = server.client.options(ignore_status=404)
            answer = patient.indices.get(index=alias, filter_path="*.aliases")
        behind: Mapping[str, Any] = answer.body if answer.meta.status != _NOT_FOUND else {}
        values = _values(alias=alias, number=len(behind), indices=", ".join(sorted(behind)))
        if alias in behind:
            yield Finding(
                state="broken",
                text="{alias} is an index, where an alias should be.",
                remedy="Give the watch another name there: alias under [index] in watchlist.toml.",
                values=values,
            )
        elif len(behind) > 1:
            yield Finding(
                state="broken",
                text="The alias {alias} points at {number} indices: {indices}.",
                remedy="Build the index anew, nothing is fetched or lost: veilleur reindex",
                values=values,
            )
        elif not behind and alias == server.settings.alias:
            yield Finding(state="missing", text="There is no index on the server yet.", remedy="veilleur run")
