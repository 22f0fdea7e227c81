"""Look at an address as a crawl would: robots.txt first, politely, at most four requests.

`look` is the procedure, given a way to fetch; `probe` runs it in a process of its own
(crawlers.probe_child), because Twisted's reactor starts once a process.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter

from crawlers.accounts import find_accounts
from crawlers.discover import (
    MOST_REQUESTS,
    Finding,
    Page,
    classify,
    find_nodeinfo,
    find_place,
    guess_feeds,
    read_nodeinfo_link,
    read_software,
    recognise_software,
)
from crawlers.run import python_path
from watchlists.errors import VeilleurError

LONGEST_LOOK = 120
"""Seconds after which a look is given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeJob:
    """What to look at, as which watch."""

    url: str
    watchlist: Path
    now: datetime
    language: str
    allow_private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """What was found, or why nothing was."""

    finding: Finding | None = None
    is_forbidden: bool = False
    """robots.txt refuses the address."""
    reason: str = ""
    """Why it could not be looked at, in the reader's language."""


JOBS: TypeAdapter[ProbeJob] = TypeAdapter(ProbeJob)
RESULTS: TypeAdapter[Probed] = TypeAdapter(Probed)


class NotAnswered(VeilleurError):
    """An address that gave no page: forbidden, failed, or absent."""

    def __init__(self, reason: str, *, is_forbidden: bool = False) -> None:
        super().__init__(reason)
        self.is_forbidden = is_forbidden


Fetch = Callable[[str], Awaitable[Page]]
"""Gets a page, or raises NotAnswered."""


def probe(job: ProbeJob) -> Probed:
    """Look at an address from a child process."""
    done = subprocess.run(
        [sys.executable, "-m", "crawlers.probe_child"],
        input=JOBS.dump_json(job),
        capture_output=True,
        timeout=LONGEST_LOOK,
        check=False,
        env={**os.environ, "PYTHONPATH": python_path()},
    )
    if done.returncode != 0:
        raise VeilleurError(
            "The address could not be looked at.",
            why="{error}",
            remedy="`veilleur doctor` says what is missing.",
            error=done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2][:300],
        )
    return RESULTS.validate_json(done.stdout)


async def look(url: str, fetch: Fetch) -> Probed:
    """What is at an address, and its newest entries as proof, in at most four requests."""
    fetch = _limit(fetch)
    if place := find_place(url):
        return await _prove(place, fetch)
    try:
        page = await fetch(url)
    except NotAnswered as error:
        return Probed(is_forbidden=error.is_forbidden, reason=error.what)
    finding = replace(classify(page), accounts=find_accounts(page.body, url=page.url))
    if finding.kind in {"feed", "page"} and (found := await _ask_nodeinfo(page, fetch)):
        finding = replace(found, accounts=finding.accounts)
    probed = await _complete(finding, fetch)
    if probed.finding is None:
        return probed
    return replace(probed, finding=replace(probed.finding, accounts=finding.accounts))


def _limit(fetch: Fetch) -> Fetch:
    """The same, refusing what would be one request too many."""
    left = iter(range(MOST_REQUESTS))

    async def get(url: str) -> Page:
        if next(left, None) is None:
            raise NotAnswered("")
        return await fetch(url)

    return get


async def _complete(finding: Finding, fetch: Fetch) -> Probed:
    """The finding with its proof, or the feed a page leads to."""
    if finding.kind == "feed" and finding.feeds:
        return await _follow(finding, fetch)
    if finding.kind == "page":
        return Probed(finding=await _guess(finding, fetch))
    return await _prove(finding, fetch)


async def _prove(finding: Finding, fetch: Fetch) -> Probed:
    """The newest entries, where one more request shows them; without them the finding stands."""
    if finding.latest or not finding.proof:
        return Probed(finding=finding)
    try:
        shown = classify(await fetch(finding.proof))
    except NotAnswered:
        return Probed(finding=finding)
    return Probed(finding=replace(finding, latest=shown.latest, title=finding.title or shown.title))


async def _ask_nodeinfo(page: Page, fetch: Fetch) -> Finding | None:
    """What a server of the fediverse says it runs, in two requests."""
    address = find_nodeinfo(page)
    if address is None:
        return None
    try:
        link = read_nodeinfo_link((await fetch(address)).body)
        software = read_software((await fetch(link)).body) if link else ""
    except NotAnswered:
        return None
    return recognise_software(software, page)


async def _follow(finding: Finding, fetch: Fetch) -> Probed:
    """Read the first of the feeds a page names that is one."""
    refusal = NotAnswered("")
    for url in finding.feeds[: MOST_REQUESTS - 1]:
        try:
            feed = classify(await fetch(url))
        except NotAnswered as error:
            refusal = refusal if refusal.what else error
            continue
        if feed.kind == "feed" and not feed.feeds:
            return Probed(finding=replace(feed, feeds=finding.feeds, why=finding.why))
    return Probed(finding=finding, is_forbidden=refusal.is_forbidden, reason=refusal.what)


async def _guess(finding: Finding, fetch: Fetch) -> Finding:
    for url in guess_feeds(finding.url)[: MOST_REQUESTS - 1]:
        try:
            feed = classify(await fetch(url))
        except NotAnswered:
            continue
        if feed.kind == "feed" and not feed.feeds:
            return replace(feed, why="There is a feed at a usual place.")
    return finding
