"""YouTube channels and playlists, by the Data API; its feeds are closed to programs by robots.txt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scrapy import Request
from scrapy.http import Response

from crawlers.items import Item
from crawlers.outcomes import Ending
from crawlers.parsers.payload import NotData
from crawlers.parsers.youtube import (
    api_root,
    channel_query,
    parse_channel,
    parse_comments,
    parse_playlist,
    parse_videos,
    playlist_of,
)
from crawlers.spiders.source import SourceSpider
from crawlers.thread_book import ThreadBook
from crawlers.visit import Callback, Gone, Visit, Yield

AT_ONCE = 50
"""Videos the API tells of in one answer."""
MOST_COMMENT_PAGES = 20
"""Pages of comments of one video that one run reads."""
CLOSED = (403, 404)
"""Answers where comments are turned off."""
REFUSED = (400, 401, 403)


class YoutubeReader:
    """Reads the newest videos with their counts, and comments where their number changed."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.root = api_root(visit.source.url)
        self.book = ThreadBook.load(visit.cursor)
        self.asked: set[str] = set()

    def start(self) -> Iterator[Yield]:
        """The channel, once a day; then its playlist."""
        visit = self.visit
        query = channel_query(visit.source.url, visit.source.target)
        playlist = playlist_of(visit.source.url) or self.book.facts.get("uploads", "")
        if not visit.token:
            text = visit.terms.messages.gettext(
                "it asks for an API key, and token_env names none that is set"
            )
            visit.end(Ending(state="walled", reason=text))
        elif playlist and (self.book.facts.get("sampled") == visit.now.date().isoformat() or not query):
            yield self._ask_playlist(playlist)
        elif query:
            path = f"channels?part=contentDetails%2Cstatistics&{query}"
            yield self._ask(path, self.parse_channel, is_listing=True, answers=REFUSED)
        else:
            visit.end(Ending(state="failed", reason=visit.terms.messages.gettext("it names no channel")))

    def parse_channel(self, response: Response) -> Iterator[Yield]:
        """The channel's size, and where its videos are."""
        visit = self.visit
        if self._is_refused(response):
            return
        channel = parse_channel(response.body, url=response.url, source=visit.source.id, now=visit.now)
        if channel is None or not channel.uploads:
            raise NotData("an empty list: there is no such channel", url=response.url)
        self.book.facts |= {"uploads": channel.uploads, "sampled": visit.now.date().isoformat()}
        yield channel.sample
        yield self._ask_playlist(playlist_of(visit.source.url) or channel.uploads)

    def parse_playlist(self, response: Response) -> Iterator[Yield]:
        """The newest videos, then those whose counts are due."""
        if self._is_refused(response):
            return
        ids, _ = parse_playlist(response.body, url=response.url)
        yield from self._ask_videos(ids)
        due = self.visit.memory.due_samples(self.visit.source.id, now=self.visit.now)
        items = (self.visit.memory.item(id) for id in due)
        videos = (item.native_id for item in items if item and item.kind == "video" and item.native_id)
        yield from self._ask_videos([id for id in videos if id not in ids])
        self._save()

    def parse_videos(self, response: Response, ids: tuple[str, ...]) -> Iterator[Yield]:
        """Videos with their counts; those that are not told of any more are gone."""
        visit = self.visit
        items = parse_videos(response.body, url=response.url, source=visit.source, now=visit.now)
        for position, item in enumerate(items):
            yield visit.arrive(item, position=position)
            yield from self._follow(item)
        told = {item.native_id for item in items}
        gone = (visit.memory.resolve(f"guid:www.youtube.com:yt:video:{id}") for id in ids if id not in told)
        yield Gone(ids=tuple(id for id in gone if id))
        self._save()

    def parse_comments(self, response: Response, item: Item, page: int) -> Iterator[Yield]:
        """A page of comments."""
        visit, id = self.visit, item.native_id or ""
        if response.status in CLOSED:
            self.book.finish(id)
        else:
            owner = (item.author.native_id if item.author else "") or ""
            found = parse_comments(
                response.body, url=response.url, source=visit.source, owner=owner, now=visit.now
            )
            for comment in found.items:
                yield visit.arrive(comment)
            if found.next_token and page < MOST_COMMENT_PAGES and not self._knows_all(found.items):
                yield self._ask_comments(item, page + 1, found.next_token)
            else:
                self.book.finish(id)
        self._save()

    def _follow(self, item: Item) -> Iterator[Yield]:
        """The comments of a video, if their number changed and it is not an old one."""
        id, count = item.native_id or "", str(item.engagement.replies)
        is_old = item.published is not None and item.published < self.visit.since
        if not item.engagement.replies or self.book.read.get(id) == count or (self.visit.is_first and is_old):
            return
        self.book.waiting[id] = count
        yield self._ask_comments(item, 1, "")

    def _knows_all(self, comments: Iterable[Item]) -> bool:
        """Newest first: a page without news means that what follows is known."""
        return all(self.visit.memory.resolve(each.permalink) for each in comments)

    def _is_refused(self, response: Response) -> bool:
        """Whether the key was refused or its quota used up, which is told."""
        if response.status not in REFUSED:
            return False
        gettext = self.visit.terms.messages.gettext
        if b"quota" in response.body.lower():
            ending = Ending(state="failed", reason=gettext("YouTube’s quota of today is used up"))
        else:
            ending = Ending(state="walled", reason=gettext("YouTube refuses the API key"))
        self.visit.end(ending)
        return True

    def _ask_playlist(self, playlist: str) -> Request:
        path = f"playlistItems?part=contentDetails&maxResults={AT_ONCE}&playlistId={playlist}"
        return self._ask(path, self.parse_playlist, is_listing=True, answers=REFUSED)

    def _ask_videos(self, ids: Iterable[str]) -> Iterator[Yield]:
        wanted = tuple(ids)
        for start in range(0, len(wanted), AT_ONCE):
            some = wanted[start : start + AT_ONCE]
            path = f"videos?part=snippet%2Cstatistics&id={'%2C'.join(some)}"
            yield self._ask(path, self.parse_videos, ids=some)

    def _ask_comments(self, item: Item, page: int, token: str) -> Request:
        path = f"commentThreads?part=snippet%2Creplies&order=time&maxResults=100&videoId={item.native_id}"
        path += f"&pageToken={token}" if token else ""
        return self._ask(path, self.parse_comments, answers=CLOSED, item=item, page=page)

    def _ask(self, path: str, then: Callback, **options: object) -> Request:
        """The key goes in a header: addresses end up in logs."""
        headers = {"X-Goog-Api-Key": self.visit.token or ""}
        return self.visit.get(
            f"{self.root}/{path}",
            then,
            headers=headers,
            is_conditional=False,
            **options,  # type: ignore[arg-type]
        )

    def _save(self) -> None:
        self.visit.cursor = self.book.dump()


class YoutubeSpider(SourceSpider):
    """One channel, without a watch: `scrapy crawl youtube -a url=... -O out.jsonl`."""

    name = "youtube"
    kind = "youtube"
