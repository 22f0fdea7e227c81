"""Mailboxes: the newsletters somebody subscribed to, in an IMAP folder or in files."""

from __future__ import annotations

from collections.abc import Iterator

from scrapy.http import Response

from crawlers.middlewares.mailbox import CURSOR, CUT, SCHEME
from crawlers.parsers.mail import parse_mail, split_mailbox
from crawlers.spiders.source import SourceSpider
from crawlers.visit import Visit, Yield


class MailboxReader:
    """Reads what came since; nothing in a mail is opened, followed or marked as read."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit

    def start(self) -> Iterator[Yield]:
        """The new mails."""
        url = f"{SCHEME}{self.visit.source.id}/"
        yield self.visit.get(url, self.parse, is_listing=True, is_conditional=False)

    def parse(self, response: Response) -> Iterator[Yield]:
        """Each mail as an item; the next run goes on after the last."""
        visit = self.visit
        mails = reversed(tuple(split_mailbox(response.body)))
        for position, mail in enumerate(mails):
            item = parse_mail(mail, source=visit.source, now=visit.now)
            if item is not None:
                yield visit.arrive(item, position=position)
        visit.cursor = (response.headers.get(CURSOR) or b"").decode("latin-1")
        if response.headers.get(CUT):
            text = visit.terms.messages.gettext("the mailbox holds more; the next run goes on")
            visit.note_partial(text)


class MailboxSpider(SourceSpider):
    """One mailbox, without a watch: `scrapy crawl mailbox -a url=/path/to/folder -O out.jsonl`."""

    name = "mailbox"
    kind = "mailbox"
