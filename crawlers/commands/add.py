"""`veilleur add URL`: what is there, may it be read, the newest entries as proof; then into the watchlist."""

from __future__ import annotations

import dataclasses
import sys
from typing import TYPE_CHECKING

import rich_click as click

from watchlists.addresses import refuse_address
from watchlists.commands.context import Context, pass_context
from watchlists.errors import WatchlistError
from watchlists.messages import Messages
from watchlists.model import Source, Watchlist

if TYPE_CHECKING:
    from crawlers.discover import Finding, Proof
    from crawlers.probe import Probed

_YOUTUBE = (
    "YouTube closes its channel feeds to programs. Use its Data API: a source of kind youtube, "
    "with the key in a variable named by token_env."
)
_REDDIT = (
    "Reddit answers programs through its API: a source of kind reddit, "
    "with an OAuth token in a variable named by token_env."
)
ALTERNATIVES = {"youtube.com": _YOUTUBE, "youtu.be": _YOUTUBE, "reddit.com": _REDDIT}
"""What to do where a site forbids what people usually ask for, by registrable domain; catalogue keys."""


@click.command()
@click.argument("url")
@click.option("--yes", "-y", is_flag=True, help="Add it without asking.")
@click.option("--name", default="", help="How the source is called (default: its own title).")
@click.option("--id", "id", default="", help="Its id in the watchlist (default: made from the address).")
@click.option("--organisation", default="", metavar="ID", help="The organisation whose own place it is.")
@click.option("--allow-private", is_flag=True, help="Permit an address of your own network.")
@click.option("--json", "as_json", is_flag=True, help="Say what was found as one JSON object.")
@pass_context
def command(
    context: Context, /, url: str, yes: bool, as_json: bool, allow_private: bool, **said: str
) -> None:
    """Say what is at an address and, if you agree, add it to the watchlist.

    It tells the kind of place, whether its robots.txt allows reading it, and its three newest entries.
    """
    url = check_address(url)
    watchlist = context.watchlist
    if known := find_known(watchlist, url):
        context.say(
            context.messages.gettext("{url} is in the watchlist already, as {id}.").format(url=url, id=known)
        )
        return
    found = look(context, url, allow_private=allow_private)
    if as_json:
        context.emit(dataclasses.asdict(found))
    else:
        for line in describe(found, url, context.messages):
            context.say(line)
    finding = check_finding(found, url, context.messages)
    source = make_source(finding, watchlist, allow_private=allow_private, **said)
    if yes or confirm(context, source):
        write(context, source)
        keep_accounts(context, source, finding)


def check_address(url: str) -> str:
    """The address in full, or an error that says why it cannot be a source."""
    full = url.strip() if "://" in url else f"https://{url.strip()}"
    if refusal := refuse_address(full):
        raise WatchlistError(
            "{url} cannot be a source.",
            why=refusal.message,
            remedy=refusal.remedy,
            url=full,
            network=refusal.network,
            scheme=refusal.scheme,
        )
    return full


def find_known(watchlist: Watchlist, url: str) -> str | None:
    """Id of the source that reads this address already."""
    from crawlers.urls import item_id

    wanted = item_id(url)
    return next((source.id for source in watchlist.sources if item_id(source.url) == wanted), None)


def look(context: Context, url: str, *, allow_private: bool) -> Probed:
    """What is at the address."""
    from crawlers.probe import ProbeJob, probe

    context.note(context.messages.gettext("Looking at {url} …").format(url=url))
    return probe(
        ProbeJob(
            url=url,
            watchlist=context.watchlist_path.resolve(),
            now=context.now,
            language=context.language or context.watchlist.language,
            allow_private=allow_private,
        )
    )


def describe(found: Probed, url: str, messages: Messages) -> list[str]:
    """What was found, line by line."""
    gettext = messages.gettext
    finding = found.finding
    if finding is None:
        return []
    why = gettext(finding.why) + (f" ({finding.software})" if finding.software else "")
    lines = [f"{why} {finding.title}".rstrip(), f"  {gettext('Address:')} {finding.url}"]
    if len(finding.feeds) > 1:
        lines.append(f"  {gettext('Other feeds of the page:')} {' '.join(finding.feeds[1:4])}")
    lines.append(f"  robots.txt: {gettext('forbids it') if found.is_forbidden else gettext('allows it')}")
    if finding.latest:
        lines.append(f"  {gettext('Newest entries:')}")
    lines += [f"    {_show_day(proof)}  {proof.title}" for proof in finding.latest]
    if finding.boards:
        lines.append(f"  {gettext('Its boards, for `target`:')} {' · '.join(finding.boards[:12])}")
    return [*lines, *describe_accounts(finding, messages)]


def _show_day(proof: Proof) -> str:
    return f"{proof.published:%Y-%m-%d}" if proof.published else " " * 10


def describe_accounts(finding: Finding, messages: Messages) -> list[str]:
    """Where else the page says its people are."""
    gettext = messages.gettext
    if not finding.accounts:
        return []
    unread = gettext("cannot be read")
    lines = (
        f"    {account.network}: {account.url}" + ("" if account.is_readable else f" ({unread})")
        for account in finding.accounts[:12]
    )
    return [f"  {gettext('Also on:')}", *lines]


def keep_accounts(context: Context, source: Source, finding: Finding) -> None:
    """Note where the organisation of the place is on other networks, for the map of its presence."""
    if source.organisation is None or not finding.accounts:
        return
    from crawlers.archive import Archive
    from crawlers.archive.states import AccountSeen

    context.state.mkdir(mode=0o700, exist_ok=True)
    seen = [
        AccountSeen(
            organisation=source.organisation,
            network=account.network,
            url=account.url,
            is_readable=account.is_readable,
            first_seen=context.now,
        )
        for account in finding.accounts
    ]
    with Archive.open(context.state / "archive.db") as archive:
        archive.put_accounts(seen)


def check_finding(found: Probed, url: str, messages: Messages) -> Finding:
    """The finding, if it can be read; else an error that says what to do instead."""
    from crawlers.readers import READERS

    finding = found.finding
    if finding is None or found.is_forbidden or found.reason:
        raise WatchlistError(
            "{url} was not added.",
            why="{reason}",
            remedy=_alternative(url) or "Try another address of the place: its feed, its blog or its forum.",
            url=url,
            reason=found.reason,
        )
    if finding.kind not in READERS:
        raise WatchlistError(
            "{url} was not added.",
            why="It is a page without a feed.",
            remedy="Try another address of the place: its feed, its blog or its forum.",
            url=url,
        )
    return finding


def _alternative(url: str) -> str | None:
    from crawlers.urls import registrable_domain

    return ALTERNATIVES.get(registrable_domain(url))


def make_source(finding: Finding, watchlist: Watchlist, *, allow_private: bool, **said: str) -> Source:
    """The source as it will stand in the watchlist."""
    from watchlists.slugs import make_slug, make_unique, make_url_slug

    slug = make_slug(said["id"]) if said["id"] else make_url_slug(finding.url)
    return Source(
        id=make_unique(slug, seed=finding.url, taken={source.id for source in watchlist.sources}),
        url=finding.url,
        kind=finding.kind,
        target=finding.target,
        name=said["name"] or finding.title,
        organisation=said["organisation"] or find_owner(watchlist, finding.url),
        language=finding.language,
        allow_private=allow_private,
    )


def find_owner(watchlist: Watchlist, url: str) -> str | None:
    """Id of the organisation that has this address's host or domain."""
    from urllib.parse import urlsplit

    host = urlsplit(url).hostname or ""
    for organisation in watchlist.organisations:
        if any(host == domain or host.endswith(f".{domain}") for domain in organisation.domains):
            return organisation.id
    return None


def confirm(context: Context, source: Source) -> bool:
    """Ask on a terminal; elsewhere say how to agree."""
    question = context.messages.gettext("Add it to the watchlist as “{id}”?").format(id=source.id)
    if sys.stdin.isatty():
        return click.confirm(question, default=True, err=True)
    context.note(context.messages.gettext("Nothing was written. Say --yes to add it."))
    return False


def write(context: Context, source: Source) -> None:
    """Put the source into the watchlist, every comment kept, and check that it still loads."""
    from watchlists.edit import add_source, write_text_atomically
    from watchlists.load import parse_watchlist

    path = context.watchlist_path
    text = add_source(path.read_text(encoding="utf-8"), source)
    parse_watchlist(text)
    write_text_atomically(path, text)
    context.note(
        context.messages.gettext("Added as “{id}”. It is read by: veilleur run").format(id=source.id)
    )
