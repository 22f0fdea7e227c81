"""The posts of a forum's thread: number, author, date, text, quotes. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin

from lxml import etree
from lxml import html as lxml_html

from crawlers.items import Author, Engagement, Item
from crawlers.parsers.bodies import clean, find_links
from crawlers.parsers.dates import clamp_date
from crawlers.parsers.entry import try_canonical
from crawlers.parsers.forum_counts import read_labelled
from crawlers.parsers.forum_dates import Calendar
from crawlers.parsers.forums.layout import Layout, first, read_all, rewrite, select
from crawlers.urls import item_id
from watchlists.model import Source

MOST_ROWS = 500
_TEAM = re.compile(
    r"\b(?:admin(?:istrat(?:or|eur|rice))?s?|mod[eé]rat(?:or|eur|rice)s?|(?:super |global )?moderators?|staff"
    r"|(?:the |l[’'])?[ée]quipe|team member|community manager|webmestre|webmaster|site owner|official)\b",
    re.IGNORECASE,
)
_THREAD = re.compile(r"(?:topic=|\bt=|tid=)(\d+)")
_DIGITS = re.compile(r"(\d+)(?!.*\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What reading a page needs to know."""

    layout: Layout
    tree: lxml_html.HtmlElement
    base: str
    url: str
    source: Source
    calendar: Calendar

    @property
    def now(self) -> datetime:
        """When the page was read."""
        return self.calendar.now


def read_posts(scene: Scene, opener: str | None, thread_url: str, title: str) -> Iterator[Item]:
    """The posts of a thread's page, in order, each once."""
    seen = set()
    for element in select(scene.tree, scene.layout.posts)[:MOST_ROWS]:
        item = read_post(scene, element, opener=opener, thread_url=thread_url, title=title)
        if item is None or item.id in seen:
            continue
        seen.add(item.id)
        opener = opener or item.id
        yield item


def read_post(
    scene: Scene, element: lxml_html.HtmlElement, *, opener: str | None, thread_url: str, title: str
) -> Item | None:
    """One post; None where its number or its text cannot be found."""
    layout = scene.layout
    number = next(
        (found[1] for text in read_all(element, layout.number) if (found := _DIGITS.search(text))), ""
    )
    body = _find_body(element, layout)
    if not number or body is None:
        return None
    permalink = _post_url(scene, thread_url, number)
    html, quoted, links = _read_body(body, layout, base=scene.base)
    raw = list(read_all(element, layout.date))
    when = next((moment for text in raw if (moment := scene.calendar.read(text))), None)
    published, kept = clamp_date(when, raw[0][:80] if raw else "", now=scene.now)
    id = item_id(permalink)
    is_first = opener is None or opener == id
    return Item(
        id=id,
        kind="post" if is_first else "reply",
        permalink=permalink,
        aliases=(thread_url,) if is_first and thread_url != permalink else (),
        native_id=f"post-{number}",
        thread_id=opener or id,
        parent_id=None if is_first else _parent(scene, thread_url, quoted, number) or opener,
        title=title if is_first else "",
        html=html,
        language=scene.source.language,
        author=_read_author(scene, element),
        published=published,
        published_raw=kept,
        edited=_read_edit(scene, element, published),
        fetched=scene.now,
        is_accepted=True if first(element, layout.accepted) is not None else None,
        engagement=Engagement(upvotes=read_labelled(read_all(element, layout.likes))),
        links=links,
    )


def find_address(scene: Scene, href: str, rules: tuple[tuple[str, str], ...]) -> str | None:
    """A link as the one address of its board or thread; None where it cannot be one."""
    url = try_canonical(href, scene.base) if href else None
    if url is None:
        return None
    url = url.split("#")[0]
    ruled = rewrite(url, rules)
    return try_canonical(ruled, scene.base) if ruled else url if href != scene.url else None


def _post_url(scene: Scene, thread_url: str, number: str) -> str:
    found = _THREAD.search(thread_url)
    address = scene.layout.post_address.format(number=number, thread=found[1] if found else "")
    base = scene.base if address.startswith(("viewtopic", "showthread", "index.php")) else thread_url
    return try_canonical(urljoin(base, address), scene.base) or f"{thread_url}#post-{number}"


def _parent(scene: Scene, thread_url: str, quoted: str, own: str) -> str | None:
    return item_id(_post_url(scene, thread_url, quoted)) if quoted and quoted != own else None


def _find_body(element: lxml_html.HtmlElement, layout: Layout) -> lxml_html.HtmlElement | None:
    return next(
        (each for part in layout.body.split(" || ") if (each := first(element, part)) is not None), None
    )


def _read_body(body: lxml_html.HtmlElement, layout: Layout, *, base: str) -> tuple[str, str, tuple[str, ...]]:
    """The message as HTML, others' words in <blockquote>; the number of the first post quoted; own links."""
    for unwanted in select(body, layout.drop):
        if unwanted is not body:
            unwanted.drop_tree()
    quoted = ""
    for quote in select(body, layout.quote):
        numbers = (_DIGITS.search(text) for text in read_all(quote, layout.quoted))
        quoted = quoted or next((found[1] for found in numbers if found), "")
        quote.tag = "blockquote"
    html = _inner(body)
    # The outermost first: what is inside goes with it.
    while (quote := first(body, "./descendant::blockquote")) is not None:
        quote.drop_tree()
    return html, quoted, find_links(_inner(body), base=base)


def _inner(body: lxml_html.HtmlElement) -> str:
    parts = (etree.tostring(each, encoding="unicode", method="html") for each in body)
    return clean((body.text or "") + "".join(parts)).strip()


def _read_author(scene: Scene, element: lxml_html.HtmlElement) -> Author | None:
    layout = scene.layout
    name = next(read_all(element, layout.author), "")[:200]
    if not name:
        return None
    profile = next(read_all(element, layout.profile), "")
    marks = [text for text in read_all(element, layout.staff) if len(text) <= 60]
    is_team = any(_TEAM.search(text) for text in marks)
    url = try_canonical(profile, scene.base) if profile else None
    return Author(name=name, url=url, is_staff=True if is_team else False if layout.shows_staff else None)


def _read_edit(scene: Scene, element: lxml_html.HtmlElement, published: datetime) -> datetime | None:
    """When the post was last edited, where it says so to the minute."""
    notices = read_all(element, scene.layout.edited)
    when = next((moment for text in notices if (moment := scene.calendar.read(text))), None)
    return when if when and published <= when <= scene.now else None
