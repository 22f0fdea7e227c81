"""Changes sent to a server in bulk: retried while it is busy, each document's answer looked at."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from elasticsearch.helpers import streaming_bulk

from pipelines.store import batched
from search.backends.elasticsearch_connection import BUSY, guarded, refusal_of
from search.backends.elasticsearch_reading import Reader

CHUNK = 500
CHUNK_BYTES = 10 * 1024 * 1024
"""A server takes 100 MB by default, and half of what it takes at once."""
AT_ONCE = 2
"""Requests on their way at a time."""
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
        for _, answered in _send_chunk(reader, [alone], pause):
            yield _read(reader.url, answered)


def _answers(
    reader: Reader, actions: Iterable[dict[str, Any]], *, pause: float
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Operation and answer for each action, in order; with `exception` where a whole request was too large.

    While the server works on some requests the next ones are made. Actions are taken in the caller's thread.
    """
    waiting: deque[Future[list[tuple[str, dict[str, Any]]]]] = deque()
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        for chunk in batched(actions, CHUNK):
            waiting.append(pool.submit(_send_chunk, reader, chunk, pause))
            if len(waiting) > AT_ONCE:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()


def _send_chunk(
    reader: Reader, chunk: Sequence[dict[str, Any]], pause: float
) -> list[tuple[str, dict[str, Any]]]:
    answers = streaming_bulk(
        reader.client,
        chunk,
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
    with guarded(reader.url):
        return [each for _, answered in answers for each in answered.items()]


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
