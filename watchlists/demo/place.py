"""A place of the demo web with everything it will ever publish. Pure data.

`Place.entries(now)` and `Place.shown_threads(now)` are what it shows at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal

from watchlists.demo.conversations import Board, Person, ShownThread, Thread
from watchlists.demo.growth import Growth

Engine = Literal["blog", "discourse", "mastodon", "phpbb", "hackernews"]
Format = Literal["rss", "atom", "json"]

OPEN_TO_ROBOTS = "User-agent: *\nDisallow: /admin/\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A time in which paths that begin so answer with an error."""

    start: datetime
    end: datetime | None = None
    """None: for good."""
    status: int = 503
    path: str = "/"
    retry_after: int | None = None

    def holds(self, path: str, now: datetime) -> bool:
        """Whether this path fails at this time."""
        return path.startswith(self.path) and self.start <= now and (self.end is None or now < self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """From some time on, a path answers 301 to another address."""

    at: datetime
    path: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most so many requests in so many real seconds, then 429."""

    requests: int
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A server name and its habits, good and bad."""

    name: str
    delay: float = 0.0
    """Real seconds before each answer."""
    gzip: bool = False
    robots: str = OPEN_TO_ROBOTS
    outages: tuple[Outage, ...] = ()
    moves: tuple[Move, ...] = ()
    limit: Limit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What a post says from `at` on."""

    at: datetime
    title: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One article or blog post with its whole life."""

    slug: str
    number: int
    author: str
    tags: tuple[str, ...]
    teaser: str
    revisions: tuple[Revision, ...]
    """The first one is its publication."""
    deleted: datetime | None
    comments: Growth | None
    plant: str
    """Name of the planted truth it belongs to, or empty; never served."""

    @property
    def published(self) -> datetime:
        """When it came out."""
        return self.revisions[0].at

    def moments(self) -> Iterator[datetime]:
        """Every time at which what is served changes."""
        yield from (revision.at for revision in self.revisions)
        if self.deleted:
            yield self.deleted
        if self.comments:
            yield from self.comments.moments()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A post as a reader sees it at one time."""

    url: str
    guid: str
    author: str
    title: str
    html: str
    teaser: str
    tags: tuple[str, ...]
    published: datetime
    edited: datetime
    comments: int | None


@dataclass(frozen=True, slots=True)
class Planting:
    """A post or message that belongs to a planted truth; see truth.toml for how `ref` is written."""

    plant: str
    ref: str
    at: datetime
    author: str


@dataclass(frozen=True, kw_only=True)
class Place:
    """A site, or a community, with everything it will ever publish."""

    id: str
    host: Host
    engine: Engine
    title: str
    description: str
    language: str
    organisation: str | None
    format: Format
    feed: str
    """Path of the feed."""
    permalink: str
    """Path of a post: {slug} and {number} are filled in."""
    entries_shown: int
    has_teasers: bool
    """The feed carries only the beginning; the page carries all."""
    tracking: str
    """Query that the feed appends to its links, as news sites do."""
    posts: tuple[Post, ...]
    people: tuple[Person, ...]
    boards: tuple[Board, ...]
    threads: tuple[Thread, ...]
    members: Growth | None

    @property
    def root(self) -> str:
        """Address of the place, without a final slash."""
        return f"http://{self.host.name}"

    def url(self, post: Post) -> str:
        """Permalink of a post."""
        return self.root + self.permalink.format(slug=post.slug, number=post.number)

    def entries(self, now: datetime) -> tuple[Entry, ...]:
        """What exists at `now`, newest first."""
        seen = (self._entry(post, now) for post in self.posts)
        return tuple(sorted((e for e in seen if e), key=lambda e: (e.published, e.url), reverse=True))

    def _entry(self, post: Post, now: datetime) -> Entry | None:
        current = [revision for revision in post.revisions if revision.at <= now]
        if not current or (post.deleted and post.deleted <= now):
            return None
        return Entry(
            url=self.url(post),
            guid=f"{self.root}/?p={post.number}",
            author=post.author,
            title=current[-1].title,
            html=current[-1].html,
            teaser=post.teaser or _beginning(current[-1].html),
            tags=post.tags,
            published=post.published,
            edited=current[-1].at,
            comments=post.comments.at(now) if post.comments else None,
        )

    @cached_property
    def moments(self) -> tuple[datetime, ...]:
        """Every time at which something here changes, in order."""
        times = {at for post in self.posts for at in post.moments()}
        times.update(at for thread in self.threads for at in thread.moments())
        times.update(self.members.moments() if self.members else ())
        return tuple(sorted(times))

    def plantings(self) -> Iterator[Planting]:
        """What is planted here."""
        for post in self.posts:
            if post.plant:
                yield Planting(post.plant, f"{self.id}/{post.slug}", post.published, post.author)
        for thread in self.threads:
            for message in thread.messages:
                if message.plant:
                    ref = f"{self.id}/{thread.number}#{message.position}"
                    yield Planting(message.plant, ref, message.at, message.by)

    @cached_property
    def members_by_handle(self) -> dict[str, Person]:
        """The members of this community."""
        return {person.handle: person for person in self.people}

    def shown_threads(self, now: datetime) -> tuple[ShownThread, ...]:
        """The conversations to be read at a time, the latest message first."""
        shown = (ShownThread(thread, thread.shown(now)) for thread in self.threads)
        return tuple(
            sorted((t for t in shown if t.messages), key=lambda t: t.messages[-1].number, reverse=True)
        )


def _beginning(html: str) -> str:
    first = html.split("</p>", 1)[0].removeprefix("<p>")
    words = first.split()
    return first if len(words) <= 40 else " ".join(words[:40]) + " […]"
