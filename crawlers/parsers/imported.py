"""What people bring in themselves: tables (CSV), JSON, mails, notes, figures of visits.

A row's permalink is its address; without one, an address on a host that cannot exist. A note has the address
of what it is about, with `#note-HASH`: what is read there later does not overwrite it.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from io import StringIO
from typing import Any, get_args
from unicodedata import normalize

from crawlers.items import CommunitySample, Engagement, Item, ItemKind
from crawlers.parsers.article import decode_page
from crawlers.parsers.bodies import escape_text, one_line
from crawlers.parsers.dates import read_date
from crawlers.parsers.mail import NOWHERE, parse_mail, split_mailbox
from crawlers.parsers.payload import Node
from crawlers.parsers.post import Post, make_item, name_author
from crawlers.urls import short_hash
from watchlists.errors import VeilleurError
from watchlists.model import Source

LARGEST = 100 * 1024 * 1024
MOST_ROWS = 100_000
KINDS: tuple[str, ...] = get_args(ItemKind)
COUNTS = ("upvotes", "downvotes", "replies", "shares", "views")
NAMES = {
    "url": ("url", "permalink", "link", "address", "adresse", "lien"),
    "title": ("title", "titre", "subject", "objet", "sujet"),
    "text": ("text", "texte", "body", "content", "contenu", "message", "verbatim", "comment", "commentaire"),
    "html": ("html",),
    "author": ("author", "auteur", "user", "name", "nom", "from", "de"),
    "date": ("date", "published", "created", "created_at", "publie", "time", "jour", "day"),
    "kind": ("kind", "type"),
    "language": ("language", "langue", "lang"),
    "tags": ("tags", "etiquettes", "mots-cles"),
    "rating": ("rating", "note", "stars", "etoiles"),
    "visits": ("visits", "visites", "sessions", "visitors", "visiteurs", "visits total"),
    "upvotes": ("upvotes", "likes", "votes", "j'aime"),
    "downvotes": ("downvotes", "dislikes"),
    "replies": ("replies", "reponses", "comments", "commentaires"),
    "shares": ("shares", "partages", "boosts"),
    "views": ("views", "vues"),
}
"""What we know -> what people call it, in lower case and without accents."""


class NotImportable(VeilleurError):
    """A file holds nothing that can be brought in."""

    def __init__(self, why: str) -> None:
        super().__init__(
            "This file cannot be brought in.",
            why=why,
            remedy="Give a CSV that begins with its columns’ names (url, title, text, author, date), "
            "JSON with the same names, .eml or .mbox.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a person read at an address."""

    url: str
    text: str
    title: str = ""
    author: str = ""
    published: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What a file held, and how many of its rows could not be used."""

    items: tuple[Item, ...]
    left_out: int = 0


def parse_file(body: bytes, *, name: str, source: Source, now: datetime) -> Imported:
    """The items of a file, whose format its name tells, else its first bytes."""
    if name.lower().endswith((".eml", ".mbox", ".mbx")):
        mails = [parse_mail(mail, source=source, now=now) for mail in split_mailbox(body)]
        return _gather(mails)
    text = decode_page(body)
    is_json = name.lower().endswith((".json", ".jsonl", ".ndjson")) or text.lstrip()[:1] in ("{", "[")
    rows = _read_json(text) if is_json else _read_csv(text)
    return _gather([_make_item(row, source=source, now=now) for row in rows])


def make_note(note: Note, *, source: Source, now: datetime) -> Item | None:
    """The item of a note; None where its address is none."""
    mark = short_hash(f"{note.url}\n{note.text}\n{now.isoformat()}")[:10]
    post = Post(
        kind="post",
        permalink=f"{note.url.partition('#')[0]}#note-{mark}",
        title=note.title,
        html=escape_text(note.text),
        language=source.language,
        tags=("note",),
        author=name_author(note.author) if note.author else None,
        published=note.published or now,
        links=(note.url,),
    )
    return make_item(post, now=now)


def parse_visits(body: bytes, *, source: str, now: datetime) -> tuple[CommunitySample, ...]:
    """The visits of each day of a table with the columns date and visits."""
    found = [_read_visits(row, source=source, now=now) for row in _read_csv(decode_page(body))]
    samples = tuple(sample for sample in found if sample is not None)
    if not samples:
        raise NotImportable("No line has a date and a number of visits.")
    return samples


def _gather(items: list[Item | None]) -> Imported:
    kept = tuple(item for item in items if item is not None)
    if not kept:
        raise NotImportable("It holds no text, and no address.")
    return Imported(items=kept, left_out=len(items) - len(kept))


def _read_csv(text: str) -> Iterator[Mapping[str, Any]]:
    try:
        dialect: Any = csv.Sniffer().sniff(text[:20_000], delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel
    csv.field_size_limit(1_000_000)
    try:
        for number, row in enumerate(csv.DictReader(StringIO(text, newline=""), dialect=dialect)):
            if number >= MOST_ROWS:
                return
            yield _rename(row)
    except csv.Error as error:
        raise NotImportable(f"The table is broken: {error}.") from error


def _read_json(text: str) -> Iterator[Mapping[str, Any]]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = [_loads(line) for line in text.splitlines()[:MOST_ROWS] if line.strip()]
    if isinstance(found, dict):
        found = next((value for value in found.values() if isinstance(value, list)), [found])
    rows = found if isinstance(found, list) else []
    yield from (_rename(row) for row in rows[:MOST_ROWS] if isinstance(row, dict))


def _loads(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise NotImportable("It is neither JSON nor one JSON object a line.") from error


def _rename(row: Mapping[Any, Any]) -> dict[str, Any]:
    """The row under our own names; the first that fits wins."""
    plain = {_plain(str(name)): value for name, value in row.items() if value not in (None, "")}
    found = {
        ours: next((plain[name] for name in names if name in plain), None) for ours, names in NAMES.items()
    }
    return {name: value for name, value in found.items() if value is not None}


def _plain(name: str) -> str:
    letters = normalize("NFKD", one_line(name)).casefold()
    return "".join(each for each in letters if not 0x300 <= ord(each) <= 0x36F)


def _make_item(row: Mapping[str, Any], *, source: Source, now: datetime) -> Item | None:
    html = str(row.get("html") or "") or escape_text(str(row.get("text") or ""))
    title, url = one_line(str(row.get("title") or "")), one_line(str(row.get("url") or ""))
    if not (html or title):
        return None
    written, kind = str(row.get("date") or ""), str(row.get("kind") or "")
    chosen: ItemKind = kind if kind in KINDS else "post"  # type: ignore[assignment]
    post = Post(
        kind=chosen,
        permalink=url or f"{NOWHERE}/import/{short_hash(title + html + written)}",
        title=title,
        html=html,
        language=str(row.get("language") or "") or source.language,
        tags=_tags(row.get("tags")),
        author=name_author(_author(row.get("author"))),
        published=read_date(written, now=now),
        published_raw=written,
        engagement=_engagement(row),
    )
    item = make_item(post, now=now)
    return replace(item, thread_id=item.id) if item and chosen in ("post", "question") else item


def _author(value: object) -> str:
    """A name, or the author of one of our own exports."""
    return Node(value).line("name") if isinstance(value, dict) else one_line(str(value or ""))


def _tags(value: object) -> tuple[str, ...]:
    words = value if isinstance(value, list) else str(value or "").replace(",", " ").split()
    return tuple(str(each) for each in words)


def _engagement(row: Mapping[str, Any]) -> Engagement:
    nested = row.get("engagement")
    told = {**(nested if isinstance(nested, dict) else {}), **row}
    rating = _number(told.get("rating"))
    counts = {name: int(found) for name in COUNTS if (found := _number(told.get(name))) is not None}
    return Engagement(**counts, rating=rating if rating is not None and 0 <= rating <= 5 else None)


def _number(value: object) -> float | None:
    text = str(value if value is not None else "").replace("\u202f", "").replace("\xa0", "").replace(" ", "")
    try:
        found = float(text.replace(",", "."))
    except ValueError:
        return None
    return found if 0 <= found < 1e15 else None


def _read_visits(row: Mapping[str, Any], *, source: str, now: datetime) -> CommunitySample | None:
    day, visits = _day(str(row.get("date") or ""), now), _number(row.get("visits"))
    if day is None or visits is None:
        return None
    return CommunitySample(source=source, at=day, visits=int(visits))


def _day(text: str, now: datetime) -> datetime | None:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return read_date(text, now=now, languages=("fr",))
    return datetime(day.year, day.month, day.day, tzinfo=now.tzinfo)
