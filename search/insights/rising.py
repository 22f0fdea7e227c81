"""Rising subjects: terms more frequent now than their own eight weeks say is usual.

A term rises when all of this holds, and each part is said to the reader:
- floors: at least 3 documents, 3 distinct authors and 2 sources (copies and spam left out);
- it is at least twice its usual share, where usual is the greater of its share over the eight
  weeks and its share on the same weekdays (so that what returns every Friday is not news);
- so many documents would come by chance less than once in a thousand (gamma prior on the share);
- it did not already rise on one of the three days before: a subject is news once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipelines.document import Document
from search.insights.counts import Belief
from search.insights.scope import Scope
from search.insights.terms import Term, collect_terms, watched_names
from search.window import Window, between, count_days
from watchlists.query import And, Keyword, Query

BASELINE_DAYS = 56
WEEK = 7
FEWEST_DOCUMENTS = 3
FEWEST_AUTHORS = 3
FEWEST_SOURCES = 2
FEWEST_PAST_DAYS = 14
"""Days with documents among the eight weeks, below which nothing is compared."""
LEAST_RATIO = 2.0
RAREST = 0.001
PRIOR = Belief(shape=0.5, rate=50.0)
"""Before anything is known, a term is in one document of a hundred: worth fifty documents."""
WEEKDAY_WEIGHT = 100.0
"""Documents' worth of belief in the overall share when the same weekdays are looked at."""
ALREADY = 3
MOST_CANDIDATES = 40
SAME_THING = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Rise:
    """A rising term: documents now, of how many, and how many would be usual."""

    term: Term
    base: int
    usual: float
    is_new: bool

    @property
    def now(self) -> int:
        """Documents of the window that hold the term."""
        return len(self.term.documents)

    @property
    def weight(self) -> tuple[int, int, float, int, str]:
        """What rises are sorted by, heaviest first."""
        words = len(self.term.value.split())
        return (-self.term.authors, -self.term.sources, -self.now / self.usual, -words, self.term.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """Documents a day before the window: oldest first, the day that ends at its start last."""

    bounds: tuple[datetime, ...]
    totals: tuple[int, ...]

    @property
    def is_enough(self) -> bool:
        """Whether there is past enough to compare with."""
        return sum(total > 0 for total in self.totals[-BASELINE_DAYS:]) >= FEWEST_PAST_DAYS


def find_rising(scope: Scope, documents: Sequence[Document]) -> tuple[Rise, ...] | None:
    """The terms that rise in these documents, heaviest first; None without past enough."""
    past = read_past(scope)
    if not past.is_enough:
        return None
    ours = [each for each in documents if not each.is_copy]
    without = watched_names(scope.watchlist) | frozenset(scope.decided("mute"))
    candidates = [term for term in collect_terms(ours, without=without) if _passes_floors(term)]
    plain = _likely(scope, candidates, past, base=len(ours))
    rises = (_judge(scope, term, past, base=len(ours)) for term in plain)
    return _without_doubles(sorted((each for each in rises if each), key=lambda rise: rise.weight))


def read_past(scope: Scope) -> Past:
    """How many documents each day before the window held; copies left out."""
    before = Window(start=scope.window.start, end=scope.window.start, timezone=scope.window.timezone)
    bounds = before.bounds(BASELINE_DAYS + ALREADY)
    return Past(bounds=bounds, totals=count_days(scope.index, _past_query(scope), "published", bounds))


def _past_query(scope: Scope, *parts: Query) -> Query:
    return scope.known(Keyword("copy", "false"), *parts)


def _passes_floors(term: Term) -> bool:
    return (
        len(term.documents) >= FEWEST_DOCUMENTS
        and term.authors >= FEWEST_AUTHORS
        and term.sources >= FEWEST_SOURCES
    )


def _likely(scope: Scope, candidates: list[Term], past: Past, *, base: int) -> list[Term]:
    """The candidates furthest above their overall share: the only ones looked at day by day."""
    total = sum(past.totals[-BASELINE_DAYS:])
    counts = _overall(scope, candidates, past)
    likely = []
    for term in candidates:
        share = PRIOR.observe(counts[term.field, term.value], total).mean
        ratio = len(term.documents) / (share * base)
        if ratio >= LEAST_RATIO:
            likely.append((-ratio, term.field, term.value, term))
    return [each[-1] for each in sorted(likely, key=lambda each: each[:3])[:MOST_CANDIDATES]]


def _overall(scope: Scope, candidates: list[Term], past: Past) -> Counter[tuple[str, str]]:
    """Documents of the eight weeks that hold each candidate."""
    query = _past_query(scope, between("published", past.bounds[ALREADY], past.bounds[-1]))
    counts: Counter[tuple[str, str]] = Counter()
    for term in candidates:
        counts[term.field, term.value] = scope.index.count(And((query, Keyword(term.field, term.value))))
    return counts


def _judge(scope: Scope, term: Term, past: Past, *, base: int) -> Rise | None:
    query = _past_query(scope, Keyword(term.field, term.value))
    days = count_days(scope.index, query, "published", past.bounds)
    usual = _usual_share(days, past.totals) * base
    if not _stands_out(len(term.documents), usual, days, past.totals, base=base):
        return None
    if any(_rose_before(scope, query, days, past, back=back) for back in range(1, ALREADY + 1)):
        return None
    earlier = And((query, between("published", None, scope.window.start)))
    is_new = sum(days) == 0 and scope.index.count(earlier) == 0
    return Rise(term=term, base=base, usual=usual, is_new=is_new)


def _usual_share(days: Sequence[int], totals: Sequence[int]) -> float:
    """The greater of the share over eight weeks and that of the same weekdays, of the day after `days`."""
    recent, all_recent = days[-BASELINE_DAYS:], totals[-BASELINE_DAYS:]
    overall = PRIOR.observe(sum(recent), sum(all_recent)).mean
    anchored = Belief(shape=overall * WEEKDAY_WEIGHT, rate=WEEKDAY_WEIGHT)
    weekday = anchored.observe(sum(recent[::-1][6::WEEK]), sum(all_recent[::-1][6::WEEK])).mean
    return max(overall, weekday)


def _stands_out(now: int, usual: float, days: Sequence[int], totals: Sequence[int], *, base: int) -> bool:
    if now < FEWEST_DOCUMENTS or now < LEAST_RATIO * usual:
        return False
    belief = PRIOR.observe(sum(days[-BASELINE_DAYS:]), sum(totals[-BASELINE_DAYS:]))
    # the weekday share may ask for more than the overall one: the belief is moved up to it
    raised = Belief(shape=max(belief.shape, usual / base * belief.rate), rate=belief.rate)
    return raised.tail(now, base) < RAREST


def _rose_before(scope: Scope, query: Query, days: Sequence[int], past: Past, *, back: int) -> bool:
    """Whether the term already stood out, with authors and sources, on the day `back` days before."""
    then, before = days[-back], days[:-back]
    base, bases = past.totals[-back], past.totals[:-back]
    usual = _usual_share(before, bases) * max(base, 1)
    if not _stands_out(then, usual, before, bases, base=max(base, 1)):
        return False
    on_that_day = And((query, between("published", past.bounds[-back - 1], past.bounds[-back])))
    sources = scope.index.distinct(on_that_day, "source")
    authors = max(sources, scope.index.distinct(on_that_day, "author"))
    return sources >= FEWEST_SOURCES and authors >= FEWEST_AUTHORS


def _without_doubles(rises: Sequence[Rise]) -> tuple[Rise, ...]:
    """One of each set of terms that stand for the same documents, the heaviest."""
    kept: list[Rise] = []
    for rise in rises:
        if not any(_is_same(rise.term, each.term) for each in kept):
            kept.append(rise)
    return tuple(kept)


def _is_same(one: Term, other: Term) -> bool:
    is_within = (
        one.value.casefold() in other.value.casefold() or other.value.casefold() in one.value.casefold()
    )
    return is_within or one.overlap(other) >= SAME_THING
