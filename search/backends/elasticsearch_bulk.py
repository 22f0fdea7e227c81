"""Changes sent to a server in bulk: retried while it is busy, each document's answer looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from elasticsearch.helpers import streaming_bulk

from search.backends.elasticsearch_connection import BUSY, guarded, refusal_of
from search.backends.elasticsearch_reading import Reader

CHUNK = 500
CHUNK_BYTES = 10 * 1024 * 1024
"""A server takes 100 MB by default, and half of what it takes at once."""
RETRIES = 6
TOO_LARGE = 413
PAUSE, LONGEST_PAUSE = 0.5, 20.0
"""Seconds before a busy server is asked again: doubled each time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server did with one document."""

    id: str
    result: str
    """created, updated, deleted, not_found; or refused."""
    reason: str = ""
    status: int = 0
    """Why it was refused, by the server's number; 413 for too large."""


def send(reader: Reader, actions: Iterable[dict[str, Any]], *, pause: float = PAUSE) -> Iterator[Answer]:
    """Send actions and give each one's answer; raises IndexUnavailable where the server refuses all.

    Where a whole request is too large for it, or for a proxy before it, its documents are sent one by one.
    """
    for operation, item in _answers(reader, actions, pause=pause):
        if "exception" not in item:
            yield _read(reader.url, item)
            continue
        alone = {"_op_type": operation, "_index": item["_index"], "_id": item["_id"], **item.get("data", {})}
        for _, answered in _answers(reader, [alone], pause=pause):
            yield _read(reader.url, answered)


def _answers(
    reader: Reader, actions: Iterable[dict[str, Any]], *, pause: float
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Operation and answer for each action; with `exception` where the whole request was too large."""
    answers = streaming_bulk(
        reader.client,
        actions,
        chunk_size=CHUNK,
        max_chunk_bytes=CHUNK_BYTES,
        raise_on_error=False,
        max_retries=RETRIES,
        initial_backoff=pause,
        max_backoff=LONGEST_PAUSE,
        retry_on_status=BUSY,
        ignore_status=(TOO_LARGE,),
        require_alias=True,  # an index deleted under us must not come back without its mapping
    )
    stream = iter(answers)
    while True:
        with guarded(reader.url):
            answered = next(stream, None)
        if answered is None:
            return
        yield from answered[1].items()


def _read(url: str, item: dict[str, Any]) -> Answer:
    status, error = int(item.get("status", 0)), item.get("error")
    if not error:
        return Answer(id=item["_id"], result=item["result"])
    reason = f"{error.get('type')}: {error.get('reason')}" if isinstance(error, dict) else str(error)
    if isinstance(error, dict) and (cause := error.get("caused_by")):
        reason += f" ({cause.get('reason')})"
    if status in {400, TOO_LARGE}:  # this document will never be taken
        return Answer(id=item["_id"], result="refused", reason=reason[:300], status=status)
    raise refusal_of(url, status, reason[:300])
