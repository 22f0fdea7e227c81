"""The files of content/ as records: one JSON file a place.

A file holds `place` (its host, engine and manners), `posts` for blogs and media, and `people`,
`boards` and `threads` for communities. Times are local, as 2026-11-19T14:07.
"""

from __future__ import annotations

from typing import Any

from watchlists.demo.clock import moment
from watchlists.demo.conversations import read_board, read_person, read_threads
from watchlists.demo.growth import read_growth
from watchlists.demo.place import OPEN_TO_ROBOTS, Host, Limit, Move, Outage, Place, Post, Revision


def read_place(data: dict[str, Any]) -> Place:
    """One place with all it will ever publish."""
    place = data["place"]
    return Place(
        id=place["id"],
        host=_read_host(place["host"]),
        engine=place.get("engine", "blog"),
        title=place["title"],
        description=place.get("description", ""),
        language=place["language"],
        organisation=place.get("organisation"),
        format=place.get("format", "rss"),
        feed=place.get("feed", "/feed"),
        permalink=place.get("permalink", "/{slug}"),
        entries_shown=place.get("entries_shown", 12),
        has_teasers=place.get("has_teasers", False),
        tracking=place.get("tracking", ""),
        posts=tuple(
            _read_post(post, n) for n, post in enumerate(data.get("posts", ()), place.get("from", 101))
        ),
        people=tuple(read_person(person, n) for n, person in enumerate(data.get("people", ()), 1)),
        boards=tuple(read_board(board) for board in data.get("boards", ())),
        threads=read_threads(data.get("threads", ())),
        members=read_growth(place.get("members")),
    )


def _read_host(data: dict[str, Any]) -> Host:
    limit = data.get("limit")
    return Host(
        name=data["name"],
        delay=data.get("delay", 0.0),
        gzip=data.get("gzip", False),
        robots=data.get("robots", OPEN_TO_ROBOTS),
        outages=tuple(_read_outage(outage) for outage in data.get("outages", ())),
        moves=tuple(
            Move(at=moment(move["at"]), path=move["path"], target=move["target"])
            for move in data.get("moves", ())
        ),
        limit=Limit(requests=limit["requests"], seconds=limit["seconds"]) if limit else None,
    )


def _read_outage(data: dict[str, Any]) -> Outage:
    return Outage(
        start=moment(data["from"]),
        end=moment(data["until"]) if "until" in data else None,
        status=data.get("status", 503),
        path=data.get("path", "/"),
        retry_after=data.get("retry_after"),
    )


def _read_post(data: dict[str, Any], number: int) -> Post:
    published = moment(data["at"])
    first = Revision(at=published, title=data["title"], html=paragraphs(data["body"]))
    edits = (
        Revision(
            at=moment(edit["at"]),
            title=edit.get("title", data["title"]),
            html=paragraphs(edit.get("body", data["body"])),
        )
        for edit in data.get("edits", ())
    )
    return Post(
        slug=data["slug"],
        number=number,
        author=data["by"],
        tags=tuple(data.get("tags", ())),
        teaser=data.get("teaser", ""),
        revisions=(first, *edits),
        deleted=moment(data["deleted"]) if "deleted" in data else None,
        comments=read_growth(data.get("comments"), born=published),
        plant=data.get("plant", ""),
    )


def paragraphs(texts: list[str]) -> str:
    """Paragraphs as HTML; one that begins with a tag is kept as written."""
    return "".join(text if text.startswith("<") else f"<p>{text}</p>" for text in texts)
