"""From what a reader typed to a page of results: parse, search, facets. Pure over the Index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from search.index import Index, Results, Sort, TermCount
from watchlists.model import Watchlist
from watchlists.names import read_names
from watchlists.query import Query
from watchlists.query_parser import parse_query

FACETS: tuple[str, ...] = ("organisation", "source", "language", "kind", "topic", "tone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """The commonest values of one field among the results."""

    field: str
    values: tuple[TermCount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of results with its facets."""

    results: Results
    facets: tuple[Facet, ...]


def read_query(text: str, watchlist: Watchlist, *, now: datetime) -> Query:
    """The query tree of a reader's text; raises QueryError with its column."""
    return parse_query(text, now=now, timezone=watchlist.timezone, names=read_names(watchlist.organisations))


def ask(index: Index, query: Query, *, sort: Sort, limit: int, offset: int = 0) -> Page:
    """Hits with highlights, and facets with counts over all matches."""
    results = index.search(query, sort=sort, limit=limit, offset=offset, highlight=True)
    facets = (Facet(field=field, values=index.terms(query, field, limit=5)) for field in FACETS)
    return Page(results=results, facets=tuple(facet for facet in facets if facet.values))
