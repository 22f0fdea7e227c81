"""Answers requests for mailboxes, which no HTTP server does: read in a thread, so that nobody waits."""

from __future__ import annotations

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.threads import deferToThread

from crawlers.mailbox import Mails, read_mailbox
from crawlers.visit import Visit

SCHEME = "mailbox://"
CURSOR, CUT = "X-Mailbox-Cursor", "X-Mailbox-Cut"


class MailboxMiddleware:
    """Takes requests whose address begins with mailbox://, before robots.txt is asked for."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(crawler)

    async def process_request(self, request: Request) -> Response | None:
        """The new mails of the source the request belongs to."""
        find = getattr(self.crawler.spider, "visit_of", None)
        visit: Visit | None = find(request) if find and request.url.startswith(SCHEME) else None
        if visit is None:
            return None
        reading = deferToThread(
            read_mailbox,
            visit.source.url,
            cursor=visit.cursor,
            password=visit.token,
            since=visit.since,
        )
        mails: Mails = await maybe_deferred_to_future(reading)
        headers = {CURSOR: mails.cursor, CUT: "1" if mails.is_cut else ""}
        return Response(request.url, body=mails.body, headers=headers, request=request)
