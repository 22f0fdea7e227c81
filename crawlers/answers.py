"""What a Scrapy response says about itself, beside its body."""

from __future__ import annotations

from hashlib import sha256

from scrapy import Request
from scrapy.http import Response

from crawlers.polling import read_max_age
from crawlers.visit import Answer


def first_address(request: Request) -> str:
    """The address a request began with, before redirects."""
    first: str = next(iter(request.meta.get("redirect_urls", ())), request.url)
    return first


def is_permanently_moved(response: Response) -> bool:
    """Whether every redirect that led to this answer was permanent (301, 308)."""
    return all(reason in {301, 308} for reason in response.meta.get("redirect_reasons", ()))


def is_success(response: Response) -> bool:
    """Whether there is something to read, or nothing changed."""
    return 200 <= response.status < 300 or response.status == 304


def read_header(response: Response, name: str) -> str | None:
    """A header as received."""
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None


def digest_body(response: Response) -> str | None:
    """What tells one body from another; only of answers that are whole."""
    return sha256(response.body).hexdigest()[:32] if response.status == 200 else None


def make_answer(response: Response, digest: str | None) -> Answer:
    """What the source's own address answered."""
    return Answer(
        url=response.url,
        is_permanent=is_permanently_moved(response),
        is_unchanged=response.status == 304,
        etag=read_header(response, "ETag"),
        last_modified=read_header(response, "Last-Modified"),
        digest=digest,
        max_age=read_max_age(read_header(response, "Cache-Control") or ""),
    )
