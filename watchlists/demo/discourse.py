"""A forum that answers as Discourse does: JSON beside every page, twenty posts at a time, feeds."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from html import escape

from watchlists.demo.answers import Answer, Ask, as_json
from watchlists.demo.conversations import Message, Person, ShownThread
from watchlists.demo.feeds import feed_answer
from watchlists.demo.place import Entry, Place

TOPICS_PER_PAGE = 10
POSTS_PER_ANSWER = 20
"""A topic's JSON holds its first twenty posts; the others are asked for by id."""
GENERATOR = "Discourse 3.5.2 - https://github.com/discourse/discourse"

Json = dict[str, object]


def discourse_answer(place: Place, ask: Ask) -> Answer:
    """The first route that fits, else Discourse's own 404."""
    for pattern, route in ROUTES:
        found = re.fullmatch(pattern, ask.path)
        if found:
            return route(place, ask, *found.groups()) or not_found()
    return not_found()


def not_found() -> Answer:
    """What Discourse says about something that is not, or no longer, there."""
    return as_json(
        {"errors": ["The requested URL or resource could not be found."], "error_type": "not_found"},
        status=404,
    )


def about(place: Place, ask: Ask) -> Answer:
    """The place's size and its team."""
    shown = place.shown_threads(ask.now)
    recent = {m.by for t in shown for m in t.messages if m.at > ask.now - timedelta(days=7)}
    stats = {
        "topics_count": len(shown),
        "posts_count": sum(len(t.messages) for t in shown),
        "users_count": place.members.at(ask.now) if place.members else len(place.people),
        "active_users_7_days": len(recent),
        "likes_count": sum(m.likes_at(ask.now) for t in shown for m in t.messages),
    }
    team = [_user(person) for person in place.people if person.is_staff]
    facts = {
        "title": place.title,
        "description": place.description,
        "version": "3.5.2",
        "locale": place.language,
    }
    return as_json({"about": {**facts, "stats": stats, "moderators": team, "admins": team[:1]}})


def categories(place: Place, ask: Ask) -> Answer:
    """The boards."""
    shown = place.shown_threads(ask.now)
    listing = [
        {
            "id": board.number,
            "name": board.name,
            "slug": board.slug,
            "topic_count": sum(t.thread.board == board.number for t in shown),
            "post_count": sum(len(t.messages) for t in shown if t.thread.board == board.number),
        }
        for board in place.boards
    ]
    return as_json({"category_list": {"categories": listing}})


def latest(place: Place, ask: Ask) -> Answer:
    """All topics, the last active first."""
    return _topic_list(place, ask, place.shown_threads(ask.now), "/latest")


def category(place: Place, ask: Ask, slug: str, number: str) -> Answer:
    """The topics of one board."""
    shown = [t for t in place.shown_threads(ask.now) if t.thread.board == int(number)]
    return _topic_list(place, ask, shown, f"/c/{slug}/{number}")


def tag(place: Place, ask: Ask, name: str) -> Answer:
    """The topics with one tag."""
    shown = [t for t in place.shown_threads(ask.now) if name in t.thread.tags]
    return _topic_list(place, ask, shown, f"/tag/{name}")


def _topic_list(place: Place, ask: Ask, shown: Sequence[ShownThread], path: str) -> Answer:
    page = ask.number("page", default=0)
    listed = shown[page * TOPICS_PER_PAGE : (page + 1) * TOPICS_PER_PAGE]
    topics: Json = {"per_page": TOPICS_PER_PAGE, "topics": [_summary(place, ask, t) for t in listed]}
    if len(shown) > (page + 1) * TOPICS_PER_PAGE:
        topics["more_topics_url"] = f"{path}?no_definitions=true&page={page + 1}"
    names = dict.fromkeys(m.by for t in listed for m in (t.first, t.last))
    return as_json({"users": [_user(place.members_by_handle[name]) for name in names], "topic_list": topics})


def _summary(place: Place, ask: Ask, shown: ShownThread) -> Json:
    thread = shown.thread
    return {
        "id": thread.number,
        "title": thread.title,
        "fancy_title": escape(thread.title, quote=False),
        "slug": thread.slug,
        "posts_count": len(shown.messages),
        "reply_count": sum(m.reply_to is not None for m in shown.messages),
        "highest_post_number": shown.last.position,
        "created_at": _iso(shown.first),
        "last_posted_at": _iso(shown.last),
        "bumped_at": _iso(shown.last),
        "pinned": False,
        "visible": True,
        "closed": False,
        "archived": False,
        "views": thread.views.at(ask.now) if thread.views else 0,
        "like_count": sum(m.likes_at(ask.now) for m in shown.messages),
        "last_poster_username": shown.last.by,
        "category_id": thread.board,
        "tags": list(thread.tags),
        "has_accepted_answer": thread.is_solved(ask.now),
        "posters": [
            {"description": "Original Poster", "user_id": _user_id(place.members_by_handle[shown.first.by])}
        ],
    }


def topic(place: Place, ask: Ask, number: str) -> Answer | None:
    """One topic with its first posts, and the ids of all."""
    shown = _find(place, ask, number)
    if shown is None:
        return None
    posts = [_post(place, ask, shown, m) for m in shown.messages[:POSTS_PER_ANSWER]]
    accepted = next((m for m in shown.messages if m.accepted and m.accepted <= ask.now), None)
    solved: Json = (
        {"accepted_answer": {"post_number": accepted.position, "username": accepted.by}} if accepted else {}
    )
    creator = _user(place.members_by_handle[shown.first.by])
    stream: Json = {"posts": posts, "stream": [m.number for m in shown.messages]}
    return as_json(
        {**_summary(place, ask, shown), **solved, "post_stream": stream, "details": {"created_by": creator}}
    )


def posts_by_id(place: Place, ask: Ask, number: str) -> Answer | None:
    """The posts of one topic that are asked for by id."""
    shown = _find(place, ask, number)
    wanted = set(ask.all("post_ids[]"))
    if shown is None:
        return None
    posts = [_post(place, ask, shown, m) for m in shown.messages if str(m.number) in wanted]
    return as_json({"post_stream": {"posts": posts[:POSTS_PER_ANSWER]}, "id": shown.thread.number})


def _find(place: Place, ask: Ask, number: str) -> ShownThread | None:
    return next((t for t in place.shown_threads(ask.now) if t.thread.number == int(number)), None)


def _post(place: Place, ask: Ask, shown: ShownThread, message: Message) -> Json:
    person = place.members_by_handle[message.by]
    likes = message.likes_at(ask.now)
    is_edited = message.edited is not None and message.edited <= ask.now
    return {
        "id": message.number,
        "name": person.name,
        "username": person.handle,
        "user_id": _user_id(person),
        "created_at": _iso(message),
        "updated_at": message.edited.strftime(FORMAT) if is_edited and message.edited else _iso(message),
        "cooked": message.html_at(ask.now),
        "post_number": message.position,
        "post_type": 1,
        "reply_count": sum(m.reply_to == message.position for m in shown.messages),
        "reply_to_post_number": message.reply_to,
        "topic_id": shown.thread.number,
        "topic_slug": shown.thread.slug,
        "moderator": person.is_staff,
        "admin": False,
        "staff": person.is_staff,
        "version": 2 if is_edited else 1,
        "hidden": False,
        "deleted_at": None,
        "user_deleted": False,
        "accepted_answer": bool(message.accepted and message.accepted <= ask.now),
        "actions_summary": [{"id": 2, "count": likes}] if likes else [],
    }


def _user_id(person: Person) -> int:
    """Below zero for bots, as the engine numbers its own accounts."""
    return -person.number if person.is_bot else person.number


def _user(person: Person) -> Json:
    return {
        "id": _user_id(person),
        "username": person.handle,
        "name": person.name,
        "moderator": person.is_staff,
    }


FORMAT = "%Y-%m-%dT%H:%M:%S.000Z"


def _iso(message: Message) -> str:
    return message.at.strftime(FORMAT)


def posts_feed(place: Place, ask: Ask) -> Answer:
    """The latest posts of all topics, as RSS."""
    shown = place.shown_threads(ask.now)
    entries = (_entry(place, ask, t, m) for t in shown for m in t.messages)
    return feed_answer(place, sorted(entries, key=lambda e: (e.published, e.url), reverse=True), ask)


def _entry(place: Place, ask: Ask, shown: ShownThread, message: Message) -> Entry:
    thread = shown.thread
    html = message.html_at(ask.now)
    return Entry(
        url=f"{place.root}/t/{thread.slug}/{thread.number}/{message.position}",
        guid=f"{place.host.name}-post-{message.number}",
        author=place.members_by_handle[message.by].name,
        title=thread.title,
        html=html,
        teaser=html,
        tags=thread.tags,
        published=message.at,
        edited=message.at,
        comments=None,
    )


def page(place: Place, ask: Ask, *groups: str) -> Answer | None:
    """A page as a browser without scripts gets it."""
    shown = place.shown_threads(ask.now) if not groups else [t for t in [_find(place, ask, groups[0])] if t]
    if groups and not shown:
        return None
    title = shown[0].thread.title if groups else place.title
    text = "\n".join(_crawler_post(m, ask) for t in shown for m in (t.messages if groups else (t.first,)))
    return Answer(
        body=(
            f'<!doctype html>\n<html lang="{place.language}">\n<head>\n<meta charset="utf-8">\n'
            f"<title>{escape(title)} - {escape(place.title)}</title>\n"
            f'<meta name="generator" content="{GENERATOR}">\n'
            f'<link rel="alternate" type="application/rss+xml" title="{escape(place.title)}" '
            f'href="{place.feed}">\n'
            f'</head>\n<body class="crawler">\n<h1>{escape(title)}</h1>\n{text}\n</body>\n</html>\n'
        ).encode()
    )


def _crawler_post(message: Message, ask: Ask) -> str:
    return (
        f'<div class="topic-body crawler-post"><span class="creator">{escape(message.by)}</span> '
        f'<time class="post-time" datetime="{_iso(message)}"></time>'
        f'<div class="post" itemprop="text">{message.html_at(ask.now)}</div></div>'
    )


ROUTES: tuple[tuple[str, Callable[..., Answer | None]], ...] = (
    (r"/(?:latest)?", page),
    (r"/posts\.rss", posts_feed),
    (r"/about\.json", about),
    (r"/(?:categories|site)\.json", categories),
    (r"/latest\.json", latest),
    (r"/c/([\w-]+)/([0-9]+)(?:/l/latest)?\.json", category),
    (r"/tag/([\w-]+)\.json", tag),
    (r"/t/(?:[\w-]+/)?([0-9]+)\.json", topic),
    (r"/t/([0-9]+)/posts\.json", posts_by_id),
    (r"/t/(?:[\w-]+/)?([0-9]+)(?:/[0-9]+)?", page),
)
