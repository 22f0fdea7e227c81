"""Flarum forums, by their API: lists of threads, and every post of those that changed."""

from __future__ import annotations

from crawlers.forum_dialects import FLARUM
from crawlers.spiders.forum import ForumReader
from crawlers.spiders.source import SourceSpider


class FlarumReader(ForumReader):
    """A Flarum forum, a tag or a discussion of it."""

    dialect = FLARUM


class FlarumSpider(SourceSpider):
    """One Flarum forum, without a watch: `scrapy crawl flarum -a url=https://... -O posts.jsonl`."""

    name = "flarum"
    kind = "flarum"
