"""Reading a mailbox: an IMAP folder, or files on this machine.

It blocks, so crawlers.middlewares.mailbox runs it in a thread.
"""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from crawlers.parsers.mail import LARGEST_MAIL, join_mails, split_mailbox
from watchlists.errors import VeilleurError

MOST_AT_ONCE = 200
"""Mails of an IMAP folder that one run reads."""
MOST_BYTES = 30 * 1024 * 1024
TIMEOUT = 30.0
SUFFIXES = (".eml", ".mbox", "")


class MailboxError(VeilleurError):
    """A mailbox cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mails:
    """What is new in a mailbox, as an mbox file, and where the next reading goes on."""

    body: bytes
    cursor: str
    is_cut: bool = False
    """There is more, for the next run."""


def read_mailbox(url: str, *, cursor: str, password: str | None, since: datetime) -> Mails:
    """The mails that came after the cursor; without one, those since a time."""
    if url.startswith(("imap://", "imaps://")):
        return _read_imap(urlsplit(url), cursor=cursor, password=password, since=since)
    path = Path(unquote(urlsplit(url).path) if url.startswith("file:") else url).expanduser()
    return _read_files(path, cursor=cursor)


def _read_files(path: Path, *, cursor: str) -> Mails:
    """New or changed files of a folder (.eml, mbox, Maildir), or one file, the oldest first."""
    if not path.exists():
        raise MailboxError(
            "There is no mailbox at {path}.",
            remedy="Write the path of a folder of .eml files, an mbox file, or imaps://USER@HOST/FOLDER",
            path=path,
        )
    last = int(cursor) if cursor.isdigit() else 0
    mails: list[bytes] = []
    size = 0
    for changed, file in sorted(_files(path)):
        if changed <= last:
            continue
        if size > MOST_BYTES:
            return Mails(body=join_mails(mails), cursor=str(last), is_cut=True)
        mails += split_mailbox(file.read_bytes()[:MOST_BYTES])
        size, last = size + file.stat().st_size, changed
    return Mails(body=join_mails(mails), cursor=str(last))


def _files(path: Path) -> Iterator[tuple[int, Path]]:
    found = path.rglob("*") if path.is_dir() else [path]
    for file in found:
        is_maildir = file.parent.name in ("cur", "new")
        if file.is_file() and (not path.is_dir() or is_maildir or file.suffix.lower() in SUFFIXES):
            yield file.stat().st_mtime_ns, file


def _read_imap(parts: SplitResult, *, cursor: str, password: str | None, since: datetime) -> Mails:
    if not parts.username or not password:
        raise MailboxError(
            "The mailbox {host} asks for a name and a password.",
            why="The source’s address has no user name, or its token_env names no variable that is set.",
            remedy="Write imaps://USER@HOST/FOLDER, and the password into the variable that token_env names.",
            host=parts.hostname,
        )
    try:
        client = _connect(parts)
        try:
            client.login(unquote(parts.username), password)
            return _fetch(client, unquote(parts.path.strip("/")) or "INBOX", cursor, since)
        finally:
            with suppress(imaplib.IMAP4.error, OSError):
                client.logout()
    except (imaplib.IMAP4.error, OSError, UnicodeError) as error:
        raise MailboxError(
            "The mailbox {host} cannot be read.",
            why="It says: {error}.",
            remedy="Check its address, the folder’s name, and the password.",
            host=parts.hostname,
            error=str(error)[:200] or type(error).__name__,
        ) from error


def _connect(parts: SplitResult) -> imaplib.IMAP4:
    host, context = parts.hostname or "", ssl.create_default_context()
    if parts.scheme == "imaps":
        return imaplib.IMAP4_SSL(host, parts.port or 993, ssl_context=context, timeout=TIMEOUT)
    client = imaplib.IMAP4(host, parts.port or 143, timeout=TIMEOUT)
    if host not in ("127.0.0.1", "localhost", "::1"):
        client.starttls(context)  # a password never leaves the machine in the clear
    return client


def _fetch(client: imaplib.IMAP4, folder: str, cursor: str, since: datetime) -> Mails:
    """Mails beyond the last UID; read only, so that nothing is marked as read."""
    status, answer = client.select(f'"{folder}"', readonly=True)
    if status != "OK":
        raise imaplib.IMAP4.error(str(answer))
    validity = _text(client.response("UIDVALIDITY")[1]) or "0"
    known, _, last = cursor.partition(":")
    is_same = known == validity and last.isdigit()
    wanted = f"UID {int(last) + 1}:*" if is_same else f"SINCE {since.astimezone(UTC):%d-%b-%Y}"
    _, found = client.uid("SEARCH", wanted)
    uids = sorted(int(uid) for uid in _text(found).split() if uid.isdigit())
    uids = [uid for uid in uids if not is_same or uid > int(last)]
    mails: list[bytes] = []
    size, done = 0, int(last) if is_same else 0
    for uid in uids[:MOST_AT_ONCE]:
        if size > MOST_BYTES:
            break
        mail = _fetch_one(client, uid)
        mails, size, done = [*mails, mail], size + len(mail), uid
    return Mails(
        body=join_mails([mail for mail in mails if mail]),
        cursor=f"{validity}:{done}",
        is_cut=len(mails) < len(uids),
    )


def _fetch_one(client: imaplib.IMAP4, uid: int) -> bytes:
    _, answer = client.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{LARGEST_MAIL}>)")
    return next((part[1] for part in answer or () if isinstance(part, tuple)), b"")


def _text(answer: object) -> str:
    first = answer[0] if isinstance(answer, list) and answer else b""
    return first.decode("ascii", "replace") if isinstance(first, bytes) else ""
