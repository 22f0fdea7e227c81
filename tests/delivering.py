"""A watch that delivers: a kept digest, a real SMTP server and a real webhook server on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope, Session

from pipelines.document import Document
from search.books.ledger import Kept
from search.deliver.digest_parcel import DigestParcel
from search.press.edition import build_digest
from search.render.formats import render_all
from tests.memory_index import MemoryIndex
from tests.morning import END, WINDOW, history, news, outcomes, watchlist
from watchlists.messages import load_messages


def parcel(
    documents: Sequence[Document] | None = None, *, language: str = "fr", link: str = "", **changes: object
) -> DigestParcel:
    """The morning's digest on its way."""
    found = [*history(), *news()] if documents is None else list(documents)
    watch = watchlist(language=language, **changes)
    messages = load_messages(language)
    digest = build_digest(MemoryIndex(found, outcomes()), watch, window=WINDOW, now=END, messages=messages)
    return DigestParcel(
        kept=Kept(key=1, window=WINDOW, built_at=END, language=language),
        name="2026-11-20",
        digest=digest,
        renderings=render_all(digest, messages),
        link=link,
        messages=messages,
        now=END,
    )


@dataclass
class Postbox:
    """An SMTP server's handler: keeps what it takes, and answers as it is told."""

    mails: list[tuple[str, bytes]] = field(default_factory=list)
    rcpt_answers: dict[str, str] = field(default_factory=dict)
    data_answers: list[str] = field(default_factory=list)
    """Answers to the next texts, taken or not; `drop` hangs up after taking it."""
    port: int = 0

    async def handle_RCPT(  # noqa: N802  (aiosmtpd's name)
        self, _server: Any, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.rcpt_answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.data_answers.pop(0) if self.data_answers else "250 OK"
        if answer[:1] not in "45":
            assert isinstance(envelope.content, bytes)
            self.mails += [(each, envelope.content) for each in envelope.rcpt_tos]
        if answer == "drop":
            server.transport.close()
        return answer


class FreePort(Controller):
    """A controller that takes any free port."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def smtp_server(**settings: Any) -> Iterator[Postbox]:
    """A real SMTP server on a free port; `settings` are aiosmtpd's: encryption, log-in."""
    postbox = Postbox()
    controller = FreePort(postbox, hostname="127.0.0.1", port=0, enable_SMTPUTF8=True, **settings)
    controller.start()
    postbox.port = controller.port
    try:
        yield postbox
    finally:
        controller.stop()


@dataclass(slots=True)
class Hook:
    """A webhook's server: keeps what it takes, and answers as it is told."""

    bodies: list[bytes] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    """Answers to the next posts; 0 hangs up after taking it."""
    url: str = ""


@contextmanager
def webhook_server() -> Iterator[Hook]:
    """A real HTTP server on a free port."""
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = hook.statuses.pop(0) if hook.statuses else 200
            if status in {0, 200}:
                hook.bodies.append(body)
            if status:
                self.send_response(status)
                self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hook.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield hook
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def in_order(titles: Sequence[str], body: str) -> bool:
    """Whether the titles follow one another in the body."""
    position = 0
    for title in titles:
        position = body.find(title, position)
        if position < 0:
            return False
        position += len(title)
    return True
