"""A proxy on loopback between the index and a real server, which spoils what a test asks it to spoil."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import sleep
from typing import Any
from urllib.parse import urlsplit

Spoil = Callable[[str], tuple[int, str] | None]
"""Given the id of a document of a bulk request: the status and error it is refused with, or None."""
Lines = list[bytes]


class FaultyProxy:
    """What to do to the next requests; every fault is off at first."""

    def __init__(self, target: str) -> None:
        self.target = urlsplit(target).netloc
        self.url = ""
        """Where the proxy itself is reached."""
        self.spoil: Spoil = lambda _id: None
        self.spoiled = ""
        """The one index whose documents are spoiled; every index where it is empty."""
        self.most = 0
        """Bytes of a bulk request that are taken at most; any number where it is 0."""
        self.cuts = 0
        """How many bulk answers are cut off after the server has done its work."""
        self.answer: tuple[int, dict[str, str], bytes] | None = None
        """What is answered to everything, in place of the server."""
        self.refuse: Callable[[str, str], tuple[int, str] | None] = lambda _method, _path: None
        """Given method and path of any request: the status and reason it is refused with, or None."""
        self.instead: dict[str, bytes] = {}
        """End of a path -> what is answered to it."""
        self.is_down = False
        """Every connection is closed without an answer."""
        self.delay = 0.0
        """Seconds that each answer takes, after the server has done its work."""
        self.after_bulk: Callable[[int], None] = lambda _number: None
        """Called with the number of each bulk request, once the server has done it."""
        self.bulks = 0
        self.requests = 0


@contextmanager
def faulty_proxy(target: str) -> Iterator[tuple[str, FaultyProxy]]:
    """The proxy's address, and the proxy."""
    proxy = FaultyProxy(target)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _make_handler(proxy))
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        proxy.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield proxy.url, proxy
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _make_handler(proxy: FaultyProxy) -> type[BaseHTTPRequestHandler]:  # noqa: C901  (one class)
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            proxy.requests += 1
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if proxy.is_down:
                self._hang_up()
            elif proxy.answer is not None:
                self._answer(*proxy.answer)
            elif made_up := _make_up(proxy, self.command, self.path):
                self._answer(*made_up)
            elif self.path.startswith("/_bulk") and 0 < proxy.most < len(body):
                self._answer(413, {"Content-Type": "text/html"}, b"<h1>413 Request Entity Too Large</h1>")
            elif self.path.startswith("/_bulk"):
                self._handle_bulk(body)
            else:
                self._answer(*self._forward(body))

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_any  # noqa: N815  (the names http.server calls)

        def _handle_bulk(self, body: bytes) -> None:
            kept, spoiled = _part(body, proxy.spoil, proxy.spoiled)
            status, headers, answer = self._forward(kept) if kept else (200, _JSON, b'{"items": []}')
            proxy.bulks += 1
            proxy.after_bulk(proxy.bulks)
            if proxy.cuts or proxy.is_down:
                proxy.cuts = max(0, proxy.cuts - 1)
                self._hang_up()
                return
            self._answer(status, headers, _merge(answer, spoiled) if spoiled else answer)

        def _forward(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
            connection = HTTPConnection(proxy.target, timeout=30)
            headers = {
                name: value
                for name, value in self.headers.items()
                if name.lower() not in {"host", "content-length"}
            }
            connection.request(self.command, self.path, body or None, headers)
            response = connection.getresponse()
            content = response.read()
            connection.close()
            kept = ("Content-Type", "X-elastic-product")
            return response.status, {name: response.headers.get(name, "") for name in kept}, content

        def _hang_up(self) -> None:
            self.close_connection = True
            self.connection.close()

        def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
            sleep(proxy.delay)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    return Handler


_JSON = {
    "Content-Type": "application/vnd.elasticsearch+json;compatible-with=8",
    "X-elastic-product": "Elasticsearch",
}


def _make_up(proxy: FaultyProxy, method: str, path: str) -> tuple[int, dict[str, str], bytes] | None:
    bare = path.partition("?")[0]
    for end, body in proxy.instead.items():
        if bare.endswith(end):
            return 200, _JSON, body
    if fault := proxy.refuse(method, bare):
        status, reason = fault
        error = {"type": "made_up_exception", "reason": reason}
        return status, _JSON, json.dumps({"error": error, "status": status}).encode()
    return None


def _part(body: bytes, spoil: Spoil, only: str) -> tuple[bytes, dict[int, dict[str, Any]]]:
    """The lines to forward, and by position the answers made up for the rest."""
    lines = body.splitlines()
    kept: Lines = []
    spoiled: dict[int, dict[str, Any]] = {}
    position = at = 0
    while at < len(lines):
        ((operation, meta),) = json.loads(lines[at]).items()
        size = 1 if operation == "delete" else 2
        is_meant = only in {"", meta["_index"]}
        if is_meant and (fault := spoil(meta["_id"])):
            status, reason = fault
            error = {"type": "made_up_exception", "reason": reason}
            spoiled[position] = {
                operation: {"_index": "x", "_id": meta["_id"], "status": status, "error": error}
            }
        else:
            kept += lines[at : at + size]
        at += size
        position += 1
    return b"".join(line + b"\n" for line in kept), spoiled


def _merge(answer: bytes, spoiled: dict[int, dict[str, Any]]) -> bytes:
    content = json.loads(answer)
    for position, item in sorted(spoiled.items()):
        content["items"].insert(position, item)
    return json.dumps({"took": 1, **content, "errors": True}).encode()
