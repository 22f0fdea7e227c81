"""A kept digest on its way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from search.books.ledger import Kept
from search.deliver.parcel import Letter
from search.editions.digest import Digest
from search.render.formats import SUFFIXES, Format
from search.render.mail import render_mail
from search.render.payloads import Brief, make_brief
from watchlists.messages import Messages


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestParcel:
    """A digest's model, its renderings as kept, and its page's address, if any."""

    kept: Kept
    name: str
    digest: Digest
    renderings: Mapping[Format, bytes]
    link: str
    messages: Messages
    now: datetime

    @property
    def key(self) -> str:
        """As the ledger calls it."""
        return digest_key(self.kept)

    def letter(self) -> Letter:
        """The text as it was kept, and the page for old mail programs."""
        return Letter(
            subject=self.digest.subject or self.digest.title,
            text=self.renderings["text"].decode(),
            html=render_mail(self.digest, self.messages, link=self.link),
            language=self.digest.language,
            seed=f"{self.kept.window.end.isoformat()}|{self.kept.key}",
        )

    def brief(self, *, texts: bool = False) -> Brief:
        """Its titles and counts."""
        return make_brief(self.digest, self.messages, link=self.link, texts=texts)

    def files(self) -> Mapping[str, bytes]:
        """Every rendering by its file's name."""
        return {f"{self.name}.{SUFFIXES[format]}": body for format, body in self.renderings.items()}


def digest_key(kept: Kept) -> str:
    """What the ledger calls the delivery of a digest."""
    return f"digest:{kept.key}"
