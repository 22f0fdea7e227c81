"""Titles and counts through an Apprise address: an extra, for the hundred services it knows."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from search.deliver.parcel import SENT, Parcel, Receipt, refused, unsure
from search.render.payloads import brief_text, unmention
from watchlists.errors import VeilleurError


@dataclass(frozen=True, slots=True, kw_only=True)
class AppriseChannel:
    """One Apprise address, in an environment variable: it is a secret."""

    variable: str
    read_secret: Callable[[str], str]

    @property
    def recipient(self) -> str:
        """As the ledger calls it."""
        return f"apprise:{self.variable}"

    def preview(self, parcel: Parcel) -> str:
        """The subject."""
        return parcel.brief().subject

    def send(self, parcel: Parcel) -> Receipt:
        """Apprise answers yes or no, and its no may come after the message arrived: it is not repeated."""
        try:
            import apprise
        except ImportError:
            return refused("the extra is not installed: pip install 'veilleur[notify]'")
        logging.getLogger("apprise").setLevel(logging.CRITICAL)  # its log names addresses, which are secrets
        try:
            address = self.read_secret(self.variable)
        except VeilleurError as error:
            return refused(error)
        service = apprise.Apprise()
        if not service.add(address):
            return refused("Apprise does not know this kind of address")
        brief = parcel.brief()
        is_sent = service.notify(
            title=unmention(brief.subject), body=brief_text(brief), body_format=apprise.NotifyFormat.TEXT
        )
        return SENT if is_sent else unsure("Apprise could not say that it arrived")
