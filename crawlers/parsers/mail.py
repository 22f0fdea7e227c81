"""Mails and mailboxes (RFC 5322, mbox): newsletters and mailing lists.

A mail has no address. Its permalink is where its list keeps it (Archived-At, RFC 5064), else its sender's
site with `#mail-HASH`; an alias made of its Message-ID lets answers find it, in whatever mailbox it lies.
What is personal in a newsletter is taken out: pictures that count readers, links that unsubscribe or carry a
token.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from urllib.parse import urlsplit

from lxml import html as lxml_html

from crawlers.items import Item, ItemKind
from crawlers.parsers.bodies import escape_text, one_line, parse_fragment
from crawlers.parsers.post import Post, make_item, name_author
from crawlers.urls import short_hash
from watchlists.model import Source

LARGEST_MAIL = 3 * 1024 * 1024
MOST_MAILS = 5_000
NOWHERE = "https://mail.invalid"
"""A host that cannot exist (RFC 2606): what is known by Message-ID only."""

_START = re.compile(rb"^From [^\n]*\n", re.MULTILINE)
_PERSONAL = re.compile(
    r"unsubscri|d[ée]sabonn|d[ée]sinscri|opt-?out|preferences|pr[ée]f[ée]rences"
    r"|view (?:it |this )?.{0,20}in (?:your |a )?brow"
    r"|voir .{0,30}(?:en ligne|navigateur)|forward to|update your profile|/(?:track|click|open|wf|ls)/",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"(?=[\w.~%-]*\d)(?=[\w.~%-]*[A-Za-z])[\w.~%]{24,}")
"""Long runs of letters and digits, which words with hyphens between them are not."""
_MESSAGE_ID = re.compile(r"<([^<>\s]{3,300})>")


def split_mailbox(body: bytes) -> Iterator[bytes]:
    """The mails of an mbox file, or the one mail of an .eml file."""
    starts = [found for found in _START.finditer(body) if _is_start(body, found.start())][:MOST_MAILS]
    if not starts or starts[0].start() > 0:
        if body.strip():
            yield body[:LARGEST_MAIL]
        return
    ends = [*(found.start() for found in starts[1:]), len(body)]
    for found, end in zip(starts, ends, strict=True):
        mail = body[found.end() : end][:LARGEST_MAIL]
        yield re.sub(rb"(?m)^>(>*From )", rb"\1", mail)


def join_mails(mails: Iterator[bytes] | list[bytes]) -> bytes:
    """Mails as one mbox file that `split_mailbox` takes apart again."""
    quoted = (re.sub(rb"(?m)^(>*From )", rb">\1", mail.replace(b"\r\n", b"\n")) for mail in mails)
    return b"".join(b"From - \n" + mail.rstrip(b"\n") + b"\n\n" for mail in quoted)


def parse_mail(body: bytes, *, source: Source, now: datetime) -> Item | None:
    """The item of a mail; None where there is neither subject nor text."""
    mail = message_from_bytes(body, policy=policy.compat32)
    name, address = parseaddr(_header(mail, "From"))
    text = _body(mail)
    title = _header(mail, "Subject")
    if not text and not title:
        return None
    identity = _identity(mail, body)
    parents = _parents(mail)
    domain = address.rpartition("@")[2].strip(".").lower()
    kind: ItemKind = "reply" if parents else ("post" if mail["List-Post"] or mail["List-Id"] else "article")
    return make_item(
        Post(
            kind=kind,
            permalink=_archived_at(mail) or f"{_site(domain)}/#mail-{identity}",
            aliases=(f"{NOWHERE}/{identity}",),
            thread=f"{NOWHERE}/{parents[0] if parents else identity}",
            parent=f"{NOWHERE}/{parents[-1]}" if parents else "",
            title=title,
            html=text,
            language=_header(mail, "Content-Language")[:20] or source.language,
            author=name_author(one_line(name) or domain, native_id=address or ""),
            published=_date(mail),
            published_raw=_header(mail, "Date")[:80],
        ),
        now=now,
    )


def _is_start(body: bytes, at: int) -> bool:
    """A `From ` line begins a mail where the file begins, or after an empty line before a header."""
    if at and body[max(0, at - 2) : at] not in (b"\n\n", b"\r\n") and body[at - 3 : at] != b"\n\r\n":
        return False
    following = body[body.find(b"\n", at) + 1 :][:200]
    return re.match(rb">?[!-9;-~]+:[ \t\r\n]", following) is not None or not following.strip()


def _header(mail: Message, name: str) -> str:
    """A header as a reader sees it: encoded words read, whatever they are written in."""
    value = mail.get(name)
    if value is None:
        return ""
    from email.errors import HeaderParseError
    from email.header import decode_header

    try:
        parts = decode_header(re.sub(r"\r?\n[ \t]*", " ", str(value)))
    except (HeaderParseError, ValueError):
        return one_line(str(value))
    return one_line("".join(_decode(part, charset) for part, charset in parts))[:1000]


def _decode(part: bytes | str, charset: str | None) -> str:
    if isinstance(part, str):
        return part.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    for attempt in (charset or "utf-8", "utf-8"):
        try:
            return part.decode(attempt)
        except (LookupError, UnicodeDecodeError, ValueError):
            continue
    return part.decode("cp1252", "replace")


def _body(mail: Message) -> str:
    """The HTML of a mail, else its text; attachments left out."""
    plain = ""
    for part in mail.walk():
        if (
            part.is_multipart()
            or part.get_filename()
            or "attachment" in str(part.get("Content-Disposition", ""))
        ):
            continue
        kind = part.get_content_type()
        if kind == "text/html":
            return _tidy(_text(part))
        if kind == "text/plain" and not plain:
            plain = _text(part)
    return escape_text(plain)


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    return _decode(payload, part.get_content_charset()) if isinstance(payload, bytes) else str(payload or "")


def _tidy(markup: str) -> str:
    """The HTML without what was made for one reader."""
    bodies = re.search(r"<body\b[^>]*>(.*)</body>", markup, re.IGNORECASE | re.DOTALL)
    tree = parse_fragment(bodies[1] if bodies else markup)
    if tree is None:
        return ""
    for element in tree.xpath(".//img|.//head|.//title|.//link|.//meta|.//object|.//iframe|.//form"):
        element.drop_tree()
    for link in tree.xpath(".//a"):
        if _PERSONAL.search(f"{link.get('href') or ''} {link.text_content()}"):
            link.drop_tree()
        elif _TOKEN.search(link.get("href") or ""):
            link.drop_tag()
    return "".join(_inner(tree)).strip()


def _inner(tree: lxml_html.HtmlElement) -> Iterator[str]:
    from html import escape

    yield escape(tree.text or "", quote=False)
    for child in tree:
        yield lxml_html.tostring(child, encoding="unicode")


def _identity(mail: Message, body: bytes) -> str:
    found = _MESSAGE_ID.search(str(mail.get("Message-ID") or ""))
    return short_hash(found[1] if found else body.decode("latin-1"))


def _parents(mail: Message) -> tuple[str, ...]:
    """The mails it answers, the one that began the thread first."""
    named = f"{mail.get('References') or ''} {mail.get('In-Reply-To') or ''}"[:20_000]
    return tuple(dict.fromkeys(short_hash(id) for id in _MESSAGE_ID.findall(named)))


def _archived_at(mail: Message) -> str:
    address = str(mail.get("Archived-At") or "").strip().strip("<>")
    return address if address.startswith(("http://", "https://")) else ""


def _site(domain: str) -> str:
    is_host = "." in domain and urlsplit(f"https://{domain}").hostname == domain
    return f"https://{domain}" if is_host else NOWHERE


def _date(mail: Message) -> datetime | None:
    for text in (_header(mail, "Date"), _header(mail, "Received").rpartition(";")[2]):
        try:
            found = parsedate_to_datetime(text.strip())
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    return None
