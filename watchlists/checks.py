"""What the types cannot say: rules between keys, tables and the world; each broken one is a Fault."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from watchlists.addresses import is_host, refuse_address, refuse_web_address
from watchlists.draft import Draft
from watchlists.errors import QueryError
from watchlists.lines import Where
from watchlists.model import Campaign, Organisation, SavedSearch, Source, Topic
from watchlists.names import read_names
from watchlists.problems import Fault, nearest
from watchlists.query_parser import parse_query
from watchlists.rules import check_environment, check_filled, check_limits, check_refusal, make_fault
from watchlists.settings_checks import check_settings
from watchlists.slugs import SLUG, make_slug
from watchlists.tables import Tables

ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)
"""Whether a query can be read does not depend on the time."""
ARRAYS = ("organisation", "source", "topic", "campaign", "search", "decision")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_LOCAL_KINDS = ("mailbox", "manual")
"""Kinds whose url need not be a web address."""


def check_tables(draft: Draft) -> tuple[Fault, ...]:
    """Every broken rule of the sound tables."""
    tables = draft.tables
    located = {name: _locate(draft, name) for name in ARRAYS}
    faults = [
        *_check_watch(tables),
        *(fault for name in ARRAYS for fault in _check_ids(name, located[name])),
        *(
            fault
            for name in ARRAYS
            for where, record in located[name]
            for fault in _check_record(where, record)
        ),
        *_check_references(draft, [*located["source"], *located["campaign"]]),
        *_check_same_place(located["source"]),
        *_check_queries(tables, [*located["topic"], *located["search"]]),
        *check_settings(tables),
    ]
    return tuple(faults)


Located = Sequence[tuple[Where, Any]]


def _locate(draft: Draft, name: str) -> Located:
    records = getattr(draft.tables, name)
    positions = draft.positions.get(name, tuple(range(len(records))))
    return [((name, position), record) for position, record in zip(positions, records, strict=True)]


def _check_watch(tables: Tables) -> Iterator[Fault]:
    watch = tables.watch
    yield from check_filled(("watch", "name"), watch.name)
    yield from _check_timezone(watch.timezone)
    for code in watch.languages:
        if not _LANGUAGE.fullmatch(code):
            yield make_fault(
                ("watch", "languages"),
                '"{said}" is no language code.',
                'Write codes of two letters, as ["fr", "en"].',
                said=code,
            )


def _check_timezone(name: str) -> Iterator[Fault]:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # OSError: a folder of the zone data, as "Europe"
        guess = nearest(name, available_timezones()) or "Europe/Paris"
        yield make_fault(
            ("watch", "timezone"),
            'There is no timezone called "{said}".',
            'Try "{guess}".',
            said=name,
            guess=guess,
        )


def _check_ids(table: str, located: Located) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for number, (where, record) in enumerate(located):
        id = getattr(record, "id", None)
        if id is None:
            return
        if not SLUG.fullmatch(id):
            remedy = 'Write it in small letters, digits and hyphens, as "{slug}", or leave it out.'
            yield make_fault(
                (*where, "id"), 'The id "{said}" cannot be used.', remedy, said=id, slug=make_slug(id)
            )
        elif id in seen:
            remedy = "Give one of them another id."
            yield make_fault(
                (*where, "id"), 'Two {table} have the id "{said}".', remedy, said=id, table=f"[[{table}]]"
            )
        seen.setdefault(id, number)


def _check_record(where: Where, record: Any) -> Iterator[Fault]:
    check: dict[type, Callable[[Where, Any], Iterator[Fault]]] = {
        Organisation: _check_organisation,
        Source: _check_source,
        Campaign: _check_campaign,
    }
    if rules := check.get(type(record)):
        yield from rules(where, record)
    for key in ("name", "why", "subject"):
        if key != "name" or not isinstance(record, Source):
            yield from check_filled((*where, key), getattr(record, key, "-"))
    yield from check_limits(where, record)


def _check_organisation(where: Where, organisation: Organisation) -> Iterator[Fault]:
    for domain in organisation.domains:
        if not is_host(domain):
            remedy = 'Write the domain alone, as "forum.example.org".'
            yield make_fault((*where, "domains"), '"{said}" is not a domain.', remedy, said=domain)
    for handle in organisation.handles:
        if len(handle) < 2 or handle[0] not in "@#":
            remedy = 'Write handles with their sign, as "@acme" or "#acme".'
            yield make_fault((*where, "handles"), '"{said}" has no @ or # before it.', remedy, said=handle)
    for address in organisation.accounts:
        yield from check_refusal((*where, "accounts"), refuse_web_address(address))
    names = {organisation.name, *organisation.aliases}
    for name in organisation.ambiguous:
        if name not in names:
            remedy = "Write it exactly as in `name` or `aliases`: {known}."
            known = ", ".join(sorted(names))
            message = '"{said}" is neither the name nor an alias.'
            yield make_fault((*where, "ambiguous"), message, remedy, said=name, known=known)


def _check_source(where: Where, source: Source) -> Iterator[Fault]:
    yield from check_filled((*where, "url"), source.url)
    if source.url.strip() and source.kind not in _LOCAL_KINDS:
        yield from check_refusal((*where, "url"), refuse_address(source.url))
    if source.robots == "ignore" and not source.robots_reason.strip():
        yield _reasonless(where, "robots", "ignore")
    if source.authors == "keep" and not source.authors_reason.strip():
        yield _reasonless(where, "authors", "keep")
    if source.language and not _LANGUAGE.fullmatch(source.language):
        remedy = 'Write a code of two letters, as "fr".'
        yield make_fault((*where, "language"), '"{said}" is no language code.', remedy, said=source.language)
    yield from check_environment(where, source, ("token_env",))


def _reasonless(where: Where, key: str, value: str) -> Fault:
    return make_fault(
        (*where, key),
        '`{key} = "{said}"` needs a reason in writing.',
        "Add {key}_reason with who allowed it or why; coverage names it. Or leave `{key}` out.",
        key=key,
        said=value,
    )


def _check_campaign(where: Where, campaign: Campaign) -> Iterator[Fault]:
    if campaign.end < campaign.start:
        message = "The campaign ends ({end}) before it starts ({start})."
        yield make_fault(
            (*where, "end"), message, "Exchange or mend the dates.", start=campaign.start, end=campaign.end
        )
    for address in campaign.urls:
        yield from check_refusal((*where, "urls"), refuse_web_address(address))


def _check_references(draft: Draft, located: Located) -> Iterator[Fault]:
    known = [each.id for each in draft.tables.organisation]
    if any(fault.path[0] == "organisation" and fault.path[-1] in ("id", "name") for fault in draft.faults):
        return  # an organisation without its name is reported already; the id may well have been its
    for where, record in located:
        said = record.organisation
        if said and said not in known:
            guess = nearest(said, known)
            yield make_fault(
                (*where, "organisation"),
                'No organisation has the id "{said}".',
                'Did you mean "{guess}"?'
                if guess
                else "Add an [[organisation]] of that id, or leave the key out.",
                said=said,
                guess=guess,
            )


def _check_same_place(located: Located) -> Iterator[Fault]:
    seen: dict[tuple[str, str, str | None], str] = {}
    for where, source in located:
        place = (source.url, source.kind, source.target)
        if place in seen:
            message = 'This place is watched already, as "{known}".'
            yield make_fault((*where, "url"), message, "Take one of the two out.", known=seen[place])
        seen.setdefault(place, source.id)


def _check_queries(tables: Tables, located: Located) -> Iterator[Fault]:
    names = read_names(tables.organisation)
    for where, record in located:
        assert isinstance(record, Topic | SavedSearch)
        if not record.query.strip():
            yield from check_filled((*where, "query"), record.query)
            continue
        try:
            parse_query(record.query, now=ANY_TIME, names=names)
        except QueryError as error:
            yield Fault(
                path=(*where, "query"),
                message=error.what,
                remedy=error.remedy,
                values=error.values,
            )
