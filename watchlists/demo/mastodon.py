"""A server that answers as Mastodon's API does: accounts, hashtags, contexts, pages by max_id."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from urllib.parse import quote

from watchlists.demo.answers import NOT_FOUND, Answer, Ask, as_json
from watchlists.demo.conversations import Person
from watchlists.demo.feeds import feed_answer
from watchlists.demo.mastodon_status import Status, account_data, account_id, status_data, statuses
from watchlists.demo.place import Entry, Place

VERSION = "4.4.3"


def mastodon_answer(place: Place, ask: Ask) -> Answer:
    """The first route that fits, else an error as the API words it."""
    if ask.path == place.feed:
        return tag_feed(place, ask)
    for pattern, route in ROUTES:
        found = re.fullmatch(pattern, ask.path)
        if found:
            return route(place, ask, *found.groups()) or not_found()
    return NOT_FOUND


def not_found() -> Answer:
    """What the API says about something that is not, or no longer, there."""
    return as_json({"error": "Record not found"}, status=404)


def instance(place: Place, ask: Ask) -> Answer:
    """The server and its size."""
    members = place.members.at(ask.now) if place.members else 0
    return as_json(
        {
            "uri": place.host.name,
            "domain": place.host.name,
            "title": place.title,
            "short_description": place.description,
            "version": VERSION,
            "languages": [place.language],
            "stats": {"user_count": members, "status_count": len(statuses(place, ask)), "domain_count": 1},
            "usage": {"users": {"active_month": _active(place, ask)}},
        }
    )


def nodeinfo_link(place: Place, ask: Ask) -> Answer:
    """Where nodeinfo is."""
    schema = "http://nodeinfo.diaspora.software/ns/schema/2.0"
    return as_json({"links": [{"rel": schema, "href": f"{place.root}/nodeinfo/2.0"}]})


def nodeinfo(place: Place, ask: Ask) -> Answer:
    """What runs here."""
    users = {"total": place.members.at(ask.now) if place.members else 0, "activeMonth": _active(place, ask)}
    usage = {"users": users, "localPosts": len(statuses(place, ask))}
    software = {"name": "mastodon", "version": VERSION}
    return as_json({"version": "2.0", "software": software, "protocols": ["activitypub"], "usage": usage})


def _active(place: Place, ask: Ask) -> int:
    return len({s.message.by for s in statuses(place, ask) if s.message.at > ask.now - timedelta(days=30)})


def lookup(place: Place, ask: Ask) -> Answer | None:
    """An account by its name."""
    person = place.members_by_handle.get(ask.get("acct").removeprefix("@").split("@")[0])
    return as_json(account_data(place, ask, person)) if person else None


def account(place: Place, ask: Ask, number: str) -> Answer | None:
    """An account by its id."""
    person = _person(place, number)
    return as_json(account_data(place, ask, person)) if person else None


def account_statuses(place: Place, ask: Ask, number: str) -> Answer | None:
    """What one account wrote."""
    person = _person(place, number)
    if person is None:
        return None
    theirs = [s for s in statuses(place, ask) if s.message.by == person.handle]
    if ask.get("exclude_replies") in {"true", "1"}:
        theirs = [s for s in theirs if s.message.reply_to is None]
    return _timeline(place, ask, theirs)


def tag_timeline(place: Place, ask: Ask, name: str) -> Answer:
    """What carries a hashtag."""
    return _timeline(place, ask, _tagged(place, ask, name))


def public_timeline(place: Place, ask: Ask) -> Answer:
    """Everything."""
    return _timeline(place, ask, statuses(place, ask))


def _tagged(place: Place, ask: Ask, name: str) -> list[Status]:
    return [s for s in statuses(place, ask) if name.casefold() in (tag.casefold() for tag in s.tags)]


def _timeline(place: Place, ask: Ask, found: Sequence[Status]) -> Answer:
    limit = ask.number("limit", default=20, most=40) or 20
    page = list(_between(found, ask))[:limit]
    links = (
        f'<{_page_url(place, ask, limit)}&max_id={page[-1].id}>; rel="next", ' if len(page) == limit else ""
    )
    if page:
        links += f'<{_page_url(place, ask, limit)}&min_id={page[0].id}>; rel="prev"'
    headers = (("Link", links.removesuffix(", ")),) if links else ()
    return as_json([status_data(place, ask, status) for status in page], headers=headers)


def _between(found: Sequence[Status], ask: Ask) -> Iterator[Status]:
    """Between since_id or min_id and max_id; the ids themselves left out."""
    below = ask.number("max_id", default=2**63, most=2**63)
    above = max(ask.number(name, default=0, most=2**63) for name in ("since_id", "min_id"))
    return (status for status in found if above < status.id < below)


def _page_url(place: Place, ask: Ask, limit: int) -> str:
    return f"{place.root}{quote(ask.path)}?limit={limit}"


def status(place: Place, ask: Ask, number: str) -> Answer | None:
    """One status."""
    found = _find(place, ask, number)
    return as_json(status_data(place, ask, found)) if found else None


def context(place: Place, ask: Ask, number: str) -> Answer | None:
    """What a status answers, and what answers it."""
    found = _find(place, ask, number)
    if found is None:
        return None
    ancestors = list(_ancestors(found))[::-1]
    above = {s.id for s in ancestors}
    thread = [Status(found.shown, m) for m in found.shown.messages]
    descendants = [
        s for s in thread if s.id != found.id and s.id not in above and found.id in map(_id, _ancestors(s))
    ]
    return as_json(
        {
            "ancestors": [status_data(place, ask, s) for s in ancestors],
            "descendants": [status_data(place, ask, s) for s in descendants],
        }
    )


def _id(one: Status) -> int:
    return one.id


def _ancestors(one: Status) -> Iterator[Status]:
    parent = one.parent
    while parent is not None:
        yield parent
        parent = parent.parent


def _find(place: Place, ask: Ask, number: str) -> Status | None:
    return next((s for s in statuses(place, ask) if s.id == int(number)), None)


def _person(place: Place, number: str) -> Person | None:
    return next((p for p in place.people if str(account_id(p)) == number), None)


def tag_feed(place: Place, ask: Ask) -> Answer:
    """A hashtag as RSS: no titles, no authors, as the engine has it."""
    name = place.feed.removeprefix("/tags/").removesuffix(".rss")
    return feed_answer(place, [_entry(place, ask, s) for s in _tagged(place, ask, name)], ask)


def _entry(place: Place, ask: Ask, one: Status) -> Entry:
    url = f"{place.root}/@{one.message.by}/{one.id}"
    html = one.message.html_at(ask.now)
    return Entry(
        url=url,
        guid=url,
        author="",
        title="",
        html=html,
        teaser=html,
        tags=one.tags,
        published=one.message.at,
        edited=one.message.at,
        comments=None,
    )


def page(place: Place, ask: Ask) -> Answer:
    """The front page, which says little without scripts."""
    head = f'<!doctype html><html lang="{place.language}"><head><meta charset="utf-8">'
    text = f"{head}<title>{place.title}</title>"
    return Answer(
        body=(
            text + '</head><body><noscript>Mastodon</noscript><div id="mastodon"></div></body></html>\n'
        ).encode()
    )


ROUTES: tuple[tuple[str, Callable[..., Answer | None]], ...] = (
    (r"/", page),
    (r"/api/v[12]/instance", instance),
    (r"/\.well-known/nodeinfo", nodeinfo_link),
    (r"/nodeinfo/2\.0", nodeinfo),
    (r"/api/v1/accounts/lookup", lookup),
    (r"/api/v1/accounts/([0-9]{1,20})", account),
    (r"/api/v1/accounts/([0-9]{1,20})/statuses", account_statuses),
    (r"/api/v1/timelines/tag/(\w+)", tag_timeline),
    (r"/api/v1/timelines/public", public_timeline),
    (r"/api/v1/statuses/([0-9]{1,20})", status),
    (r"/api/v1/statuses/([0-9]{1,20})/context", context),
)
