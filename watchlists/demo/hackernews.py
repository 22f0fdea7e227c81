"""A link-sharing site that answers as Hacker News does through its search API and its item API."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from watchlists.demo.answers import NOT_FOUND, Answer, Ask, as_json
from watchlists.demo.conversations import Message, ShownThread
from watchlists.demo.feeds import feed_answer
from watchlists.demo.place import Entry, Place

Json = dict[str, object]
OPERATORS: dict[str, Callable[[int, int], bool]] = {
    "<": int.__lt__,
    "<=": int.__le__,
    "=": int.__eq__,
    ">": int.__gt__,
    ">=": int.__ge__,
}


@dataclass(frozen=True, slots=True)
class Post:
    """A story or a comment, with the thread it is in."""

    shown: ShownThread
    message: Message

    @property
    def is_story(self) -> bool:
        """Whether it opens the thread."""
        return self.message is self.shown.first

    @property
    def parent(self) -> int | None:
        """Number of the post it answers; a comment that says nothing else answers the story."""
        if self.is_story:
            return None
        answered = (m for m in self.shown.messages if m.position == self.message.reply_to)
        return next(answered, self.shown.first).number

    @property
    def children(self) -> Iterator[Post]:
        """Its direct answers."""
        others = (Post(self.shown, m) for m in self.shown.messages)
        return (other for other in others if other.parent == self.message.number)


def hackernews_answer(place: Place, ask: Ask) -> Answer:
    """The first route that fits."""
    for pattern, route in ROUTES:
        found = re.fullmatch(pattern, ask.path)
        if found:
            return route(place, ask, *found.groups()) or as_json(
                {"status": 404, "error": "Not Found"}, status=404
            )
    return NOT_FOUND


def posts(place: Place, ask: Ask) -> list[Post]:
    """All that can be read at a time, newest first."""
    found = (Post(t, m) for t in place.shown_threads(ask.now) for m in t.messages)
    return sorted(found, key=lambda post: post.message.number, reverse=True)


def search(place: Place, ask: Ask, by_date: str) -> Answer:
    """Stories and comments by words, tags and numbers, a page at a time."""
    found = [
        p for p in posts(place, ask) if _has_words(p, ask) and _has_tags(p, ask) and _has_numbers(p, ask)
    ]
    if not by_date:
        found.sort(key=lambda post: (-post.message.likes_at(ask.now), -post.message.number))
    page, size = ask.number("page", default=0), ask.number("hitsPerPage", default=20, most=1_000) or 20
    return as_json(
        {
            "hits": [_hit(ask, post) for post in found[page * size : (page + 1) * size]],
            "nbHits": len(found),
            "page": page,
            "nbPages": -(-len(found) // size),
            "hitsPerPage": size,
            "query": ask.get("query"),
        }
    )


def _has_words(post: Post, ask: Ask) -> bool:
    text = f"{post.shown.thread.title if post.is_story else ''} {post.message.html} {_url(post)}".casefold()
    return all(word in text for word in ask.get("query").casefold().split())


def _tags(post: Post) -> list[str]:
    kind = "story" if post.is_story else "comment"
    tags = [kind, f"author_{post.message.by}", f"story_{post.shown.first.number}"]
    return [*tags, "ask_hn"] if post.is_story and not post.shown.thread.link else tags


def _has_tags(post: Post, ask: Ask) -> bool:
    """Commas mean and, commas between brackets mean or."""
    own = set(_tags(post))
    groups = re.findall(r"\(([^)]*)\)|([^,()]+)", ask.get("tags"))
    return all(own & set((either or one).split(",")) for either, one in groups)


def _has_numbers(post: Post, ask: Ask) -> bool:
    wanted = re.findall(r"(\w+)(<=|>=|<|>|=)([0-9]{1,12})", ask.get("numericFilters"))
    return all(OPERATORS[sign](_number(post, ask, name), int(value)) for name, sign, value in wanted)


def _number(post: Post, ask: Ask, name: str) -> int:
    if name == "points":
        return post.message.likes_at(ask.now)
    if name == "num_comments":
        return len(post.shown.messages) - 1
    return int(post.message.at.timestamp())


def _url(post: Post) -> str:
    return post.shown.thread.link if post.is_story else ""


def _hit(ask: Ask, post: Post) -> Json:
    message, story = post.message, post.shown.first.number
    hit: Json = {
        "objectID": str(message.number),
        "author": message.by,
        "created_at": f"{message.at:%Y-%m-%dT%H:%M:%SZ}",
        "created_at_i": int(message.at.timestamp()),
        "story_id": story,
        "_tags": _tags(post),
        "children": [child.message.number for child in post.children],
    }
    if post.is_story:
        text = {"story_text": message.html_at(ask.now)} if message.html else {}
        link = {"url": _url(post)} if _url(post) else {}
        count = len(post.shown.messages) - 1
        return {
            **hit,
            "title": post.shown.thread.title,
            **link,
            **text,
            "points": message.likes_at(ask.now),
            "num_comments": count,
        }
    thread = post.shown.thread
    told: Json = {"comment_text": message.html_at(ask.now), "parent_id": post.parent}
    return {**hit, **told, "story_title": thread.title, "story_url": thread.link or None}


def item_tree(place: Place, ask: Ask, number: str) -> Answer | None:
    """A story or comment with all that answers it."""
    found = _find(place, ask, number)
    return as_json(_tree(ask, found)) if found else None


def _tree(ask: Ask, post: Post) -> Json:
    message = post.message
    return {
        "id": message.number,
        "created_at": f"{message.at:%Y-%m-%dT%H:%M:%S}.000Z",
        "created_at_i": int(message.at.timestamp()),
        "type": "story" if post.is_story else "comment",
        "author": message.by,
        "title": post.shown.thread.title if post.is_story else None,
        "url": _url(post) or None,
        "text": message.html_at(ask.now) or None,
        "points": message.likes_at(ask.now) if post.is_story else None,
        "parent_id": post.parent,
        "story_id": post.shown.first.number,
        "children": [_tree(ask, child) for child in post.children],
    }


def item(place: Place, ask: Ask, number: str) -> Answer:
    """A story or comment alone; null when it is not, or no longer, there."""
    post = _find(place, ask, number)
    if post is None:
        return as_json(None)
    message = post.message
    data: Json = {"id": message.number, "by": message.by, "time": int(message.at.timestamp())}
    data |= {"kids": [child.message.number for child in post.children]}
    if message.html:
        data["text"] = message.html_at(ask.now)
    if not post.is_story:
        return as_json({**data, "type": "comment", "parent": post.parent})
    data |= {"type": "story", "title": post.shown.thread.title, "score": message.likes_at(ask.now)}
    data |= {"descendants": len(post.shown.messages) - 1, **({"url": _url(post)} if _url(post) else {})}
    return as_json(data)


def newest(place: Place, ask: Ask) -> Answer:
    """Numbers of the newest stories."""
    return as_json([post.message.number for post in _stories(place, ask)])


def _stories(place: Place, ask: Ask) -> Sequence[Post]:
    return [post for post in posts(place, ask) if post.is_story]


def _find(place: Place, ask: Ask, number: str) -> Post | None:
    return next((post for post in posts(place, ask) if post.message.number == int(number)), None)


def stories_feed(place: Place, ask: Ask) -> Answer:
    """The newest stories, as RSS; each says what it is about."""
    return feed_answer(place, [_entry(place, ask, post) for post in _stories(place, ask)], ask)


def _entry(place: Place, ask: Ask, post: Post) -> Entry:
    page = f"{place.root}/item?id={post.message.number}"
    about = escape(_url(post))
    html = f'<p><a href="{about}">{about}</a></p>' if about else post.message.html_at(ask.now)
    return Entry(
        url=page,
        guid=page,
        author=post.message.by,
        title=post.shown.thread.title,
        html=html,
        teaser=html,
        tags=(),
        published=post.message.at,
        edited=post.message.at,
        comments=len(post.shown.messages) - 1,
    )


def page(place: Place, ask: Ask) -> Answer:
    """The front page or, with `?id=`, one conversation."""
    found = [p for p in posts(place, ask) if not ask.get("id") or str(p.shown.first.number) == ask.get("id")]
    rows = "\n".join(_row(ask, post) for post in reversed(found) if ask.get("id") or post.is_story)
    return Answer(
        body=(
            f'<html lang="en"><head><meta charset="utf-8"><title>{escape(place.title)}</title>'
            f'<link rel="alternate" type="application/rss+xml" title="RSS" href="{place.feed}"></head>'
            f'<body><table id="hnmain">\n{rows}\n</table></body></html>\n'
        ).encode()
    )


def _row(ask: Ask, post: Post) -> str:
    text = f'<a href="{escape(_url(post))}">{escape(post.shown.thread.title)}</a>' if post.is_story else ""
    return (
        f'<tr class="athing" id="{post.message.number}"><td>{text}<a class="hnuser">'
        f"{escape(post.message.by)}</a>"
        f'<div class="commtext">{post.message.html_at(ask.now)}</div></td></tr>'
    )


ROUTES: tuple[tuple[str, Callable[..., Answer | None]], ...] = (
    (r"/(?:item)?", page),
    (r"/rss", stories_feed),
    (r"/api/v1/search(_by_date)?", search),
    (r"/api/v1/items/([0-9]{1,12})", item_tree),
    (r"/v0/item/([0-9]{1,12})\.json", item),
    (r"/v0/(?:new|top|best)stories\.json", newest),
)
