"""What runs at an emerging place: asked for by one run, looked at by the next, shown in the digest.

At most five places a day, robots.txt first, one look a place for good; `privacy.probe = false`
switches it off. Communities inside platforms are not looked at: the platform is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from subprocess import TimeoutExpired

from crawlers.probe import Probed, ProbeJob, probe
from search.books.ledger import Ledger
from search.books.looks import LOOKS, Look
from search.folder import WatchFolder, opened_index
from search.index import Index
from search.insights.places import find_places
from search.insights.scope import Scope, gather_news
from search.window import Window, wall_clock
from watchlists.errors import VeilleurError
from watchlists.model import Watchlist

MOST_A_DAY = 5
LONGEST = 200
Looking = Callable[[ProbeJob], Probed]


def probe_places(
    folder: WatchFolder,
    watchlist: Watchlist,
    *,
    now: datetime,
    environ: Mapping[str, str],
    look: Looking = probe,
) -> None:
    """Look at the places earlier runs asked for, then ask for those that emerge now."""
    if not watchlist.privacy.probe:
        return
    with Ledger.open(folder.ledger) as ledger:
        for place, _, body in ledger.probes():
            if body is None:
                job = ProbeJob(
                    url=f"https://{place}/",
                    watchlist=folder.watchlist,
                    now=now,
                    language=watchlist.language,
                )
                ledger.answer_probe(place, LOOKS.dump_json(_look(place, job, look)).decode())
        with opened_index(folder, watchlist.index, environ=environ) as index:
            ask_for_places(index, watchlist, ledger, now=now)


def _look(place: str, job: ProbeJob, look: Looking) -> Look:
    """What is there, or why nobody can say."""
    try:
        probed = look(job)
    except (VeilleurError, TimeoutExpired) as error:
        return Look(place=place, reason=str(error)[:LONGEST])
    finding = probed.finding
    if finding is None:
        return Look(place=place, reason=probed.reason[:LONGEST], is_forbidden=probed.is_forbidden)
    return Look(
        place=place, kind=finding.kind, software=finding.software[:LONGEST], title=finding.title[:LONGEST]
    )


def ask_for_places(index: Index, watchlist: Watchlist, ledger: Ledger, *, now: datetime) -> tuple[str, ...]:
    """Ask for the domains that emerged within a day and nobody looked at, at most five a day."""
    since = wall_clock(now, -1, timezone=watchlist.timezone)
    known = ledger.probes()
    room = MOST_A_DAY - sum(since < asked <= now for _, asked, _ in known)
    scope = Scope(
        index=index,
        watchlist=watchlist,
        window=Window(start=since, end=now, timezone=watchlist.timezone),
    )
    found = [each.domain for each in find_places(scope, gather_news(scope).worth_telling)]
    places = [each for each in found if "/" not in each and each not in {place for place, _, _ in known}]
    asked = tuple(places[: max(0, room)])
    for place in asked:
        ledger.ask_probe(place, asked=now)
    return asked
