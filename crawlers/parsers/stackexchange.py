"""The Stack Exchange API: questions with their answers, the accepted one marked; its quota and pauses.

The permalink of a question is the address the API gives, that of an answer /a/NUMBER; short addresses and
those of the sites' own feeds are aliases. Scores are what the sites show of votes: up less down.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from crawlers.items import Author, Engagement, Item
from crawlers.parsers.bodies import escape_text
from crawlers.parsers.payload import Node, NotData, read_object
from crawlers.parsers.post import Post, make_item, make_items, name_author
from crawlers.parsers.timeline import Reply
from watchlists.model import Source

API = "https://api.stackexchange.com/2.3"
PAGE = 100
NETWORK = re.compile(
    r"(?:^|\.)(?:stackexchange\.com|stackoverflow\.com|serverfault\.com|superuser\.com|askubuntu\.com"
    r"|stackapps\.com|mathoverflow\.net)$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question as the list gives it."""

    id: str
    item: Item
    answers: tuple[Item, ...]
    """Those that came with it."""
    count: int
    state: str
    """Changes when somebody answers, edits or accepts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One answer of the API."""

    questions: tuple[Question, ...] = ()
    answers: tuple[Item, ...] = ()
    has_more: bool = False
    backoff: float = 0.0
    """Seconds to wait before asking the same again."""
    quota: int | None = None
    """Requests left today."""


class ApiRefusal(NotData):
    """The API says why it does not answer."""

    def __init__(self, message: str, *, url: str, seconds: float) -> None:
        super().__init__(f"a refusal: {message}", url=url)
        self.seconds = seconds
        """How long it wants to be left alone; 0 where it does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What is read: a site of the network, and tags in it."""

    source: Source
    api: str
    site: str
    web: str
    """Address of the site's pages."""
    tags: str = ""
    query: str = ""

    def list_url(self, page: int, key: str | None) -> str:
        """Questions, the last active first."""
        wanted = {"site": self.site, "order": "desc", "sort": "activity", "pagesize": PAGE, "page": page}
        wanted |= {"filter": "withbody", **({"tagged": self.tags} if self.tags else {})}
        if self.query:
            return self._call("search/advanced", {**wanted, "q": self.query}, key)
        return self._call("questions", wanted, key)

    def answers_url(self, ids: Iterable[str], page: int, key: str | None) -> str:
        """The answers to up to a hundred questions at once."""
        wanted = {"site": self.site, "order": "desc", "sort": "activity", "pagesize": PAGE, "page": page}
        return self._call(f"questions/{';'.join(ids)}/answers", {**wanted, "filter": "withbody"}, key)

    def questions_url(self, ids: Iterable[str], key: str | None) -> str:
        """Up to a hundred questions by their numbers."""
        wanted = {"site": self.site, "pagesize": PAGE, "filter": "withbody"}
        return self._call(f"questions/{';'.join(ids)}", wanted, key)

    def _call(self, path: str, wanted: dict[str, object], key: str | None) -> str:
        return f"{self.api}/{path}?{urlencode({**wanted, **({'key': key} if key else {})})}"

    def parse(self, reply: Reply) -> Batch:
        """Questions or answers; raises ApiRefusal where the API says why there are none."""
        node = read_object(reply.body, url=reply.url)
        if node.has("error_id"):
            seconds = re.search(r"(\d{1,6}) seconds", node.text("error_message"))
            message = node.line("error_message") or node.line("error_name")
            raise ApiRefusal(message, url=reply.url, seconds=float(seconds[1]) if seconds else 0.0)
        if not node.has("items"):
            raise NotData("JSON of another shape", url=reply.url)
        nodes = node.nodes("items")
        questions = (self._question(each, reply) for each in nodes if not each.has("answer_id"))
        answers = tuple(self._answer(each) for each in nodes if each.has("answer_id"))
        return Batch(
            questions=tuple(each for each in questions if each),
            answers=make_items(answers, now=reply.now),
            has_more=node.flag("has_more") is True,
            backoff=node.number("backoff") or 0.0,
            quota=node.count("quota_remaining"),
        )

    def _question(self, node: Node, reply: Reply) -> Question | None:
        item = make_item(self._read_question(node), now=reply.now)
        if item is None or not node.id("question_id"):
            return None
        inner = tuple(self._answer(each) for each in node.nodes("answers"))
        marks = ("last_activity_date", "answer_count", "accepted_answer_id")
        return Question(
            id=node.id("question_id"),
            item=item,
            answers=make_items(inner, now=reply.now),
            count=node.count("answer_count") or 0,
            state="|".join(node.id(mark) for mark in marks),
        )

    def _page(self, question: str) -> str:
        return f"{self.web}/q/{question}"

    def _read_question(self, node: Node) -> Post:
        number = node.id("question_id")
        link = node.text("link") if "://" in node.text("link") else f"{self.web}/questions/{number}"
        accepted = node.has("accepted_answer_id") or any(
            each.flag("is_accepted") for each in node.nodes("answers")
        )
        return Post(
            kind="question",
            permalink=link,
            aliases=(self._page(number), f"{self.web}/questions/{number}"),
            native_id=f"q{number}",
            thread=link,
            title=unescape(node.line("title")),
            html=_body(node),
            language=self.source.language,
            tags=node.ids("tags"),
            author=_author(node.node("owner")),
            published=node.moment("creation_date"),
            edited=node.moment("last_edit_date"),
            is_solved=accepted,
            engagement=_engagement(node, replies=node.count("answer_count"), views=node.count("view_count")),
        )

    def _answer(self, node: Node) -> Post:
        number, question = node.id("answer_id"), node.id("question_id")
        return Post(
            kind="answer",
            permalink=f"{self.web}/a/{number}",
            aliases=(f"{self.web}/questions/{question}/{number}#{number}",),
            native_id=f"a{number}",
            thread=self._page(question),
            parent=self._page(question),
            html=_body(node),
            language=self.source.language,
            author=_author(node.node("owner")),
            published=node.moment("creation_date"),
            edited=node.moment("last_edit_date"),
            is_accepted=node.flag("is_accepted"),
            engagement=_engagement(node, replies=node.count("comment_count"), views=None),
        )


def locate(source: Source) -> Place:
    """What is read, from the source's address and target: a site, `tagged/NAME`, `[tag]`, or a search."""
    parts = urlsplit(source.url)
    host, asked = parts.hostname or "", dict(parse_qsl(parts.query))
    target = (source.target or "").strip()
    tagged = re.search(r"/tagged/([^/?]+)", parts.path)
    tags = asked.get("tagged") or (unquote(tagged[1]).replace("+", ";").replace(" ", ";") if tagged else "")
    query = ""
    if target.startswith("?"):
        query = target[1:].strip()
    elif target:
        tags = ";".join(re.split(r"[\s,;+]+", target.replace("[", " ").replace("]", " ").strip()))
    site = asked.get("site") or host.removeprefix("www.").removesuffix(".stackexchange.com").removesuffix(
        ".com"
    )
    if NETWORK.search(host) and not host.startswith("api."):
        web = f"https://{host}"
        return Place(source=source, api=API, site=site, web=web, tags=tags, query=query)
    api = API if host.startswith("api.") else f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
    site = asked.get("site") or "stackoverflow"
    web = f"https://{site if '.' in site else site + '.com'}"
    return Place(source=source, api=api, site=site, web=web, tags=tags, query=query)


def _body(node: Node) -> str:
    return node.text("body") or escape_text(unescape(node.text("body_markdown")))


def _author(owner: Node) -> Author | None:
    kind = owner.text("user_type")
    return name_author(
        unescape(owner.line("display_name")),
        native_id=owner.id("user_id"),
        url=owner.text("link") or None,
        is_staff=None if not kind else kind == "moderator",
    )


def _engagement(node: Node, *, replies: int | None, views: int | None) -> Engagement:
    ups = node.count("up_vote_count")
    return Engagement(
        upvotes=node.count("score") if ups is None else ups,
        downvotes=node.count("down_vote_count"),
        replies=replies,
        views=views,
    )
