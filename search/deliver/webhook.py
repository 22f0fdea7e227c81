"""Titles and counts to a chat's webhook. Its address is a secret and is never shown."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import SplitResult, urlsplit

from search.deliver.parcel import SENT, Parcel, Receipt, refused, unsure
from search.render.payloads import make_payload
from watchlists.errors import VeilleurError
from watchlists.model import Webhook

TIMEOUT = 20.0
PASSING = frozenset({429, 503})
LONGEST_ANSWER = 2_048


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookChannel:
    """One chat channel."""

    settings: Webhook
    read_secret: Callable[[str], str]

    @property
    def recipient(self) -> str:
        """As the ledger calls it."""
        return f"webhook:{self.settings.id}"

    def body(self, parcel: Parcel) -> bytes:
        """What would be posted."""
        payload = make_payload(self.settings.kind, parcel.brief(texts=self.settings.texts))
        return json.dumps(payload, ensure_ascii=False).encode()

    def preview(self, parcel: Parcel) -> str:
        """The subject and the size."""
        subject = parcel.brief().subject
        return f"{self.settings.kind}: {subject} ({len(self.body(parcel)) / 1000:.1f} KB)"

    def send(self, parcel: Parcel) -> Receipt:
        """One POST, redirects not followed. Once connected, only an answer tells what happened."""
        body = self.body(parcel)
        try:
            url = urlsplit(self.read_secret(self.settings.url_env))
            connection = _connect(url)
        except VeilleurError as error:
            return refused(error)
        except ValueError:
            return refused("its address is not a web address")
        except OSError as error:
            return refused(type(error).__name__, is_passing=True)
        with closing(connection):
            return _post(connection, url, body)


def _connect(url: SplitResult) -> HTTPConnection:
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise ValueError
    connection = (
        HTTPSConnection(url.hostname, url.port, timeout=TIMEOUT, context=ssl.create_default_context())
        if url.scheme == "https"
        else HTTPConnection(url.hostname, url.port, timeout=TIMEOUT)
    )
    connection.connect()
    return connection


def _post(connection: HTTPConnection, url: SplitResult, body: bytes) -> Receipt:
    target = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Veilleur"}
    try:
        connection.request("POST", target, body=body, headers=headers)
        answer = connection.getresponse()
        answer.read(LONGEST_ANSWER)
    except ValueError:  # characters no address has; nothing was sent
        return refused("its address is not a web address")
    except (OSError, HTTPException) as error:
        return unsure(type(error).__name__)
    return _judge(answer.status)


def _judge(status: int) -> Receipt:
    """A server error other than 503 may come after the message was taken: it is not repeated."""
    if 200 <= status < 300:
        return SENT
    if status < 500 or status in PASSING:
        return refused(f"HTTP {status}", is_passing=status in PASSING)
    return unsure(f"HTTP {status}")
