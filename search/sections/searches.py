"""What saved searches found among the texts of a digest: how much, and three lines each."""

from __future__ import annotations

from search.editions.digest import Finds
from search.finds import match_new
from search.insights.scope import News
from search.sections.story import explain, tell_story
from search.sections.teller import Teller
from search.wording.plain import plain
from watchlists.model import SavedSearch

MOST_LINES = 3


def tell_searches(teller: Teller, news: News) -> tuple[Finds, ...]:
    """The saved searches with a section of the digest that found something, in the watchlist's order."""
    asked = (each for each in teller.scope.watchlist.searches if each.digest)
    told = (_tell(teller, each, news) for each in asked)
    return tuple(each for each in told if each.count)


def _tell(teller: Teller, search: SavedSearch, news: News) -> Finds:
    """Only what this digest accounts for, muted stories left out."""
    scope, here = teller.scope, {each.id for each in news.everything}
    since = scope.reach or scope.window.start
    tree = match_new(search, scope.watchlist, since=since, until=scope.window.end)
    strands = teller.weave(tuple(each for each in scope.index.scan(tree) if each.id in here))
    count = sum(len(each.documents) for each in strands)
    shown = strands[:MOST_LINES]
    return Finds(
        id=search.id,
        name=plain(search.name, limit=60),
        count=count,
        sentence=teller.voice.ngettext("{n} new text", "{n} new texts", count),
        lines=tuple(tell_story(teller, each, why=explain(teller, each, None)) for each in shown),
        more=teller.more(count - sum(len(each.documents) for each in shown), f"({search.query})"),
    )
