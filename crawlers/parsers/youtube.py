"""YouTube's Data API v3: channels, videos, comments.

The permalink of a video is /watch?v=ID, that of a comment /watch?v=ID&lc=COMMENT; the short address and the
GUID of the channel's feed are aliases.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs, quote, urlsplit

from crawlers.items import CommunitySample, Engagement, Item
from crawlers.parsers.bodies import escape_text
from crawlers.parsers.payload import Node, read_object
from crawlers.parsers.post import Post, make_items, name_author
from watchlists.model import Source

API = "https://www.googleapis.com/youtube/v3"
SITE = "https://www.youtube.com"

_API_ROOT = re.compile(r".*/youtube/v3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A channel, its size, and the playlist of everything it published."""

    uploads: str
    sample: CommunitySample


@dataclass(frozen=True, slots=True, kw_only=True)
class Comments:
    """A page of comments, and the token of the next one."""

    items: tuple[Item, ...]
    next_token: str


def api_root(url: str) -> str:
    """Where the API is: Google's, unless the source's address is one itself."""
    found = _API_ROOT.match(url)
    return found[0] if found else API


def channel_query(url: str, target: str | None) -> str:
    """What of the API's channel list is asked for; empty where neither address nor target names one."""
    path = urlsplit(url).path
    name = (target or "").strip() or path.strip("/").removeprefix("c/").split("/videos")[0]
    if found := re.search(r"(?:channel/)?(UC[\w-]{22})", name):
        return f"id={found[1]}"
    if name.startswith("user/"):
        return f"forUsername={quote(name.removeprefix('user/').split('/')[0])}"
    handle = name.split("/")[0]
    return (
        f"forHandle={quote('@' + handle.removeprefix('@'))}"
        if re.fullmatch(r"@?[\w.·-]{3,40}", handle)
        else ""
    )


def playlist_of(url: str) -> str:
    """The playlist that an address names; empty where it names none."""
    return next(iter(parse_qs(urlsplit(url).query).get("list", ())), "")


def parse_channel(body: bytes, *, url: str, source: str, now: datetime) -> Channel | None:
    """The channel of an answer; None where there is none of that name."""
    for node in read_object(body, url=url).nodes("items"):
        statistics = node.node("statistics")
        is_hidden = statistics.flag("hiddenSubscriberCount")
        sample = CommunitySample(
            source=source, at=now, subscribers=None if is_hidden else _count(statistics, "subscriberCount")
        )
        return Channel(uploads=node.node("contentDetails", "relatedPlaylists").text("uploads"), sample=sample)
    return None


def parse_playlist(body: bytes, *, url: str) -> tuple[tuple[str, ...], str]:
    """The videos of a page of a playlist, newest first, and the token of the next page."""
    answer = read_object(body, url=url)
    nodes = answer.nodes("items")
    found = (
        each.node("contentDetails").id("videoId") or each.node("snippet", "resourceId").id("videoId")
        for each in nodes
    )
    return tuple(dict.fromkeys(id for id in found if id)), answer.text("nextPageToken")


def parse_videos(body: bytes, *, url: str, source: Source, now: datetime) -> tuple[Item, ...]:
    """The videos of an answer."""
    nodes = read_object(body, url=url).nodes("items")
    return make_items(tuple(_read_video(node, source) for node in nodes), now=now)


def parse_comments(body: bytes, *, url: str, source: Source, owner: str, now: datetime) -> Comments:
    """The comments of an answer, answers to them included; the owner's are staff's."""
    answer = read_object(body, url=url)
    posts: list[Post | None] = []
    for node in answer.nodes("items"):
        top = node.node("snippet", "topLevelComment")
        comment = top or node
        video = node.node("snippet").text("videoId")
        posts.append(_read_comment(comment, source, owner, video, replies=node.node("snippet")))
        posts += [
            _read_comment(each, source, owner, video) for each in node.node("replies").nodes("comments")
        ]
    return Comments(items=make_items(tuple(posts), now=now), next_token=answer.text("nextPageToken"))


def video_address(id: str) -> str:
    """The permalink of a video."""
    return f"{SITE}/watch?v={quote(id)}"


def _read_video(node: Node, source: Source) -> Post | None:
    snippet, statistics, id = node.node("snippet"), node.node("statistics"), node.id("id")
    if not id or not snippet:
        return None
    channel = snippet.id("channelId")
    return Post(
        kind="video",
        permalink=video_address(id),
        aliases=(f"https://youtu.be/{quote(id)}", f"guid:www.youtube.com:yt:video:{id}"),
        native_id=id,
        thread=video_address(id),
        title=snippet.node("localized").line("title") or snippet.line("title"),
        html=escape_text(snippet.text("description")),
        language=snippet.text("defaultAudioLanguage") or snippet.text("defaultLanguage") or source.language,
        tags=snippet.ids("tags"),
        author=name_author(
            snippet.line("channelTitle"),
            native_id=channel,
            url=f"{SITE}/channel/{channel}" if channel else None,
        ),
        published=snippet.moment("publishedAt"),
        engagement=Engagement(
            upvotes=_count(statistics, "likeCount"),
            downvotes=_count(statistics, "dislikeCount"),
            replies=_count(statistics, "commentCount"),
            views=_count(statistics, "viewCount"),
        ),
    )


def _read_comment(
    node: Node, source: Source, owner: str, video: str, *, replies: Node | None = None
) -> Post | None:
    snippet, id = node.node("snippet"), node.id("id")
    video = snippet.text("videoId") or video
    address = video_address(video) if video else snippet.text("authorChannelUrl")
    if not id or not address:
        return None
    parent = snippet.text("parentId")
    author = snippet.node("authorChannelId").text("value")
    published, edited = snippet.moment("publishedAt"), snippet.moment("updatedAt")
    return Post(
        kind="reply",
        permalink=f"{video_address(video)}&lc={quote(id)}" if video else f"{address}#{quote(id)}",
        native_id=id,
        thread=video_address(video) if video else "",
        parent=f"{address}&lc={quote(parent)}" if parent else address if video else "",
        html=snippet.text("textDisplay") or escape_text(snippet.text("textOriginal")),
        language=source.language,
        author=name_author(
            snippet.line("authorDisplayName"),
            native_id=author,
            url=snippet.text("authorChannelUrl") or None,
            is_staff=author == owner if author and owner else None,
        ),
        published=published,
        edited=edited if edited != published else None,
        engagement=Engagement(
            upvotes=snippet.count("likeCount"), replies=replies.count("totalReplyCount") if replies else None
        ),
    )


def _count(node: Node, key: str) -> int | None:
    """Counts are written as text."""
    text = node.id(key)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
