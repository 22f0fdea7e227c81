"""The sheet of `veilleur presence`: on which networks each organisation is, and which of them we can read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from crawlers.archive.states import AccountSeen
from search.insights.presence import Account, Presence, map_presence, networks_of
from search.sections.teller import Teller
from search.sheet import Line, Sheet, heading, label, note
from search.sheets.asked import choose_organisations, name_of
from search.wording.plain import plain, safe_url
from search.wording.voice import Voice

NETWORK = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """One account, flat."""

    type: str = "account"
    organisation: str
    network: str
    url: str
    is_readable: bool
    source: str
    known_by: tuple[str, ...]
    first_seen: datetime | None


def make_presence_sheet(teller: Teller, wanted: Sequence[str], *, seen: Sequence[AccountSeen]) -> Sheet:
    """The map of presence of every organisation, or of those wanted."""
    organisations = choose_organisations(teller.scope, wanted, "own", "competitor", "partner")
    presences = map_presence(teller.scope, organisations, seen=seen)
    return Sheet(
        lines=tuple(_lines(teller, presences)),
        row=AccountRow,
        rows=tuple(_row(presence, each) for presence in presences for each in presence.accounts),
    )


def _lines(teller: Teller, presences: Sequence[Presence]) -> Iterator[Line]:
    voice = teller.voice
    yield heading(voice.gettext("Who is where"))
    for network in networks_of(presences):
        names = [name_of(each.organisation) for each in presences if network in each.networks]
        yield Line(text=f"  {label(plain(network, limit=NETWORK))} {', '.join(names)}")
    for each in presences:
        yield Line()
        yield heading(name_of(each.organisation))
        for account in each.accounts:
            yield Line(text=f"  {label(plain(account.network, limit=NETWORK))} {safe_url(account.url)}")
            yield note(f"  {label('')} {_facts(teller, account)}")
        if not each.accounts:
            yield Line(
                text="  " + voice.gettext("No account is known; watchlist.toml can name them: accounts = […]")
            )
    yield from _unread(voice, presences)


def _unread(voice: Voice, presences: Sequence[Presence]) -> Iterator[Line]:
    networks = dict.fromkeys(network for each in presences for network in each.unreadable)
    if networks:
        names = ", ".join(plain(each, limit=NETWORK) for each in networks)
        yield Line()
        yield note(voice.gettext("Networks nothing here can read: {names}.", names=names))


def _facts(teller: Teller, account: Account) -> str:
    voice = teller.voice
    ways = {
        "watchlist": voice.gettext("named in the watchlist"),
        "source": voice.gettext("read as {source}", source=account.source),
        "page": voice.gettext("named on its site"),
        "links": voice.gettext("linked to by its posts"),
    }
    parts = [ways[each] for each in account.ways]
    if account.first_seen is not None:
        parts.append(
            voice.gettext("first seen {when}", when=voice.moment(account.first_seen, seen_from=teller.end))
        )
    if not account.is_readable:
        parts.append(voice.gettext("cannot be read"))
    elif not account.source:
        parts.append(voice.gettext("not watched: veilleur add {url}", url=safe_url(account.url)))
    return " · ".join(parts)


def _row(presence: Presence, account: Account) -> AccountRow:
    return AccountRow(
        organisation=presence.organisation.id,
        network=plain(account.network, limit=NETWORK),
        url=safe_url(account.url),
        is_readable=account.is_readable,
        source=account.source,
        known_by=account.ways,
        first_seen=account.first_seen,
    )
