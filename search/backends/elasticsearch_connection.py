"""The way to a server: a client made from the settings, and its failures in our words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from elasticsearch import (
    ApiError,
    ConnectionTimeout,
    Elasticsearch,
    SerializationError,
    SSLError,
    TransportError,
    UnsupportedProductError,
)

from crawlers.secrets import read_secret
from watchlists.errors import IndexUnavailable
from watchlists.model import IndexSettings

SERVED = ("8", "9")
"""Major versions that this client can speak to."""
TIMEOUT = 30.0
RETRIES = 3
BUSY = (429, 502, 503, 504)
_OTHER_MAJOR, _OTHER_MEDIA = 406, "media_type_header_exception"
"""What servers answer to a client of a major version they do not know."""


def connect(
    settings: IndexSettings, environ: Mapping[str, str], *, timeout: float = TIMEOUT
) -> Elasticsearch:
    """A client of the server the settings name; nothing is sent yet. Each answer has `timeout` seconds."""
    options: dict[str, Any] = {}
    if not settings.url.startswith(("https://", "http://")):
        raise _wrong_address(settings.url, "it does not begin with https:// or http://")
    if api_key := read_secret(settings.api_key_env, environ):
        options["api_key"] = api_key
    elif settings.username:
        options["basic_auth"] = (settings.username, read_secret(settings.password_env, environ) or "")
    if settings.ca_certificate:
        options["ca_certs"] = _find_certificate(settings.ca_certificate)
    try:
        return Elasticsearch(
            settings.url,
            request_timeout=timeout,
            max_retries=RETRIES,
            retry_on_timeout=True,
            retry_on_status=BUSY,
            **options,
        )
    except (ValueError, OSError) as error:
        raise _wrong_address(settings.url, error) from error


def _find_certificate(path: str) -> str:
    if not Path(path).is_file():
        raise IndexUnavailable(
            "The certificate {path} cannot be read.",
            why="There is no such file.",
            remedy="Name the certificate of the server's authority under [index] ca_certificate.",
            path=path,
        )
    return path


def check_version(client: Elasticsearch, url: str) -> str:
    """The server's version; raises IndexUnavailable, naming both, where this client cannot speak to it."""
    with guarded(url), _named(client, url):
        nodes = client.nodes.info(node_id="_local", filter_path="nodes.*.version").body.get("nodes", {})
    versions = sorted(str(node["version"]) for node in nodes.values())
    version = versions[0] if versions else "?"
    if version.split(".", maxsplit=1)[0] not in SERVED:
        raise _wrong_version(url, version)
    return version


@contextmanager
def _named(client: Elasticsearch, url: str) -> Iterator[None]:
    """Ask a server that will not speak to this client what it is."""
    try:
        yield
    except UnsupportedProductError as error:
        product, version = _ask_who(client)
        raise _wrong_product(url, product, version) from error
    except ApiError as error:
        if error.status_code != _OTHER_MAJOR and _OTHER_MEDIA not in _reason(error):
            raise
        raise _wrong_version(url, _ask_who(client)[1] or "7 or older") from error


def _ask_who(client: Elasticsearch) -> tuple[str, str]:
    """Product and version by their own account, empty where it gives none; as plain JSON, which all speak."""
    try:
        answer = client.transport.perform_request("GET", "/", headers={"accept": "application/json"})
    except (TransportError, SerializationError):
        return "", ""
    body = answer.body if isinstance(answer.body, Mapping) else {}
    told = body.get("version")
    version = told if isinstance(told, Mapping) else {}
    return str(version.get("distribution", ""))[:40], str(version.get("number", ""))[:40]


@contextmanager
def guarded(url: str) -> Iterator[None]:
    """Turn whatever the client raises into IndexUnavailable."""
    try:
        yield
    except UnsupportedProductError as error:
        raise unavailable(
            url, "What answers there is not Elasticsearch.", "Check the address under [index] url."
        ) from error
    except ApiError as error:
        raise _translate(url, error) from error
    except (TransportError, SerializationError) as error:
        raise _unreachable(url, error) from error


def unavailable(url: str, why: str, remedy: str, **values: object) -> IndexUnavailable:
    """The error of a server that cannot serve."""
    return IndexUnavailable("The index at {url} cannot be used.", why=why, remedy=remedy, url=url, **values)


def refusal_of(url: str, status: int, reason: str) -> IndexUnavailable:
    """What a refusal means for the whole index, by its status and reason."""
    if "flood-stage" in reason or "read-only-allow-delete" in reason:
        remedy = "Free disk space on the server; it takes writes again by itself."
        return unavailable(url, "{reason}", remedy, reason=reason)
    why, remedy = _MEANINGS.get(status, ("It answers {status}: {reason}", "See what the server logs."))
    return unavailable(url, why, remedy, status=status, reason=reason)


_CATCH_UP = "Nothing is lost; the next run catches up."
_MEANINGS: dict[int, tuple[str, str]] = {
    401: (
        "It does not know who asks.",
        "Set the API key, or the user name and password, in the environment.",
    ),
    403: (
        "The account lacks a right: {reason}",
        "Grant it monitor on the cluster, manage_index_templates, and all on the indices of the alias.",
    ),
    404: ("The index is not there: {reason}", "Build it anew, nothing is fetched or lost: veilleur reindex"),
    413: (
        "The request is too large for it, or for a proxy before it: {reason}",
        "Allow 20 MB there: http.max_content_length on the server, client_max_body_size on nginx.",
    ),
    429: ("It has no capacity now: {reason}", _CATCH_UP),
    502: ("Nothing answers behind its proxy: {reason}", _CATCH_UP),
    503: ("It is not ready: {reason}", _CATCH_UP),
    504: ("Nothing answers in time behind its proxy: {reason}", _CATCH_UP),
}


_NOT_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST")
"""What TLS calls an answer that is none of its own."""


def _translate(url: str, error: ApiError) -> IndexUnavailable:
    if error.status_code == _OTHER_MAJOR:
        return _wrong_version(url, "7 or older")
    return refusal_of(url, error.status_code, _reason(error))


def _unreachable(url: str, error: TransportError | SerializationError) -> IndexUnavailable:
    reason = str(error.message)[:300]
    if isinstance(error, SSLError) and any(sign in reason for sign in _NOT_TLS):
        remedy = "Write the address with http:// under [index] url, or have the server speak https."
        return unavailable(url, "It speaks http, not https.", remedy)
    if isinstance(error, SSLError):
        remedy = "Name the certificate of its authority under [index] ca_certificate."
        return unavailable(url, "Its certificate is not trusted: {reason}", remedy, reason=reason)
    if isinstance(error, ConnectionTimeout):
        return unavailable(
            url, "It did not answer within {seconds} seconds.", _CATCH_UP, seconds=f"{TIMEOUT:g}"
        )
    remedy = "Check that it runs, and its address under [index] url: host, port, http or https."
    return unavailable(url, "There is no connection: {reason}", remedy, reason=reason)


def _wrong_address(url: str, reason: object) -> IndexUnavailable:
    return IndexUnavailable(
        "The server address {url} cannot be used.",
        why="{reason}",
        remedy="Write it with scheme, host and port under [index] url, as https://search.example.org:9200.",
        url=ascii(url),
        reason=reason,
    )


def _wrong_version(url: str, found: str) -> IndexUnavailable:
    return IndexUnavailable(
        "The server at {url} is of version {found}.",
        why="This Veilleur speaks to Elasticsearch 8.x and 9.x.",
        remedy="Upgrade the server, use a Veilleur made for it, or: veilleur reindex --to embedded",
        url=url,
        found=found,
    )


def _wrong_product(url: str, product: str, version: str) -> IndexUnavailable:
    if not version:
        return unavailable(
            url, "What answers there is not Elasticsearch.", "Check the address under [index] url."
        )
    return IndexUnavailable(
        "The server at {url} is {product} of version {found}.",
        why="This Veilleur speaks to Elasticsearch 8.x and 9.x, whose servers say so in each answer.",
        remedy="Use an Elasticsearch server, or the embedded index: veilleur reindex --to embedded",
        url=url,
        product=product or "Elasticsearch",
        found=version,
    )


def _reason(error: ApiError) -> str:
    body = error.body
    cause = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(cause, Mapping):
        return str(error.message)[:300]
    roots = cause.get("root_cause") or [cause]
    deepest = roots[0]
    while isinstance(inner := deepest.get("caused_by"), Mapping):
        deepest = inner
    return f"{deepest.get('type')}: {deepest.get('reason')}"[:300]
