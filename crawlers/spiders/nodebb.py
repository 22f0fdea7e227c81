"""NodeBB forums, by their API: lists of threads, and every post of those that changed."""

from __future__ import annotations

from crawlers.forum_dialects import NODEBB
from crawlers.spiders.forum import ForumReader
from crawlers.spiders.source import SourceSpider


class NodebbReader(ForumReader):
    """A NodeBB forum, a category, a tag or a topic of it."""

    dialect = NODEBB


class NodebbSpider(SourceSpider):
    """One NodeBB forum, without a watch: `scrapy crawl nodebb -a url=https://... -O posts.jsonl`."""

    name = "nodebb"
    kind = "nodebb"
