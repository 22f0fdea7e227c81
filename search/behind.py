"""What the index lacks of what was read, told on a digest: a server was away, or refused documents."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta

from crawlers.archive import Archive
from search.folder import WatchFolder
from search.index import Index
from search.quarantine import read_quarantine
from search.wording.voice import Voice
from watchlists.errors import VeilleurError

REACH = timedelta(days=30)
"""How far back the index is asked for the last reading it has taken."""


def tell_behind(folder: WatchFolder, index: Index, voice: Voice, *, now: datetime) -> str:
    """A sentence for each lack, empty where there is none."""
    sentences = []
    if lack := _find_lack(folder, index, now=now):
        sentences.append(
            voice.gettext(
                "What was read after {when} is not in the index yet; the next digest tells it.",
                when=voice.zoned(lack),
            )
        )
    if refused := len(read_quarantine(folder.quarantine)):
        sentences.append(
            voice.ngettext(
                "The index refused {n} document, which is missing here: veilleur quarantine list",
                "The index refused {n} documents, which are missing here: veilleur quarantine list",
                refused,
            )
        )
    return " ".join(sentences)


def _find_lack(folder: WatchFolder, index: Index, *, now: datetime) -> datetime | None:
    """When the index took its last reading, where something was read since; else None."""
    last = _last_reading(folder)
    if last is None or last > now:
        return None
    step = timedelta(microseconds=1)
    if index.outcomes(since=last, until=last + step):
        return None
    taken = index.outcomes(since=now - REACH, until=last)
    return taken[-1].at if taken else now - REACH


def _last_reading(folder: WatchFolder) -> datetime | None:
    if not folder.archive.exists():
        return None
    try:
        with closing(Archive.open(folder.archive, readonly=True)) as archive:
            return max((each.at for each in archive.last_outcomes().values()), default=None)
    except VeilleurError:  # doctor tells of it; a digest is made of the index
        return None
