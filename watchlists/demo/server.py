"""The demo web on loopback: one stdlib server, many host names, real HTTP."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from watchlists.demo.answers import Answer
from watchlists.demo.clock import Clock
from watchlists.demo.place import Limit
from watchlists.demo.sites import Sites
from watchlists.demo.world import World


@dataclass(frozen=True, slots=True)
class Request:
    """One line of the server's log."""

    now: datetime
    """Simulated time."""
    at: float
    """Real time, in seconds of the monotonic clock."""
    host: str
    target: str
    status: int


@dataclass(kw_only=True)
class Meter:
    """Counts requests of each host in a sliding window of real time."""

    seconds: Callable[[], float] = time.monotonic
    _times: defaultdict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, host: str, limit: Limit) -> int:
        """Whole seconds to wait before this host answers again; 0 counts the request and lets it pass."""
        with self._lock:
            times, now = self._times[host], self.seconds()
            while times and times[0] <= now - limit.seconds:
                times.popleft()
            if len(times) >= limit.requests:
                return int(times[0] + limit.seconds - now) + 1
            times.append(now)
            return 0


class DemoServer:
    """The running demo web; a context manager that stops with its block."""

    def __init__(self, world: World, clock: Clock, *, address: str = "127.0.0.1") -> None:
        self.world = world
        self.clock = clock
        self.sites = Sites(world=world)
        self.meter = Meter()
        self.requests: list[Request] = []
        self._http = _Server((address, 0), _Handler)
        self._http.demo = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        """The port the operating system chose."""
        return int(self._http.server_address[1])

    def __enter__(self) -> DemoServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.hang_up()
        self._http.server_close()

    def answer(self, host: str, target: str, now: datetime) -> Answer:
        """What goes out for a host, its pace and limits included."""
        place = self.world.hosts.get(host)
        if place and place.host.delay:
            time.sleep(place.host.delay)
        if place and place.host.limit and (wait := self.meter.wait(host, place.host.limit)):
            return Answer(status=429, content_type="text/plain", headers=(("Retry-After", str(wait)),))
        return self.sites.answer(host, target, now)


def serve(world: World, clock: Clock, *, address: str = "127.0.0.1") -> DemoServer:
    """Serve the world at the clock's time; use as `with serve(world, clock) as server:`."""
    return DemoServer(world, clock, address=address)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    demo: DemoServer

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Close the connections that clients keep open, so that their threads end."""
        for connection in tuple(self._open):
            self.shutdown_request(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is not worth a traceback."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "DemoWeb"
    disable_nagle_algorithm = True
    wbufsize = 65_536
    server: _Server

    def do_GET(self) -> None:
        demo = self.server.demo
        now = demo.clock.now
        host = self.headers.get("Host", "").partition(":")[0].lower()
        answer = demo.answer(host, self.path, now)
        status, headers, body = self._prepare(answer, host, now)
        demo.requests.append(Request(now, time.monotonic(), host, self.path, status))
        self._send(status, headers, body)

    do_HEAD = do_GET  # noqa: N815  (the name http.server asks for)

    def _prepare(self, answer: Answer, host: str, now: datetime) -> tuple[int, list[tuple[str, str]], bytes]:
        headers = list(answer.headers)
        if answer.status != HTTPStatus.OK:
            return answer.status, [*headers, ("Content-Type", answer.content_type)], answer.body
        place = self.server.demo.world.hosts[host]
        zipped = place.host.gzip and "gzip" in self.headers.get("Accept-Encoding", "")
        tag = entity_tag(answer.body, zipped=zipped)
        modified = self.server.demo.sites.modified(host, now)
        headers += [("ETag", tag), *([("Vary", "Accept-Encoding")] if place.host.gzip else [])]
        if modified:
            headers.append(("Last-Modified", format_datetime(modified, usegmt=True)))
        if is_known(tag, modified, self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")):
            return 304, headers, b""
        body = gzip.compress(answer.body, mtime=0) if zipped else answer.body
        coding = [("Content-Encoding", "gzip")] if zipped else []
        return answer.status, [*headers, *coding, ("Content-Type", answer.content_type)], body

    def _send(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """The log is DemoServer.requests."""


def entity_tag(body: bytes, *, zipped: bool) -> str:
    """A strong validator of exactly these bytes, as sent."""
    return f'"{sha256(body).hexdigest()[:20]}{"-gzip" if zipped else ""}"'


def is_known(tag: str, modified: datetime | None, none_match: str | None, since: str | None) -> bool:
    """Whether the client has this already; If-None-Match alone decides where it is given (RFC "
    "9110, 13.1.3)."""
    if none_match is not None:
        return none_match.strip() == "*" or tag in (part.strip() for part in none_match.split(","))
    if not modified or not since:
        return False
    try:
        return modified <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False
