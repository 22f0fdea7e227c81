"""A status and an account of the Mastodon-like server, as its API words them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from watchlists.demo.answers import Ask
from watchlists.demo.conversations import Message, Person, ShownThread
from watchlists.demo.place import Place

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Status:
    """One message with the thread it is in."""

    shown: ShownThread
    message: Message

    @property
    def id(self) -> int:
        """As Mastodon makes them: milliseconds, then 16 bits."""
        return (int(self.message.at.timestamp() * 1000) << 16) + self.message.number % 65_536

    @property
    def tags(self) -> tuple[str, ...]:
        """Hashtags of the thread's first message, or those written in the text."""
        if self.message is self.shown.first:
            return self.shown.thread.tags
        return tuple(re.findall(r"#(\w+)", self.message.html))

    @property
    def parent(self) -> Status | None:
        """The status it answers, if that is still there."""
        answered = (m for m in self.shown.messages if m.position == self.message.reply_to)
        return next((Status(self.shown, m) for m in answered), None)


def statuses(place: Place, ask: Ask) -> list[Status]:
    """All that can be read at a time, newest first."""
    shown = (Status(t, m) for t in place.shown_threads(ask.now) for m in t.messages)
    return sorted(shown, key=lambda status: status.id, reverse=True)


def account_id(person: Person) -> int:
    """The id of an account."""
    return 109_000_000_000_000_000 + person.number


def account_data(place: Place, ask: Ask, person: Person) -> Json:
    """An account, as the API words it."""
    written = sum(s.message.by == person.handle for s in statuses(place, ask))
    return {
        "id": str(account_id(person)),
        "username": person.handle,
        "acct": person.handle,
        "display_name": person.name,
        "bot": person.is_bot,
        "locked": False,
        "created_at": "2024-03-01T00:00:00.000Z",
        "note": "",
        "url": f"{place.root}/@{person.handle}",
        "uri": f"{place.root}/users/{person.handle}",
        "followers_count": person.followers,
        "following_count": 0,
        "statuses_count": written,
        "fields": [],
    }


def status_data(place: Place, ask: Ask, one: Status) -> Json:
    """A status, as the API words it."""
    message, parent = one.message, one.parent
    person = place.members_by_handle[message.by]
    is_edited = message.edited is not None and message.edited <= ask.now
    return {
        "id": str(one.id),
        "created_at": f"{message.at:%Y-%m-%dT%H:%M:%S}.000Z",
        "edited_at": f"{message.edited:%Y-%m-%dT%H:%M:%S}.000Z" if is_edited and message.edited else None,
        "in_reply_to_id": str(parent.id) if parent else None,
        "in_reply_to_account_id": str(account_id(place.members_by_handle[parent.message.by]))
        if parent
        else None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": place.language,
        "uri": f"{place.root}/users/{person.handle}/statuses/{one.id}",
        "url": f"{place.root}/@{person.handle}/{one.id}",
        "replies_count": sum(m.reply_to == message.position for m in one.shown.messages),
        "reblogs_count": message.shares_at(ask.now),
        "favourites_count": message.likes_at(ask.now),
        "content": message.html_at(ask.now),
        "reblog": None,
        "account": account_data(place, ask, person),
        "media_attachments": [],
        "mentions": [],
        "tags": [{"name": tag.lower(), "url": f"{place.root}/tags/{quote(tag)}"} for tag in one.tags],
        "emojis": [],
        "card": None,
        "poll": None,
    }
