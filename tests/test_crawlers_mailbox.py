"""Mailboxes: an IMAP server on loopback, and files; read only, and each mail once."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest

from crawlers.mailbox import MOST_AT_ONCE, MailboxError, read_mailbox
from crawlers.parsers.mail import split_mailbox
from tests.conftest import NOW

PASSWORD = "open sesame"


class Server(ThreadingTCPServer):
    """A folder of numbered mails, as RFC 3501 serves it, for the commands that are used."""

    daemon_threads = True
    mails: dict[int, bytes]
    heard: list[str]


class Session(StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        self.wfile.write(b"* OK ready\r\n")
        while line := self.rfile.readline().decode().strip():
            self.server.heard.append(line)
            tag, _, command = line.partition(" ")
            answer, is_fine = self.answer(command)
            self.wfile.write(answer + f"{tag} {'OK' if is_fine else 'NO'} done\r\n".encode())
            if command == "LOGOUT":
                return

    def answer(self, command: str) -> tuple[bytes, bool]:
        uids = sorted(self.server.mails)
        if command == "CAPABILITY":
            return b"* CAPABILITY IMAP4rev1\r\n", True
        if command.startswith("LOGIN"):
            return b"", command == f'LOGIN me@photon.example "{PASSWORD}"'
        if command.startswith("EXAMINE"):
            return f"* {len(uids)} EXISTS\r\n* OK [UIDVALIDITY 7] fine\r\n".encode(), '"News"' in command
        if found := re.fullmatch(r"UID SEARCH UID (\d+):\*", command):
            uids = [uid for uid in uids if uid >= int(found[1])] or uids[-1:]  # a star is the last one
        if command.startswith("UID SEARCH"):
            return f"* SEARCH {' '.join(map(str, uids))}\r\n".encode(), True
        if found := re.match(r"UID FETCH (\d+) \(BODY\.PEEK\[\]", command):
            mail = self.server.mails[int(found[1])]
            return f"* 1 FETCH (UID {found[1]} BODY[]<0> {{{len(mail)}}}\r\n".encode() + mail + b")\r\n", True
        return b"", command == "LOGOUT"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Session) as server:
        server.mails, server.heard = {}, []
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.shutdown()


def mail(number: int) -> bytes:
    return f"Subject: Letter {number}\r\nMessage-ID: <{number}@photon.example>\r\n\r\nFrom us\r\n".encode()


def read(server: Server, cursor: str = "", *, password: str = PASSWORD) -> tuple[list[bytes], str, bool]:
    url = f"imap://me%40photon.example@127.0.0.1:{server.server_address[1]}/News"
    mails = read_mailbox(url, cursor=cursor, password=password, since=NOW)
    return list(split_mailbox(mails.body)), mails.cursor, mails.is_cut


def test_mails_are_read_once_and_never_marked(server: Server) -> None:
    server.mails = {4: mail(4), 9: mail(9)}

    first, cursor, _ = read(server)
    again, same, _ = read(server, cursor)
    server.mails[12] = mail(12)
    later, _, _ = read(server, cursor)

    assert [each.split(b"\n")[0] for each in first] == [b"Subject: Letter 4", b"Subject: Letter 9"]
    assert (again, same) == ([], cursor)
    assert [each.split(b"\n")[0] for each in later] == [b"Subject: Letter 12"]
    assert not any(word in line for line in server.heard for word in ("SELECT", "STORE", "EXPUNGE"))


def test_a_full_folder_is_read_over_several_runs(server: Server) -> None:
    server.mails = {number: mail(number) for number in range(1, MOST_AT_ONCE + 4)}

    first, cursor, is_cut = read(server)
    rest, _, is_still_cut = read(server, cursor)

    assert (len(first), is_cut) == (MOST_AT_ONCE, True)
    assert (len(rest), is_still_cut) == (3, False)


def test_a_folder_that_was_made_anew_is_read_anew(server: Server) -> None:
    server.mails = {1: mail(1)}

    mails, cursor, _ = read(server, "6:400")

    assert (len(mails), cursor) == (1, "7:1")


@pytest.mark.parametrize("password", ["wrong", ""], ids=["wrong", "none"])
def test_a_wrong_or_missing_password_is_told_without_being_shown(server: Server, password: str) -> None:
    with pytest.raises(MailboxError) as caught:
        read(server, password=password)

    assert "127.0.0.1" in str(caught.value)
    assert "wrong" not in str(caught.value)


def test_a_folder_of_files_is_read_from_where_it_was_left(tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / f"{number}.eml").write_bytes(mail(number))
        os.utime(tmp_path / f"{number}.eml", ns=(number * 1000, number * 1000))
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")

    first = read_mailbox(str(tmp_path), cursor="", password=None, since=NOW)
    rest = read_mailbox(str(tmp_path), cursor="1000", password=None, since=NOW)

    assert len(list(split_mailbox(first.body))) == 2
    assert first.cursor == "2000"
    assert len(list(split_mailbox(rest.body))) == 1
