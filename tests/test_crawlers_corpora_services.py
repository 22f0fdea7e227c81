"""Real captures of services, replayed: nothing crashes, and what they hold is found."""

from __future__ import annotations

import json
import mailbox
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crawlers.items import Item
from crawlers.parsers.mail import parse_mail, split_mailbox
from crawlers.parsers.reddit import parse_listing, parse_thread
from crawlers.parsers.youtube import parse_comments, parse_videos
from tests.conftest import NOW
from watchlists.model import Source

SOURCE = Source(id="place", url="https://place.example/")

pytestmark = pytest.mark.corpora


def share_complete(items: list[Item]) -> float:
    """How many have an address, a date of their own, an author, and something to read."""
    whole = [
        each for each in items if each.permalink and each.author and (each.html or each.title or each.links)
    ]
    return len(whole) / len(items)


def reddit_answers(folder: Path) -> Iterator[Any]:
    with tarfile.open(folder / "praw-cassettes" / "praw-cassettes.tar.gz") as archive:
        for member in archive:
            if "cassettes" not in member.name or not member.name.endswith(".json"):
                continue
            file = archive.extractfile(member)
            assert file is not None
            recording = json.loads(file.read())
            for each in recording.get("interactions") or recording.get("http_interactions") or ():
                body = each["response"]["body"]
                text = body.get("string", "") if isinstance(body, dict) else body
                if isinstance(text, str) and text[:1] in ("{", "["):
                    yield text.encode()


def things(value: Any) -> Iterator[dict[str, Any]]:
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, list):
            waiting += each
        elif isinstance(each, dict):
            if each.get("kind") in ("t1", "t3") and isinstance(each.get("data"), dict):
                yield each["data"]
            waiting += [child for child in each.values() if isinstance(child, dict | list)]


def test_reddit_answers_give_their_submissions_and_comments_with_their_counts(corpora: Path) -> None:
    items: list[Item] = []
    told: dict[str, dict[str, Any]] = {}
    for body in reddit_answers(corpora):
        data = json.loads(body)
        if isinstance(data, list) and all(isinstance(each, dict) and "data" in each for each in data):
            found = parse_thread(body, url="u", source=SOURCE, now=NOW)
        elif isinstance(data, dict) and data.get("kind") == "Listing":
            found = parse_listing(body, url="u", source=SOURCE, now=NOW)
        else:
            continue
        told = {each.get("name", ""): each for each in things(data)}
        items += found.items
        for item in found.items:
            raw = told[item.native_id or ""]
            assert (item.author is None) == (raw["author"] in (None, "[deleted]", "[removed]"))
            assert item.engagement.replies == raw.get("num_comments")
            assert item.engagement.upvotes in (None, max(raw["score"], 0))

    assert len(items) > 3000
    assert share_complete([item for item in items if item.author]) >= 0.99
    assert all(item.published and not item.published_raw for item in items)


def test_youtube_answers_give_their_videos_and_comments_with_their_counts(corpora: Path) -> None:
    folder = corpora / "youtube-fixtures" / "testdata" / "apidata"
    videos: list[Item] = []
    comments: list[Item] = []
    for path in sorted(folder.rglob("*.json")):
        body = path.read_bytes()
        data = json.loads(body)
        kinds = {each.get("kind") for each in data.get("items", ()) if isinstance(each, dict)}
        raw = {each.get("id"): each for each in data.get("items", ()) if isinstance(each.get("id"), str)}
        if kinds == {"youtube#video"}:
            found = parse_videos(body, url="u", source=SOURCE, now=NOW)
            videos += found
            for item in found:
                views = raw[item.native_id].get("statistics", {}).get("viewCount")
                assert item.engagement.views == (None if views is None else int(views))
        elif kinds & {"youtube#commentThread", "youtube#comment"}:
            comments += parse_comments(body, url="u", source=SOURCE, owner="", now=NOW).items

    assert len(videos) > 10
    assert len(comments) > 10
    assert share_complete([*videos, *comments]) >= 0.99


def count_mails(body: bytes, path: Path) -> int:
    """How many mails Python's own reader of mailboxes finds."""
    path.write_bytes(body)
    with closing(mailbox.mbox(path)) as mails:
        return len(mails)


def test_mailboxes_of_lists_give_their_mails(corpora: Path, tmp_path: Path) -> None:
    items: list[Item | None] = []
    expected = 0
    with tarfile.open(corpora / "perceval-captures" / "perceval-captures.tar.gz") as archive:
        for member in archive:
            if member.name.endswith(".mbox"):
                file = archive.extractfile(member)
                assert file is not None
                body = file.read()
                expected += count_mails(body, tmp_path / "one.mbox")
                mails = split_mailbox(body)
                items += [parse_mail(each, source=SOURCE, now=NOW) for each in mails]
    for path in sorted((corpora / "huginn-fixtures").rglob("*.eml")):
        items += [parse_mail(each, source=SOURCE, now=NOW) for each in split_mailbox(path.read_bytes())]

    kept = [item for item in items if item is not None]
    assert len(items) == expected + 2
    assert len(kept) >= 0.99 * len(items)
    assert share_complete(kept) >= 0.99
