"""An alert, or the finds of a saved search, on its way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from search.deliver.parcel import Letter
from search.editions.notice import Notice
from search.render import mail, text
from search.render.payloads import Brief, brief_notice
from watchlists.messages import Messages


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeParcel:
    """A notice under the name the ledger gives it: `alert:7`, `search:12`."""

    key: str
    notice: Notice
    messages: Messages
    timezone: str
    made: datetime
    """When it came to be: a ledger begun anew may give its number again."""
    now: datetime

    def letter(self) -> Letter:
        """A short mail."""
        return Letter(
            subject=self.notice.subject,
            text=text.render_notice(self.notice, self.messages),
            html=mail.render_notice(self.notice, self.messages),
            language=self.notice.language,
            seed=f"{self.made.isoformat()}|{self.key}",
            is_urgent=self.notice.is_urgent,
        )

    def brief(self, *, texts: bool = False) -> Brief:
        """Its titles and counts."""
        day = self.now.astimezone(ZoneInfo(self.timezone)).date()
        return brief_notice(self.notice, self.messages, day=day, texts=texts)

    def files(self) -> Mapping[str, bytes]:
        """None: the folder holds digests."""
        return {}
