"""Servers we cannot speak to, each answering as its version does: told by name, with what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from search.backends import open_index
from watchlists.errors import IndexUnavailable
from watchlists.messages import load_messages
from watchlists.model import IndexSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """How a server of some make and version answers a client of version 8."""

    number: str
    distribution: str = ""
    says_product: bool = True
    refusal: tuple[int, str] | None = None
    """Status and reason for a media type of a version it does not know; None where it knows it."""

    def answer(self, path: str, accept: str) -> tuple[int, Any]:
        """Status and body."""
        if self.refusal and "compatible-with" in accept:
            status, reason = self.refusal
            cause = {"type": "media_type_header_exception", "reason": reason}
            return status, {"error": {"root_cause": [cause], **cause}, "status": status}
        if path == "/":
            version = {"number": self.number, "build_flavor": "default"}
            named = {"distribution": self.distribution} if self.distribution else {}
            return 200, {"name": "node", "cluster_name": "c", "version": version | named, "tagline": "…"}
        if path.startswith("/_nodes"):
            return 200, {"nodes": {"abc": {"version": self.number}}}
        return 404, {"error": "no handler found", "status": 404}


def refusing(status: int) -> tuple[int, str]:
    """What 7.17 and later say to `compatible-with=8` when they are not its neighbours."""
    return status, "Invalid media-type value on headers [Accept]"


ELASTICSEARCH_6 = Server(number="6.8.23", says_product=False)
ELASTICSEARCH_7 = Server(number="7.17.29", refusal=refusing(406))
ELASTICSEARCH_7_EARLY = Server(number="7.10.2", says_product=False, refusal=refusing(406))
ELASTICSEARCH_10 = Server(number="10.0.0", refusal=refusing(400))
OPENSEARCH = Server(number="2.19.1", distribution="opensearch", says_product=False)


@contextmanager
def serving(server: Server) -> Iterator[IndexSettings]:
    """The server on loopback; the settings of an index there."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, content = server.answer(self.path, self.headers.get("Accept", ""))
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            if server.says_product:
                self.send_header("X-elastic-product", "Elasticsearch")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listening.daemon_threads = True
    thread = Thread(target=listening.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield IndexSettings(backend="elasticsearch", url=f"http://127.0.0.1:{listening.server_address[1]}")
    finally:
        listening.shutdown()
        thread.join()
        listening.server_close()


@pytest.mark.parametrize(
    ("server", "named"),
    [
        pytest.param(ELASTICSEARCH_6, "6.8.23", id="6"),
        pytest.param(ELASTICSEARCH_7, "7.17.29", id="7"),
        pytest.param(ELASTICSEARCH_7_EARLY, "7.10.2", id="7-early"),
        pytest.param(ELASTICSEARCH_10, "10.0.0", id="10"),
        pytest.param(OPENSEARCH, "opensearch of version 2.19.1", id="opensearch"),
    ],
)
def test_a_server_we_cannot_speak_to_is_named_with_what_we_speak_to(server: Server, named: str) -> None:
    with serving(server) as settings, pytest.raises(IndexUnavailable) as caught:
        open_index(settings, folder=Path(), environ={})

    assert named in str(caught.value)
    assert "8.x and 9.x" in str(caught.value)
    assert "veilleur reindex --to embedded" in caught.value.remedy
    assert "version" in caught.value.parts(load_messages("fr").gettext)[0]


@pytest.mark.parametrize("number", ["8.0.0", "8.19.21", "9.2.1"])
def test_a_server_of_a_version_we_speak_to_is_asked_on(number: str) -> None:
    with serving(Server(number=number)) as settings, pytest.raises(IndexUnavailable, match="no index yet"):
        open_index(settings, folder=Path(), readonly=True, environ={})


def test_a_web_site_at_the_address_is_not_taken_for_a_server() -> None:
    with (
        serving(Server(number="", says_product=False)) as settings,
        pytest.raises(IndexUnavailable) as caught,
    ):
        open_index(settings, folder=Path(), environ={})

    assert "not Elasticsearch" in str(caught.value)
