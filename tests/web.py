"""A small real web on loopback for tests: many hosts (127.0.0.x), scripted answers, recorded requests.

    with Web() as web:
        web.page("/feed.xml", b"<rss/>", etag='"1"')
        web.url("/feed.xml")                     # http://127.0.0.1:PORT/feed.xml
        web.url("/feed.xml", host="127.0.0.7")   # the same server under another address
        web.requests                             # what was asked, in order

An answer is fixed (`page`, `redirect`, `status`), a function of the request (`answer`), or a stream of
bytes that need not end (`stream`). Unknown paths are 404, robots.txt included.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from time import monotonic
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as it arrived; `at` is monotonic seconds."""

    method: str
    host: str
    """The Host header, without port."""
    path: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What to answer; `chunks` instead of `body` streams without a length; status 0 resets the connection."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    chunks: Iterable[bytes] | None = None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512
    web: Web

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Serve this machine only; all of 127.0.0.0/8 is reached by listening everywhere."""
        return str(client_address[0]).startswith("127.")

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away are part of the tests."""


class Web:
    """The server; also its own script."""

    def __init__(self) -> None:
        self.requests: list[Asked] = []
        self._answers: dict[tuple[str | None, str], Callable[[Asked], Answer]] = {}
        self._lock = Lock()
        self.closing = Event()
        """Set when the web goes down: endless answers end."""
        self._server = _Server(("0.0.0.0", 0), _Handler)
        self._server.web = self

    @property
    def port(self) -> int:
        """The port, the same on every host."""
        return int(self._server.server_address[1])

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    def url(self, path: str = "/", *, host: str = "127.0.0.1") -> str:
        """The address of a path."""
        return f"http://{host}:{self.port}{path}"

    def answer(self, path: str, make: Callable[[Asked], Answer], *, host: str | None = None) -> None:
        """Answer a path by a function; `host` None means every host."""
        self._answers[host, path] = make

    def page(
        self,
        path: str,
        body: bytes,
        *,
        host: str | None = None,
        etag: str | None = None,
        modified: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Answer a path with a body, or with 304 where the validators match."""
        sent = dict(headers or {})
        sent |= {"ETag": etag} if etag else {}
        sent |= {"Last-Modified": modified} if modified else {}

        def make(asked: Asked) -> Answer:
            if _is_fresh(asked, etag, modified):
                return Answer(status=304, headers=sent)
            return Answer(body=body, headers=sent)

        self.answer(path, make, host=host)

    def status(
        self, path: str, status: int, *, host: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        """Answer a path with a bare status."""
        self.answer(path, lambda _: Answer(status=status, headers=headers or {}), host=host)

    def redirect(self, path: str, to: str, *, status: int = 301, host: str | None = None) -> None:
        """Send readers of a path elsewhere."""
        self.status(path, status, host=host, headers={"Location": to})

    def stream(
        self, path: str, chunks: Callable[[], Iterator[bytes]], *, headers: Mapping[str, str] | None = None
    ) -> None:
        """Answer a path with chunks and no length, until they end or the web goes down."""
        self.answer(path, lambda _: Answer(chunks=chunks(), headers=headers or {}))

    def robots(self, text: str, *, host: str | None = None) -> None:
        """Give a host, or all, a robots.txt."""
        self.page("/robots.txt", text.encode(), host=host, headers={"Content-Type": "text/plain"})

    def asked(self, path: str, *, host: str | None = None) -> list[Asked]:
        """The requests of a path so far."""
        with self._lock:
            return [each for each in self.requests if each.path == path and host in (None, each.host)]

    def forget(self) -> None:
        """Begin a new list of requests."""
        with self._lock:
            self.requests.clear()

    def respond(self, asked: Asked) -> Answer:
        """Record a request and find its answer."""
        with self._lock:
            self.requests.append(asked)
        path = asked.path.partition("?")[0]
        for key in ((asked.host, asked.path), (None, asked.path), (asked.host, path), (None, path)):
            if key in self._answers:
                return self._answers[key](asked)
        return Answer(status=404, body=b"nothing here")


def _is_fresh(asked: Asked, etag: str | None, modified: str | None) -> bool:
    """RFC 9110: If-None-Match decides alone where it is given."""
    if "if-none-match" in asked.headers:
        return etag is not None and asked.headers["if-none-match"] == etag
    return modified is not None and asked.headers.get("if-modified-since") == modified


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def do_GET(self) -> None:
        self._handle()

    def do_HEAD(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _handle(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(
            method=self.command,
            host=headers.get("host", "").rpartition(":")[0] or headers.get("host", ""),
            path=self.path,
            headers=headers,
            body=self.rfile.read(int(headers.get("content-length") or 0)),
            at=monotonic(),
        )
        self._send(self.server.web.respond(asked))

    def _send(self, answer: Answer) -> None:
        if answer.status == 0:
            self._reset()
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.chunks is None:
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if self.command != "HEAD" and answer.status != 304:
                self.wfile.write(answer.body)
            return
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        for chunk in answer.chunks:
            if self.server.web.closing.is_set():
                return
            self.wfile.write(chunk)

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
