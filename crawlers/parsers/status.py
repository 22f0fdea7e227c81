"""Status pages: incidents and maintenances by the Statuspage API v2.

The permalink of an incident is ROOT/incidents/ID, as the page's own feed has it; that of an update the same
with `#update-ID`. Incidents open threads with their first words, updates answer them.
"""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import urlsplit

from crawlers.items import Item
from crawlers.parsers.bodies import escape_text, one_line
from crawlers.parsers.payload import Node, NotData, read_object
from crawlers.parsers.post import Post, make_items, name_author
from watchlists.model import Source

_TAIL = re.compile(r"/(?:history(?:\.\w+)?|incidents(?:/.*)?|api/v2/.*|uptime.*)?$")


def find_root(url: str) -> str:
    """The page's address, without a closing slash."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{_TAIL.sub('', parts.path).rstrip('/')}"


def parse_incidents(body: bytes, *, url: str, root: str, source: Source, now: datetime) -> tuple[Item, ...]:
    """Incidents (or maintenances), each followed by its updates."""
    answer = read_object(body, url=url)
    key = "scheduled_maintenances" if answer.has("scheduled_maintenances") else "incidents"
    if not answer.has(key):
        raise NotData("JSON of another shape", url=url)
    place = answer.node("page").line("name")
    posts: list[Post] = []
    for node in answer.nodes(key):
        if node.id("id"):
            posts += _read_incident(node, root, place, source)
    return make_items(tuple(posts), now=now)


def _read_incident(node: Node, root: str, place: str, source: Source) -> list[Post]:
    address = f"{root}/incidents/{node.id('id')}"
    updates = node.nodes("incident_updates")
    parts = [each.line("name") for each in node.nodes("components")]
    first = updates[-1].text("body") if updates else ""
    status = node.text("status")
    incident = Post(
        kind="event",
        permalink=address,
        aliases=tuple(filter(None, (node.text("shortlink"),))),
        native_id=node.id("id"),
        thread=address,
        title=node.line("name"),
        html=escape_text(first),
        language=source.language,
        tags=tuple(filter(None, (node.line("impact"), *parts))),
        author=name_author(place, is_staff=True) if place else None,
        published=node.moment("started_at") or node.moment("created_at"),
        is_solved=status in ("resolved", "completed", "postmortem"),
    )
    return [incident, *(_read_update(each, address, place, source) for each in updates[:-1] if each.id("id"))]


def _read_update(node: Node, address: str, place: str, source: Source) -> Post:
    status = one_line(node.text("status").replace("_", " "))
    return Post(
        kind="reply",
        permalink=f"{address}#update-{node.id('id')}",
        native_id=f"update-{node.id('id')}",
        thread=address,
        parent=address,
        title=status[:1].upper() + status[1:],
        html=escape_text(node.text("body")),
        language=source.language,
        author=name_author(place, is_staff=True) if place else None,
        published=node.moment("display_at") or node.moment("created_at"),
    )
