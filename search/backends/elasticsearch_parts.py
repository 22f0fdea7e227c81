"""What workers leave for their desk on a server: parts, in an index of their own, and memories in another.

A part is an entry of a worker's journal; beside them lie a record of each worker (who it is, how far it has
told), the marks of what is forgotten, and a proof of the watch's key. Bodies are sealed by the caller: the
server sees times, source ids and keyed marks. Nothing but the workers' records changes once it was put.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from elasticsearch import Elasticsearch

from search.backends.columns import microseconds
from search.backends.elasticsearch_bulk import PAUSE, TOO_LARGE, send
from search.backends.elasticsearch_connection import check_version, connect, guarded, refusal_of
from search.backends.elasticsearch_parts_storage import make_index, memories_alias, parts_alias
from search.backends.elasticsearch_reading import Found, Reader
from watchlists.model import IndexSettings

_BATCH = 200
"""Parts fetched at a time: each may hold a whole listing."""
_MARKS = 1_000
"""Marks asked for at a time."""
_WATCH = "watch"
_OK = 200
_ORDER = [{name: "asc"} for name in ("at", "rank", "source", "worker", "seq")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One sealed entry."""

    worker: str
    seq: int
    at: int
    """Microseconds since 1970."""
    rank: int
    source: str
    marks: tuple[str, ...]
    """Keyed hashes of what it tells of, for forgetting."""
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What became of a part that was sent; one that was not taken is too large, and never will be."""

    seq: int
    is_taken: bool


class PartsIndex:
    """The parts of one watch on its server."""

    def __init__(self, client: Elasticsearch, settings: IndexSettings) -> None:
        self._client = client
        self._url = settings.url
        self._parts = Reader(client, settings.url, parts_alias(settings.alias))
        self._memories = Reader(client, settings.url, memories_alias(settings.alias))

    @classmethod
    def open(cls, settings: IndexSettings, *, environ: Mapping[str, str]) -> Self:
        """The parts, their indices made when missing; raises IndexUnavailable."""
        client = connect(settings, environ)
        try:
            check_version(client, settings.url)
            make_index(client, settings.url, parts_alias(settings.alias))
            make_index(client, settings.url, memories_alias(settings.alias))
        except BaseException:
            client.close()
            raise
        return cls(client, settings)

    def close(self) -> None:
        """Give the connection back."""
        self._client.close()

    # Parts

    def put(self, parts: Iterable[Part]) -> Iterator[Answered]:
        """Send parts; what became of each.

        Raises IndexUnavailable where one is refused for anything but its size: another day it may be taken.
        """
        for answer in send(self._parts, map(self._action, parts), pause=PAUSE):
            is_taken = answer.result != "refused"
            if not is_taken and answer.status != TOO_LARGE:
                raise refusal_of(self._url, answer.status, answer.reason)
            yield Answered(seq=int(answer.id.rpartition("-")[2]), is_taken=is_taken)

    def _action(self, part: Part) -> dict[str, Any]:
        return {
            "_index": self._parts.index,
            "_id": f"{part.worker}-{part.seq}",
            "is": "part",
            "worker": part.worker,
            "seq": part.seq,
            "at": part.at,
            "rank": part.rank,
            "source": part.source,
            "marks": list(part.marks),
            "body": b64encode(part.body).decode(),
        }

    def count(self, worker: str, *, since: datetime) -> int:
        """How many parts of a worker are there, from then on."""
        span = {"range": {"at": {"gte": microseconds(since)}}}
        return self._parts.count(_all({"term": {"is": "part"}}, {"term": {"worker": worker}}, span))

    def parts(self, spans: Mapping[str, tuple[int, int]]) -> Iterator[Part]:
        """The parts of each worker numbered after the first and up to the second, by time."""
        if not spans:
            return
        of_workers = [
            _all({"term": {"worker": worker}}, {"range": {"seq": {"gt": after, "lte": until}}})
            for worker, (after, until) in spans.items()
        ]
        query = _all({"term": {"is": "part"}}, {"bool": {"should": of_workers, "minimum_should_match": 1}})
        for hit in self._parts.scan(query, batch=_BATCH, sort=_ORDER):
            yield _part(hit["_source"])

    def telling_of(self, marks: Sequence[str]) -> dict[tuple[str, int], Part]:
        """Every part that tells of one of these, by worker and number."""
        found: dict[tuple[str, int], Part] = {}
        for start in range(0, len(marks), _MARKS):
            asked = {"terms": {"marks": list(marks[start : start + _MARKS])}}
            for hit in self._parts.scan(_all({"term": {"is": "part"}}, asked), batch=_BATCH, sort=_ORDER):
                part = _part(hit["_source"])
                found[part.worker, part.seq] = part
        return found

    def delete(self, parts: Iterable[tuple[str, int]]) -> int:
        """Delete parts by worker and number; how many."""
        return self._delete(f"{worker}-{seq}" for worker, seq in parts)

    def expunge(self) -> None:
        """Make the server drop what it keeps of deleted and replaced parts."""
        self.refresh()
        with guarded(self._url):
            self._client.indices.forcemerge(index=self._parts.index, only_expunge_deletes=True)

    def expire(self, *, before: datetime) -> int:
        """Delete parts that are older; how many."""
        old = {"range": {"at": {"lt": microseconds(before)}}}
        return self._delete(self._ids(_all({"term": {"is": "part"}}, old)))

    # Who works here

    def put_worker(self, worker: str, body: bytes) -> None:
        """Say who a worker is and how far it has told."""
        said = {"is": "worker", "worker": worker, "body": b64encode(body).decode()}
        self._put({f"worker-{worker}": said})

    def workers(self) -> dict[str, bytes]:
        """What every worker said of itself."""
        hits = self._parts.scan(_all({"term": {"is": "worker"}}), batch=_BATCH, sort=[{"worker": "asc"}])
        return {hit["_source"]["worker"]: b64decode(hit["_source"]["body"]) for hit in hits}

    def agree_on_key(self, proof: str) -> bool:
        """Whether this is the proof of the watch's key; the first one to come sets it."""
        found = self._get(_WATCH)
        if found is None:
            record = {"is": "watch", "worker": proof}
            with guarded(self._url):
                self._client.options(ignore_status=409).create(
                    index=self._parts.index, id=_WATCH, document=record, require_alias=True
                )
            found = self._get(_WATCH) or record
        return bool(found["worker"] == proof)

    # What is forgotten

    def put_forgotten(self, marks: Iterable[str], *, at: datetime) -> None:
        """Let every worker know these marks."""
        gone = {"is": "gone", "at": microseconds(at)}
        self._put({f"gone-{mark}": {**gone, "marks": [mark], "worker": mark} for mark in marks})

    def forgotten(self) -> frozenset[str]:
        """Every mark there is."""
        hits = self._parts.scan(_all({"term": {"is": "gone"}}), batch=1_000, sort=[{"worker": "asc"}])
        return frozenset(hit["_source"]["marks"][0] for hit in hits)

    # Memories

    def find_memories(self, keys: Sequence[str]) -> dict[str, bytes]:
        """The memories there are, of these."""
        if not keys:
            return {}
        with guarded(self._url):
            docs = self._client.mget(index=self._memories.index, ids=list(keys))["docs"]
        return {each["_id"]: b64decode(each["_source"]["body"]) for each in docs if each.get("found")}

    def keep_memories(self, memories: Mapping[str, bytes], *, at: datetime) -> None:
        """Keep memories under their keys."""
        actions = (
            {
                "_index": self._memories.index,
                "_id": key,
                "is": "memory",
                "at": microseconds(at),
                "body": b64encode(body).decode(),
            }
            for key, body in memories.items()
        )
        for _ in send(self._memories, actions):
            pass

    def forget_memories(self) -> None:
        """Drop all memories, down to the bytes; texts nobody remembers are read again.

        Several workers may do so at one time: what is gone already is no error.
        """
        patient = self._client.options(ignore_status=404)
        with guarded(self._url):
            found = patient.indices.get_alias(name=self._memories.index)
            for name in found.body if found.meta.status == _OK else ():
                patient.indices.delete(index=name)
        make_index(self._client, self._url, self._memories.index)

    def expire_memories(self, *, before: datetime) -> int:
        """Drop memories that are older; how many."""
        query = _all({"range": {"at": {"lt": microseconds(before)}}})
        return self._delete(self._ids(query, self._memories), self._memories)

    def refresh(self) -> None:
        """Make what was put visible to searches."""
        with guarded(self._url):
            self._client.indices.refresh(index=self._parts.index)
            self._client.indices.refresh(index=self._memories.index, ignore_unavailable=True)

    def _put(self, records: Mapping[str, dict[str, Any]]) -> None:
        """Put records under their ids; raises IndexUnavailable where one is refused: none may be missing."""
        actions = ({"_index": self._parts.index, "_id": id, **source} for id, source in records.items())
        for answer in send(self._parts, actions):
            if answer.result == "refused":
                raise refusal_of(self._url, answer.status, answer.reason)

    def _get(self, id: str) -> Found | None:
        with guarded(self._url):
            answer = self._client.options(ignore_status=404).get(index=self._parts.index, id=id)
        found: Found | None = answer.body.get("_source")
        return found

    def _ids(self, query: dict[str, Any], reader: Reader | None = None) -> list[str]:
        reader = reader or self._parts
        hits = reader.scan(query, batch=5_000, sort=[{"_shard_doc": "asc"}], source=False)
        return [hit["_id"] for hit in hits]

    def _delete(self, ids: Iterable[str], reader: Reader | None = None) -> int:
        reader = reader or self._parts
        actions = ({"_op_type": "delete", "_index": reader.index, "_id": id} for id in ids)
        return sum(answer.result == "deleted" for answer in send(reader, actions))


def _all(*filters: dict[str, Any]) -> dict[str, Any]:
    return {"bool": {"filter": list(filters)}}


def _part(source: Found) -> Part:
    return Part(
        worker=source["worker"],
        seq=source["seq"],
        at=source["at"],
        rank=source["rank"],
        source=source["source"],
        marks=tuple(source["marks"]),
        body=b64decode(source["body"]),
    )
