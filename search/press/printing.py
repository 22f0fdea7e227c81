"""From the index to a kept digest: which window is due, what was told before, what is shown again.

`print_digest` writes today's digest once; asked again while nothing is new, it shows the kept one.
`reprint` shows a past digest as it was kept; `recompute` rebuilds one as of its own time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from search.alert_book import read_alarms
from search.alerts import Alarm
from search.books.ledger import Kept, Ledger, Told
from search.books.looks import read_looks
from search.deliver.missing import tell_missing
from search.index import Index
from search.press.edition import Edition, History, build_edition
from search.render.formats import FORMATS, SUFFIXES, Format, render_all
from search.window import LOOK_BACK, Window, next_window
from search.wording.voice import Voice
from watchlists.messages import Messages
from watchlists.model import Watchlist


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A digest in every rendering; `kept` is None for one rebuilt, which is not kept."""

    name: str
    """What a file of it is called, without suffix: the day, and the time of a later edition."""
    window: Window
    renderings: Mapping[Format, bytes]
    kept: Kept | None = None
    is_new: bool = False
    """It was built now, rather than kept before."""


def print_digest(
    index: Index,
    watchlist: Watchlist,
    ledger: Ledger,
    *,
    now: datetime,
    messages: Messages,
    note: str = "",
) -> Printed:
    """Build the digest that is due now and keep it; within a day, only if there is something new.

    `note` is told under its title: what it could not see.
    """
    last = ledger.last()
    window = next_window(last.window.end if last else None, now=now, timezone=watchlist.timezone)
    alarms = _told_alarms(ledger, watchlist, window, messages)
    missing = " ".join(filter(None, (note, _missing(ledger, watchlist, last, messages))))
    history = _history(ledger, window, alarms=alarms, note=missing)
    edition = build_edition(index, watchlist, window=window, now=now, messages=messages, history=history)
    if last and last.day == window.day and not edition.documents and not alarms:
        return reprint(ledger, last)
    return _keep(ledger, edition, window=window, messages=messages)


def preview_digest(
    index: Index, watchlist: Watchlist, ledger: Ledger, *, now: datetime, messages: Messages, note: str = ""
) -> Printed:
    """What `print_digest` would give now; nothing is kept."""
    last = ledger.last()
    window = next_window(last.window.end if last else None, now=now, timezone=watchlist.timezone)
    alarms = _told_alarms(ledger, watchlist, window, messages)
    missing = " ".join(filter(None, (note, _missing(ledger, watchlist, last, messages))))
    history = _history(ledger, window, alarms=alarms, note=missing)
    edition = build_edition(index, watchlist, window=window, now=now, messages=messages, history=history)
    if last and last.day == window.day and not edition.documents and not alarms:
        return reprint(ledger, last)
    renderings = render_all(edition.digest, messages)
    return Printed(name=window.day.isoformat(), window=window, renderings=renderings, is_new=True)


def _missing(ledger: Ledger, watchlist: Watchlist, last: Kept | None, messages: Messages) -> str:
    """What may not have arrived of the digests before, in a sentence."""
    if last is None:
        return ""
    voice = Voice(language=watchlist.language, timezone=watchlist.timezone, messages=messages)
    return tell_missing(ledger, voice, since=last.built_at)


def _told_alarms(
    ledger: Ledger, watchlist: Watchlist, window: Window, messages: Messages
) -> tuple[Alarm, ...]:
    """The alerts told within the window, in the reader's language."""
    voice = Voice(language=watchlist.language, timezone=watchlist.timezone, messages=messages)
    # told at the very end of a window: by the run the digest follows
    until = window.end + timedelta(microseconds=1)
    since = window.start + timedelta(microseconds=1)
    return read_alarms(ledger, watchlist, voice, since=since, until=until)


def _keep(ledger: Ledger, edition: Edition, *, window: Window, messages: Messages) -> Printed:
    renderings = render_all(edition.digest, messages)
    kept = ledger.keep(
        window,
        built_at=edition.digest.built_at,
        language=edition.digest.language,
        renderings=renderings.items(),
        told=[Told(document=each.id, first_seen=each.first_seen) for each in edition.documents],
    )
    return Printed(name=_name(ledger, kept), window=window, renderings=renderings, kept=kept, is_new=True)


def _name(ledger: Ledger, kept: Kept) -> str:
    first = ledger.of_day(kept.day)[0]
    local = kept.window.end.astimezone(ZoneInfo(kept.window.timezone))
    return kept.day.isoformat() if first.key == kept.key else f"{local:%Y-%m-%d-%H%M%S}"


def _history(
    ledger: Ledger,
    window: Window,
    *,
    before: Kept | None = None,
    alarms: tuple[Alarm, ...] = (),
    note: str = "",
) -> History:
    """What the digests before this window told, as far back as something may have been missed."""
    first, looks = ledger.first(), read_looks(ledger)
    if first is None or (before and before.key == first.key):
        return History(alarms=alarms, note=note, looks=looks)
    reach = max(window.start - LOOK_BACK, min(first.window.start, window.start))
    told = ledger.told_since(reach, before=before.key if before else None)
    return History(told=told, reach=reach, alarms=alarms, note=note, looks=looks)


def reprint(ledger: Ledger, kept: Kept) -> Printed:
    """A kept digest as it was written, byte for byte."""
    found = {format: ledger.rendering(kept.key, format) for format in FORMATS}
    renderings = {format: body for format, body in found.items() if body is not None}
    return Printed(name=_name(ledger, kept), window=kept.window, renderings=renderings, kept=kept)


def recompute(
    index: Index,
    watchlist: Watchlist,
    ledger: Ledger,
    *,
    asked: Kept | Window,
    now: datetime,
    messages: Messages,
) -> Printed:
    """A kept digest, or that of a window, rebuilt as of its own time with today's rules; not kept.

    Only documents first seen by then are looked at; the page says that it is a rebuilt one.
    """
    kept = asked if isinstance(asked, Kept) else None
    window = asked.window if isinstance(asked, Kept) else asked
    voice = Voice(language=watchlist.language, timezone=watchlist.timezone, messages=messages)
    note = _note(voice, kept, now=now)
    alarms = _told_alarms(ledger, watchlist, window, messages)
    history = (
        _history(ledger, window, before=kept, alarms=alarms, note=note)
        if kept
        else History(alarms=alarms, note=note, looks=read_looks(ledger))
    )
    built = kept.built_at if kept else window.end
    edition = build_edition(index, watchlist, window=window, now=built, messages=messages, history=history)
    name = f"{window.day.isoformat()}-recomputed"
    return Printed(name=name, window=window, renderings=render_all(edition.digest, messages))


def _note(voice: Voice, kept: Kept | None, *, now: datetime) -> str:
    at = voice.zoned(now)
    if kept is None:
        return voice.gettext("This page was rebuilt on {at}; no digest was kept for that day.", at=at)
    return voice.gettext(
        "This page was rebuilt on {at} as of its time, with today’s rules; what was sent may differ.", at=at
    )


def write_file(folder: Path, printed: Printed, format: Format = "html") -> Path:
    """The rendering as a file of the folder, named for its day."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{printed.name}.{SUFFIXES[format]}"
    path.write_bytes(printed.renderings[format])
    return path
