"""Public Telegram channels, as t.me/s/CHANNEL shows them.

The permalink of a post is https://t.me/CHANNEL/NUMBER.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from parsel import Selector

from crawlers.items import Author, CommunitySample, Engagement, Item
from crawlers.parsers.article import LARGEST
from crawlers.parsers.bodies import one_line
from crawlers.parsers.dates import read_date
from crawlers.parsers.post import Post, make_items, name_author
from crawlers.parsers.walls import WallMet, find_wall
from watchlists.errors import VeilleurError
from watchlists.model import Source

_NAME = re.compile(r"^/?(?:s/)?@?(?P<name>[A-Za-z]\w{3,63})(?:/.*)?$")
_COUNT = re.compile(r"(?P<number>\d[\d  ]*(?:[.,]\d+)?)\s*(?P<unit>[KMkm]?)")
_UNITS = {"": 1, "k": 1_000, "m": 1_000_000}


class NoPreview(WallMet):
    """The channel cannot be read without an account."""

    def __init__(self, *, url: str) -> None:
        self.wall = "log-in"
        VeilleurError.__init__(
            self,
            "The channel {url} shows no posts to the public.",
            why="It is private, a group, or has turned its web preview off.",
            remedy="Bring in what you read there with: veilleur note",
            url=url,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPage:
    """A page of posts, oldest first, as the channel shows them."""

    items: tuple[Item, ...]
    numbers: tuple[int, ...]
    """Numbers of the posts on the page, albums' further pictures included."""
    subscribers: int | None
    before_url: str | None
    """The page of older posts."""


def find_channel(url: str, target: str | None) -> str:
    """The channel's name, from its address or the target; empty where neither has one."""
    parts = urlsplit(url)
    for path in (target or "", parts.path):
        if found := _NAME.match(path):
            return found["name"]
    return ""


def preview_url(url: str, channel: str) -> str:
    """Where the channel's posts are shown; Telegram's own host unless the address has another."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/s/{channel}"


def parse_channel(body: bytes, *, url: str, source: Source, now: datetime) -> ChannelPage:
    """The posts of a page; raises NoPreview where it shows none."""
    page = Selector(text=body[:LARGEST].decode("utf-8", "replace"), type="html")
    messages = page.css(".tgme_widget_message[data-post]")
    if not messages and not page.css(".tgme_channel_history"):
        if wall := find_wall(body, url=url):
            raise WallMet(wall, url=url)
        raise NoPreview(url=url)
    origin = f"{urlsplit(url).scheme}://{urlsplit(url).netloc}"
    posts = tuple(_read_message(each, origin, source, now) for each in messages)
    older = page.css("a.tme_messages_more[data-before]::attr(href), link[rel=prev]::attr(href)").get()
    return ChannelPage(
        items=make_items(posts, now=now),
        numbers=tuple(_numbers(messages)),
        subscribers=_subscribers(page),
        before_url=urljoin(url, older) if older else None,
    )


def sample_of(page: ChannelPage, *, source: str, now: datetime) -> CommunitySample:
    """The size of the channel."""
    return CommunitySample(source=source, at=now, subscribers=page.subscribers)


def read_count(text: str) -> int | None:
    """A count as Telegram writes it: 842, 1.2K, 3,4M."""
    found = _COUNT.search(text)
    if found is None:
        return None
    number = re.sub(r"[  ]", "", found["number"]).replace(",", ".")
    return round(float(number) * _UNITS[found["unit"].lower()])


def _read_message(message: Selector, origin: str, source: Source, now: datetime) -> Post | None:
    name = message.attrib["data-post"]
    if not re.fullmatch(r"\w+/\d+", name):
        return None
    bubble = next(iter(message.css(".tgme_widget_message_bubble")), message)
    reply = message.css("a.tgme_widget_message_reply::attr(href)").get()
    permalink = f"{origin}/{name}"
    return Post(
        kind="post",
        permalink=permalink,
        native_id=name,
        thread=_address(reply, origin) or permalink,
        parent=_address(reply, origin),
        html=_body(bubble),
        language=source.language,
        tags=tuple(message.css(".tgme_widget_message_text a[href^='?q=%23']::text").getall()),
        author=_author(message, origin),
        published=read_date(message.css("a.tgme_widget_message_date time::attr(datetime)").get(""), now=now),
        engagement=_engagement(message),
        links=tuple(message.css("a.tgme_widget_message_link_preview::attr(href)").getall()),
    )


def _address(reply: str | None, origin: str) -> str:
    return urljoin(f"{origin}/", urlsplit(reply).path) if reply else ""


def _body(bubble: Selector) -> str:
    """The text, without what the post it answers says; then its poll, and the title of what it links to."""
    parts = bubble.xpath(
        ".//*[contains(concat(' ', @class, ' '), ' js-message_text ')"
        " and not(ancestor::*[contains(@class, 'message_reply')])]"
    ) or bubble.css(".tgme_widget_message_text:not(.js-message_reply_text)")
    poll = bubble.css(".tgme_widget_message_poll_question::text, .tgme_widget_message_poll_option_text::text")
    titles = bubble.css(".link_preview_title::text, .tgme_widget_message_document_title::text")
    lines = [f"<p>{_escape(text)}</p>" for text in (*poll.getall(), *titles.getall())]
    return "".join([*(part.get() for part in parts), *lines])


def _escape(text: str) -> str:
    return one_line(text).replace("&", "&amp;").replace("<", "&lt;")


def _author(message: Selector, origin: str) -> Author | None:
    """The person who signs, else the channel itself."""
    owner = message.css(".tgme_widget_message_owner_name")
    channel = one_line(" ".join(owner.css("::text").getall()))
    signed = one_line(message.css(".tgme_widget_message_from_author::text").get(""))
    url = owner.attrib.get("href") if owner else None
    return name_author(signed or channel, url=None if signed or not url else urljoin(f"{origin}/", url))


def _engagement(message: Selector) -> Engagement:
    views = message.css(".tgme_widget_message_views::text").get("")
    reactions = [" ".join(each.css("::text").getall()) for each in message.css(".tgme_reaction")]
    counts = [count for each in reactions if (count := read_count(each)) is not None]
    return Engagement(views=read_count(views), upvotes=sum(counts) if counts else None)


def _numbers(messages: Iterable[Selector]) -> Iterator[int]:
    for message in messages:
        number = message.attrib["data-post"].rpartition("/")[2]
        grouped = message.css(".tgme_widget_message_grouped a[href]::attr(href)").getall()
        tails = (urlsplit(href).path.rpartition("/")[2] for href in grouped)
        yield from (int(each) for each in (number, *tails) if each.isdigit() and len(each) < 12)


def _subscribers(page: Selector) -> int | None:
    for counter in page.css(".tgme_channel_info_counter"):
        kind = counter.css(".counter_type::text").get("")
        if kind.startswith(("subscriber", "abonn", "member")):
            return read_count(counter.css(".counter_value::text").get(""))
    return read_count(page.css(".tgme_header_counter::text").get(""))
