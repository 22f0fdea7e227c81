"""The contract of search.index, held by every backend."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.document import Community, Document, Entity, ThreadMeasures
from pipelines.document_codec import document_digest
from pipelines.embeddings import to_bytes
from pipelines.encoder import SIZE
from search.backends import open_index, rebuilt_index
from search.index import Index, Sort, TermCount, Vector
from tests.documents import MORNING, document, mention, outcome, sample
from tests.elasticsearch_server import fresh_settings
from tests.naive_index import count_between, count_terms, find, sorted_numbers
from watchlists.errors import IndexUnavailable
from watchlists.model import IndexSettings
from watchlists.query import (
    FIELDS,
    And,
    Everything,
    Has,
    Keyword,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Range,
    Words,
)

HOUR = timedelta(hours=1)
EVERYTHING = Everything()
SORTS: tuple[Sort, ...] = (
    "relevance",
    "published",
    "-published",
    "first_seen",
    "-first_seen",
    "-engagement",
    "-engagement_per_hour",
    "-engagement_vs_norm",
    "-replies",
    "-last_activity",
)
KEYWORDS = [field for field, kind in FIELDS.items() if kind in {"keyword", "flag"}]
NUMBERS = [field for field, kind in FIELDS.items() if kind == "number"]
DATES = [field for field, kind in FIELDS.items() if kind == "date"]

BACKENDS = ("embedded", pytest.param("elasticsearch", marks=pytest.mark.elasticsearch))

Reopen = Callable[..., Index]
"""Opens the index of this test; again after a close, or for reading only."""
Rebuild = Callable[[], AbstractContextManager[Index]]


@contextmanager
def settings_of(backend: str) -> Iterator[IndexSettings]:
    """Settings of an index of one's own."""
    if backend == "embedded":
        yield IndexSettings()
        return
    with fresh_settings() as found:
        yield found


@pytest.fixture(params=BACKENDS)
def settings_here(request: pytest.FixtureRequest) -> Iterator[IndexSettings]:
    """An index of its own for each test, on each backend."""
    with settings_of(request.param) as found:
        yield found


@pytest.fixture
def reopen(settings_here: IndexSettings, tmp_path: Path) -> Reopen:
    """Opens the index of this test."""
    return partial(open_index, settings_here, folder=tmp_path / "index", environ={})


@pytest.fixture
def rebuild(settings_here: IndexSettings, tmp_path: Path) -> Rebuild:
    """Builds the index of this test anew."""
    return partial(rebuilt_index, settings_here, folder=tmp_path / "index", environ={})


@pytest.fixture
def index(reopen: Reopen) -> Iterator[Index]:
    """An empty index."""
    with closing(reopen()) as opened:
        yield opened


@contextmanager
def opened_of(backend: str, folder: Path) -> Iterator[Index]:
    """An empty index on that backend."""
    with settings_of(backend) as found, closing(open_index(found, folder=folder, environ={})) as opened:
        yield opened


@pytest.fixture(scope="module", params=BACKENDS)
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """Many documents, only ever read; some of them put twice, or deleted in between."""
    with opened_of(request.param, tmp_path_factory.mktemp("library")) as opened:
        fill(opened, *LIBRARY[: len(LIBRARY) // 2])
        fill(opened, *LIBRARY[len(LIBRARY) // 2 :])
        opened.delete(each.id for each in LIBRARY[:10])
        fill(opened, *LIBRARY[:10])
        yield opened


def fill(index: Index, *documents: Document) -> None:
    """Put and commit."""
    report = index.put(documents)
    assert report.refused == ()
    index.commit()


def ids_of(index: Index, query: Query, sort: Sort = "relevance") -> list[str]:
    """Ids of the hits, in order."""
    return [hit.document.id for hit in index.search(query, sort=sort, limit=1000).hits]


# A library of generated documents

WORDS = ("Acme", "acme", "Été", "l'eau", "prix élevé", "a|b", "x*y", "日本", "")


def some_document(number: int, dice: random.Random) -> Document:
    """A document with few different values, so that ties and overlaps are common."""
    some = lambda: tuple(dice.sample(WORDS, dice.randint(0, 3)))  # noqa: E731
    maybe = lambda low, high: dice.choice((None, dice.randint(low, high)))  # noqa: E731
    published = MORNING - dice.randint(0, 60) * HOUR / 2 - timedelta(microseconds=dice.randint(0, 3))
    return document(
        f"{dice.choice('ab')}{number:03d}{'x' * 16}",
        kind=dice.choice(("post", "reply", "question")),
        url=f"https://{dice.choice(('gazette', 'journal'))}.example/{number}",
        sources=tuple(dice.sample(("gazette", "forum", "blog"), dice.randint(1, 2))),
        community=Community(source="forum", organisation=dice.choice((None, "acme", "zenith"))),
        published=published,
        first_seen=published + dice.randint(0, 2) * HOUR,
        is_backfill=dice.random() < 0.3,
        deleted=dice.choice((None, MORNING)),
        language=dice.choice(("fr", "en", "de", "und")),
        is_analysed=dice.random() < 0.8,
        author=dice.choice(("", "jo", "Jo", "zoé")),
        author_is_staff=dice.random() < 0.2,
        thread=dice.choice((None, "t1", "t2")),
        parent=dice.choice((None, "t1")),
        is_accepted=dice.random() < 0.1,
        tags=some(),
        hashtags=some(),
        entities=tuple(Entity(name=name, label="ORG") for name in some() if name),
        mentions=tuple(
            mention(each, dice.choice(("negative", "neutral", "positive")))
            for each in dice.sample(("acme", "zenith", "nova"), dice.randint(0, 2))
        ),
        phrases=some(),
        topics=some(),
        subject=dice.choice(WORDS),
        tone=dice.choice((None, "negative", "positive")),
        emotions=some(),
        intent=dice.choice((None, "question", "spam")),
        story=dice.choice((None, "s1", "s2")),
        is_copy=dice.random() < 0.2,
        upvotes=maybe(0, 3),
        replies=maybe(0, 3),
        views=maybe(10**6, 10**9),
        rating=dice.choice((None, 4.5, 3.25)),
        engagement=maybe(-2, 4),
        engagement_per_hour=dice.choice((None, 0.0, dice.random(), 1e-9, 1e12)),
        engagement_vs_norm=dice.choice((None, 1.0, dice.random() * 3)),
        measures=dice.choice((None, some_measures(published, dice))),
        link_domains=some(),
    )


def some_measures(published: datetime, dice: random.Random) -> ThreadMeasures:
    """How a thread was answered."""
    return ThreadMeasures(
        replies=dice.randint(0, 4),
        staff_replies=dice.randint(0, 2),
        repliers=dice.randint(0, 2),
        first_reply_minutes=dice.choice((None, 0.0, 12.5)),
        first_staff_reply_minutes=dice.choice((None, 60.0)),
        last_activity=dice.choice((None, published + dice.randint(0, 5) * HOUR)),
        is_solved=dice.choice((None, True, False)),
    )


LIBRARY = tuple(some_document(number, random.Random(number)) for number in range(160))


def keyword_values() -> st.SearchStrategy[str]:
    """Values that occur, and some that do not."""
    named = (
        "acme",
        "acme|negative",
        "forum",
        "gazette.example",
        "jo",
        "t1",
        "s1",
        "true",
        "false",
        "question",
    )
    return st.sampled_from([*WORDS, *named, "a001xxxxxxxxxxxxxxxx", "nothing"]) | st.text(max_size=3)


def leaves() -> st.SearchStrategy[Query]:
    """Every structured node that is not made of others."""
    moments = st.integers(-125, 3).map(lambda halves: MORNING + halves * HOUR / 2)
    amounts = st.sampled_from([-2, 0, 1, 1.0, 2, 3, 0.5, 12.5, 1e9, 1e-9])
    edges = st.booleans()
    return st.one_of(
        st.just(EVERYTHING),
        st.builds(Keyword, st.sampled_from(KEYWORDS), keyword_values()),
        st.builds(Prefix, keyword_values(), st.sampled_from(KEYWORDS)),
        st.builds(Has, st.sampled_from([*KEYWORDS, *NUMBERS, *DATES])),
        st.builds(Range, st.sampled_from(NUMBERS), st.none() | amounts, st.none() | amounts, edges, edges),
        st.builds(Range, st.sampled_from(DATES), st.none() | moments, st.none() | moments, edges, edges),
    )


def structured_queries() -> st.SearchStrategy[Query]:
    """Trees of structured nodes."""
    return st.recursive(
        leaves(),
        lambda inner: st.one_of(
            st.builds(And, st.lists(inner, max_size=3).map(tuple)),
            st.builds(Or, st.lists(inner, max_size=3).map(tuple)),
            st.builds(Not, inner),
        ),
        max_leaves=6,
    )


thorough = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


class TestStructuredQueries:
    """Hits, counts and order are those of the obvious evaluation."""

    @thorough
    @given(query=structured_queries(), sort=st.sampled_from(SORTS))
    def test_hits_and_their_order_are_those_of_the_plain_evaluation(
        self, library: Index, query: Query, sort: Sort
    ) -> None:
        expected = find(LIBRARY, query, sort)

        results = library.search(query, sort=sort, limit=1000)

        assert [hit.document.id for hit in results.hits] == expected
        assert results.total == library.count(query) == len(expected)

    @thorough
    @given(query=structured_queries(), field=st.sampled_from(KEYWORDS))
    def test_terms_and_distinct_are_exact(self, library: Index, query: Query, field: str) -> None:
        expected = count_terms(LIBRARY, query, field)

        assert library.terms(query, field, limit=1000) == tuple(
            TermCount(term=term, count=count) for term, count in expected
        )
        assert library.distinct(query, field) == len(expected)

    @thorough
    @given(query=structured_queries(), field=st.sampled_from(NUMBERS), at=st.floats(0, 1))
    def test_quantiles_interpolate_between_exact_ranks(
        self, library: Index, query: Query, field: str, at: float
    ) -> None:
        values = sorted_numbers(LIBRARY, query, field)

        low, middle, high = library.quantiles(query, field, (0.0, at, 1.0))

        if not values:
            assert (low, middle, high) == (None, None, None)
            return
        place = (len(values) - 1) * at
        below, above = values[int(place)], values[min(int(place) + 1, len(values) - 1)]
        assert (low, high) == (values[0], values[-1])
        assert middle == pytest.approx(below + (above - below) * (place - int(place)))

    @thorough
    @given(
        query=structured_queries(),
        field=st.sampled_from(DATES),
        start=st.integers(-4000, 100),
        hours=st.integers(0, 30),
        interval=st.sampled_from(["hour", "day"]),
    )
    def test_timelines_start_where_they_are_told(
        self, library: Index, query: Query, field: str, start: int, hours: int, interval: str
    ) -> None:
        since = MORNING + timedelta(minutes=start)
        until = since + hours * HOUR + timedelta(minutes=7)
        length = HOUR if interval == "hour" else timedelta(days=1)

        buckets = library.timeline(query, field, interval=interval, since=since, until=until)  # type: ignore[arg-type]

        assert [bucket.start for bucket in buckets] == [
            since + each * length for each in range(1000) if since + each * length < until
        ]
        assert [bucket.count for bucket in buckets] == [
            count_between(LIBRARY, query, field, each.start, min(each.start + length, until))
            for each in buckets
        ]

    @thorough
    @given(query=structured_queries(), batch=st.sampled_from([30, 500]))
    def test_scans_give_every_match_once_by_id(self, library: Index, query: Query, batch: int) -> None:
        assert [each.id for each in library.scan(query, batch=batch)] == find(LIBRARY, query)

    @thorough
    @given(query=structured_queries(), sort=st.sampled_from(SORTS), size=st.integers(15, 90))
    def test_pages_put_together_are_the_whole(
        self, library: Index, query: Query, sort: Sort, size: int
    ) -> None:
        expected = find(LIBRARY, query, sort)

        pages = [
            library.search(query, sort=sort, limit=size, offset=offset).hits
            for offset in range(0, len(expected) + 1, size)
        ]

        assert [hit.document.id for page in pages for hit in page] == expected


class TestDocuments:
    """What is put is what is found, once committed."""

    def test_a_document_comes_back_as_it_was_put(self, index: Index) -> None:
        fill(index, *LIBRARY[:20])

        assert [index.get(each.id) for each in LIBRARY[:20]] == list(LIBRARY[:20])

    def test_an_unknown_id_is_none(self, index: Index) -> None:
        assert index.get("nothing") is None

    def test_a_document_replaces_the_one_of_its_id(self, index: Index) -> None:
        fill(index, document("one", author="jo"), document("two"))
        fill(index, document("one", author="zoe"))

        assert ids_of(index, Keyword("author", "jo")) == []
        assert ids_of(index, Keyword("author", "zoe")) == ["one"]
        assert index.count(EVERYTHING) == 2

    def test_the_last_of_an_id_in_one_batch_wins(self, index: Index) -> None:
        fill(index, document("one", author="jo"), document("one", author="zoe"))

        assert [hit.document.author for hit in index.search(EVERYTHING).hits] == ["zoe"]

    def test_putting_the_same_twice_changes_nothing(self, index: Index) -> None:
        fill(index, *LIBRARY[:5])
        before = list(index.ids())
        fill(index, *LIBRARY[:5])

        assert list(index.ids()) == before

    def test_changes_show_only_after_commit(self, index: Index) -> None:
        fill(index, document("one"))
        index.put([document("two")])
        index.delete(["one"])

        assert ids_of(index, EVERYTHING) == ["one"]
        assert index.get("two") is None
        index.commit()
        assert ids_of(index, EVERYTHING) == ["two"]

    def test_delete_says_how_many_existed(self, index: Index) -> None:
        fill(index, document("one"), document("two"))
        index.put([document("three")])

        assert index.delete(iter(["one", "three", "nothing", "one"])) == 2
        index.commit()
        assert ids_of(index, EVERYTHING) == ["two"]

    def test_ids_come_with_the_digest_of_what_is_stored(self, index: Index) -> None:
        fill(index, *LIBRARY[:30])

        assert list(index.ids()) == sorted((each.id, document_digest(each)) for each in LIBRARY[:30])

    def test_a_document_that_cannot_be_held_is_refused_with_its_reason(self, index: Index) -> None:
        report = index.put([document("one"), document("two", text="\ud800"), document("x" * 600)])
        index.commit()

        assert report.taken == 1
        assert [refusal.id for refusal in report.refused] == ["two", "x" * 600]
        assert all(refusal.reason for refusal in report.refused)
        assert ids_of(index, EVERYTHING) == ["one"]

    def test_very_long_values_are_kept_but_cannot_be_asked_for(self, index: Index) -> None:
        long = document("one", tags=("x" * 40_000, "short"), title="t" * 100_000)
        fill(index, long)

        assert index.get("one") == long
        assert index.terms(EVERYTHING, "tag") == (TermCount(term="short", count=1),)

    def test_dates_before_1970_and_far_ahead_sort_rightly(self, index: Index) -> None:
        years = (1601, 1969, 1970, 2026, 2107, 2290)
        fill(index, *(document(f"y{year}", published=MORNING.replace(year=year, day=1)) for year in years))

        assert ids_of(index, EVERYTHING, "published") == [f"y{year}" for year in years]
        assert index.oldest("published") == MORNING.replace(year=1601, day=1)

    def test_the_oldest_of_nothing_is_none(self, index: Index) -> None:
        assert index.oldest("last_activity") is None

    def test_ids_that_begin_alike_keep_their_order_in_every_sort(self, index: Index) -> None:
        same = [document(f"the-same-beginning-{number:03d}", engagement=5) for number in range(60)]
        fill(index, *reversed(same))

        for sort in SORTS:
            assert ids_of(index, EVERYTHING, sort) == [each.id for each in same]
        assert [each.id for each in index.scan(EVERYTHING, batch=1)] == [each.id for each in same]

    def test_numbers_that_differ_in_the_last_bit_keep_their_order(self, index: Index) -> None:
        values = [0.1, 0.1 + 2**-56, 0.1 + 2**-55, 16_777_216.0, 16_777_217.0]
        fill(index, *(document(f"n{at}", engagement_per_hour=value) for at, value in enumerate(values)))

        assert ids_of(index, EVERYTHING, "-engagement_per_hour") == ["n4", "n3", "n2", "n1", "n0"]


class TestLifetime:
    """Closing, opening again, reading beside a writer."""

    def test_what_was_committed_is_there_after_opening_again(self, reopen: Reopen) -> None:
        with closing(reopen()) as index:
            fill(index, *LIBRARY[:5])
            index.put_outcomes([outcome()])
            index.commit()

        with closing(reopen()) as index:
            assert index.count(EVERYTHING) == 5
            assert index.outcomes(since=MORNING, until=MORNING + HOUR) == (outcome(),)

    def test_what_was_not_committed_is_dropped(self, reopen: Reopen) -> None:
        with closing(reopen()) as index:
            fill(index, document("one"))
            index.put([document("two")])
            index.put_outcomes([outcome()])
            index.put_samples([sample()])

        with closing(reopen()) as index:
            assert ids_of(index, EVERYTHING) == ["one"]
            assert index.outcomes(since=MORNING, until=MORNING + HOUR) == ()
            assert index.samples("forum", since=MORNING, until=MORNING + HOUR) == ()

    def test_a_reader_beside_the_writer_sees_each_commit(self, reopen: Reopen) -> None:
        with closing(reopen()) as writer:
            fill(writer, document("one"))
            with closing(reopen(readonly=True)) as reader:
                assert ids_of(reader, EVERYTHING) == ["one"]
                fill(writer, document("two"))
                assert ids_of(reader, EVERYTHING) == ["one", "two"]

    def test_a_reader_cannot_change_anything(self, reopen: Reopen) -> None:
        reopen().close()
        with closing(reopen(readonly=True)) as reader:
            for change in (lambda: reader.put([document()]), lambda: reader.delete(["x"]), reader.commit):
                with pytest.raises(IndexUnavailable):
                    change()

    def test_a_scan_shows_the_index_as_it_was_when_it_began(self, reopen: Reopen) -> None:
        with closing(reopen()) as index:
            fill(index, *LIBRARY[:50])
            scan = index.scan(EVERYTHING, batch=10)
            first = next(scan)
            index.delete(each.id for each in LIBRARY[:50])
            fill(index, document("new"))

            assert [first.id, *(each.id for each in scan)] == sorted(each.id for each in LIBRARY[:50])

    def test_reading_an_index_that_was_never_made_says_what_to_do(self, reopen: Reopen) -> None:
        with pytest.raises(IndexUnavailable) as caught:
            reopen(readonly=True)

        assert "veilleur run" in caught.value.remedy


class TestRebuilding:
    """An index built anew takes the place of the other at once, or not at all."""

    def test_a_rebuilt_index_takes_the_place_of_the_one_in_use(
        self, rebuild: Rebuild, reopen: Reopen
    ) -> None:
        with closing(reopen()) as index:
            fill(index, document("old"))
            index.put_outcomes([outcome()])
            index.commit()

        with rebuild() as new:
            new.put([document("new")])
            with closing(reopen(readonly=True)) as reader:
                assert ids_of(reader, EVERYTHING) == ["old"]

        with closing(reopen()) as index:
            assert ids_of(index, EVERYTHING) == ["new"]
            assert index.outcomes(since=MORNING, until=MORNING + HOUR) == ()
            fill(index, document("next"))
            assert ids_of(index, EVERYTHING) == ["new", "next"]

    def test_a_rebuild_that_fails_leaves_the_one_in_use(self, rebuild: Rebuild, reopen: Reopen) -> None:
        with closing(reopen()) as index:
            fill(index, document("old"))

        with pytest.raises(ZeroDivisionError), rebuild() as new:
            new.put(document(f"new{1 // each}") for each in (1, 0))

        with closing(reopen()) as index:
            assert ids_of(index, EVERYTHING) == ["old"]

    def test_the_first_index_can_be_made_by_a_rebuild(self, rebuild: Rebuild, reopen: Reopen) -> None:
        with rebuild() as new:
            new.put([document("new")])

        with closing(reopen(readonly=True)) as index:
            assert ids_of(index, EVERYTHING) == ["new"]


class TestTimelines:
    """Days are 24 hours from where the caller says they begin."""

    def test_both_sides_of_a_clock_change_are_asked_apart(self, index: Index) -> None:
        paris = ZoneInfo("Europe/Paris")
        change = datetime(2026, 10, 25, tzinfo=paris)  # 25 hours long
        nights = [datetime(2026, 10, day, 23, 30, tzinfo=paris) for day in (23, 24, 25, 26)]
        fill(
            index,
            *(
                document(f"d{at}", published=night.astimezone(MORNING.tzinfo))
                for at, night in enumerate(nights)
            ),
        )

        before = index.timeline(
            EVERYTHING,
            "published",
            interval="day",
            since=datetime(2026, 10, 23, tzinfo=paris).astimezone(MORNING.tzinfo),
            until=change.astimezone(MORNING.tzinfo),
        )
        after = index.timeline(
            EVERYTHING,
            "published",
            interval="day",
            since=datetime(2026, 10, 26, tzinfo=paris).astimezone(MORNING.tzinfo),
            until=datetime(2026, 10, 28, tzinfo=paris).astimezone(MORNING.tzinfo),
        )

        assert [bucket.count for bucket in before] == [1, 1]
        assert [bucket.count for bucket in after] == [1, 0]
        assert after[0].start.astimezone(paris).hour == 0

    def test_an_empty_span_has_no_bucket(self, index: Index) -> None:
        assert index.timeline(EVERYTHING, "published", interval="hour", since=MORNING, until=MORNING) == ()


class TestTerms:
    """The commonest values, cut where the caller says, in an order that does not change."""

    @pytest.mark.parametrize("limit", [0, 1, 2, 70, 200, 500])
    def test_equally_common_values_are_cut_by_value(self, index: Index, limit: int) -> None:
        once = [f"t{number:03d}" for number in range(200)]
        fill(index, document("all", tags=("z", *reversed(once))), document("one", tags=("z",)))
        expected = [TermCount(term="z", count=2), *(TermCount(term=term, count=1) for term in once)]

        assert index.terms(EVERYTHING, "tag", limit=limit) == tuple(expected[:limit])


class TestQuestionsThatCannotBeAsked:
    """A wrong field is a programming error."""

    @pytest.mark.parametrize(
        "query",
        [
            Keyword("nothing", "x"),
            Keyword("replies", "5"),
            Words("x", "author"),
            Phrase("x", "author"),
            Prefix("x", "replies"),
            Range("author", 1, 2),
            Range("published", 1, 2),
            Range("replies", MORNING, None),
            Has("nothing"),
            And((Not(Or((Has("nothing"),))),)),
        ],
        ids=str,
    )
    def test_a_query_with_a_wrong_field_is_refused(self, index: Index, query: Query) -> None:
        for ask in (index.search, index.count, index.scan):
            with pytest.raises(ValueError, match="field"):
                ask(query)

    def test_figures_of_a_wrong_field_are_refused(self, index: Index) -> None:
        with pytest.raises(ValueError, match="field"):
            index.terms(EVERYTHING, "replies")
        with pytest.raises(ValueError, match="field"):
            index.distinct(EVERYTHING, "nothing")
        with pytest.raises(ValueError, match="field"):
            index.quantiles(EVERYTHING, "author", (0.5,))
        with pytest.raises(ValueError, match="field"):
            index.timeline(EVERYTHING, "author", interval="day", since=MORNING, until=MORNING)
        with pytest.raises(ValueError, match="field"):
            index.oldest("author")

    def test_pages_deeper_than_ten_thousand_are_refused(self, index: Index) -> None:
        with pytest.raises(ValueError, match="10000"):
            index.search(EVERYTHING, limit=1, offset=10_000)

    def test_a_page_of_nothing_still_counts(self, index: Index) -> None:
        fill(index, document("one"))

        results = index.search(EVERYTHING, limit=0)

        assert (results.hits, results.total) == ((), 1)


class TestOutcomesAndSamples:
    """What every worker read, beside the documents."""

    def test_outcomes_come_by_time_then_source_within_the_span(self, index: Index) -> None:
        kept = [outcome("b"), outcome("c"), outcome("a", MORNING + HOUR, reason="timeout", newest=MORNING)]
        index.put_outcomes([*reversed(kept), outcome("a", MORNING - HOUR), outcome("a", MORNING + 2 * HOUR)])
        index.commit()

        assert index.outcomes(since=MORNING, until=MORNING + 2 * HOUR) == tuple(kept)

    def test_an_outcome_replaces_that_of_the_same_source_and_run(self, index: Index) -> None:
        index.put_outcomes([outcome(new=1), outcome("forum")])
        index.commit()
        index.put_outcomes([replace(outcome(new=2))])
        index.commit()

        assert index.outcomes(since=MORNING, until=MORNING + HOUR) == (outcome("forum"), outcome(new=2))

    def test_samples_of_a_source_come_by_time(self, index: Index) -> None:
        kept = [sample(members=100 + hour, at=MORNING + hour * HOUR) for hour in range(3)]
        index.put_samples([*reversed(kept), sample("other"), sample(at=MORNING + 3 * HOUR)])
        index.put_samples([sample(members=100)])
        index.commit()

        assert index.samples("forum", since=MORNING, until=MORNING + 3 * HOUR) == tuple(kept)


FRENCH = document("fr", title="Panne chez Orange", text="L’opérateur annonce des prélèvements d'été bloqués.")
ENGLISH = document(
    "en", language="en", title="Outages", text="Customers were running the connected boxes again."
)
GERMAN = document("de", language="de", title="Störung", text="Der Anschluss bleibt seit gestern tot.")


@pytest.fixture(scope="module", params=BACKENDS)
def texts(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """Three texts in three languages, only ever read."""
    with opened_of(request.param, tmp_path_factory.mktemp("texts")) as opened:
        fill(opened, FRENCH, ENGLISH, GERMAN)
        yield opened


class TestFreeText:
    """Words find their inflected forms, with or without accents, in any language."""

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            (Words("prélèvement"), ["fr"]),
            (Words("prelevement"), ["fr"]),
            (Words("PRÉLÈVEMENTS"), ["fr"]),
            (Words("opérateur"), ["fr"]),
            (Words("l'opérateur"), ["fr"]),
            (Words("l’opérateurs"), ["fr"]),
            (Words("qu’orange"), ["fr"]),
            (Words("panne opérateur"), ["fr"]),
            (Words("panne outage"), []),
            (Words("la panne de l'opérateur"), ["fr"]),
            (Words("run box"), ["en"]),
            (Words("customer's"), ["en"]),
            (Words("storung"), ["de"]),
            (Words("panne", "title"), ["fr"]),
            (Words("panne", "text"), []),
            (Words("!!!"), []),
            (Words(""), []),
            (Phrase("panne chez orange"), ["fr"]),
            (Phrase("chez panne"), []),
            (Phrase("panne orange"), []),
            (Phrase("panne orange", slop=1), ["fr"]),
            (Phrase("connected boxes", "text"), ["en"]),
            (Phrase("connected boxes", "title"), []),
            (Phrase("anschluss"), ["de"]),
            (Prefix("opér"), ["fr"]),
            (Prefix("prelevem"), ["fr"]),
            (Prefix("PRÉLÈVEMENT", "text"), ["fr"]),
            (Prefix("out", "title"), ["en"]),
            (Prefix("out", "text"), []),
            (Prefix("*"), []),
            (Not(Words("panne")), ["de", "en"]),
            (Or((Words("panne"), Keyword("language", "de"))), ["de", "fr"]),
            (And((Words("panne"), Not(Keyword("language", "fr")))), []),
            (Has("title"), ["de", "en", "fr"]),
        ],
        ids=str,
    )
    def test_words_find_their_documents(self, texts: Index, query: Query, expected: list[str]) -> None:
        assert sorted(ids_of(texts, query)) == expected
        assert texts.count(query) == len(expected)

    def test_has_text_asks_for_any_word(self, index: Index) -> None:
        fill(index, document("both", title="a", text="b"), document("none"), document("title", title="a"))

        assert ids_of(index, Has("text")) == ["both"]
        assert ids_of(index, Has("title")) == ["both", "title"]

    def test_the_best_match_comes_first_and_ties_go_by_id(self, index: Index) -> None:
        twins = [document(f"twin{number:02d}", text="une panne, et rien d'autre") for number in range(40)]
        fill(index, *reversed(twins), document("title", title="Panne", text="une panne, et rien d'autre"))

        hits = index.search(Words("panne"), limit=100).hits

        assert [hit.document.id for hit in hits] == ["title", *(each.id for each in twins)]
        assert hits[0].score > hits[1].score > 0

    def test_a_structured_part_does_not_change_the_score(self, index: Index) -> None:
        fill(index, FRENCH, ENGLISH)

        alone = index.search(Words("panne")).hits[0].score
        filtered = index.search(And((Words("panne"), Keyword("language", "fr")))).hits[0].score

        assert alone == pytest.approx(filtered)

    def test_highlights_show_the_words_that_were_asked_for(self, index: Index) -> None:
        fill(index, FRENCH)

        hit = index.search(And((Words("panne prelevement"), Not(Words("outage")))), highlight=True).hits[0]

        marked = {each.field: [each.text[low:high] for low, high in each.marks] for each in hit.highlights}
        assert marked == {"title": ["Panne"], "text": ["prélèvements"]}

    def test_nothing_is_highlighted_unless_asked(self, index: Index) -> None:
        fill(index, FRENCH)

        assert index.search(Words("panne")).hits[0].highlights == ()


# Meaning

MODEL = "encoder@1"


def vector(id: str, *numbers: float, model: str = MODEL) -> Vector:
    """What a document means, as its first few numbers; the others are 0."""
    data = np.zeros(SIZE, dtype=np.float32)
    data[: len(numbers)] = numbers
    return Vector(id=id, model=model, data=to_bytes(data))


class TestMeaning:
    """Vectors beside the documents."""

    def near(self, index: Index, *numbers: float, **options: Any) -> list[tuple[str, float]]:
        """The nearest, with how near."""
        asked = {"model": MODEL, "limit": 10} | options
        return [(each.id, each.score) for each in index.nearest(vector("", *numbers).data, **asked)]

    def test_the_nearest_come_first_and_equals_by_id(self, index: Index) -> None:
        index.put_vectors([vector("c", 0, 1), vector("a", 1, 1), vector("d", 5, 0), vector("b", 1, 1)])
        index.commit()

        found = self.near(index, 1)

        assert [id for id, _ in found] == ["d", "a", "b", "c"]
        assert [score for _, score in found] == pytest.approx([1.0, 0.7071, 0.7071, 0.0], abs=0.02)
        assert [id for id, _ in self.near(index, 1, limit=2)] == ["d", "a"]

    def test_a_vector_takes_the_place_of_the_one_before_and_goes_with_its_document(
        self, index: Index
    ) -> None:
        fill(index, document("a"), document("b"))
        index.put_vectors([vector("a", 1), vector("b", 0, 1)])
        index.commit()
        index.put_vectors([vector("a", 0, 1)])
        index.commit()
        assert [id for id, _ in self.near(index, 0, 1)] == ["a", "b"]

        assert index.delete(["a"]) == 1
        index.commit()

        assert [id for id, _ in self.near(index, 0, 1)] == ["b"]
        assert index.count_vectors(MODEL) == 1

    def test_a_document_put_again_keeps_its_vector(self, index: Index) -> None:
        fill(index, document("a"))
        index.put_vectors([vector("a", 1)])
        fill(index, document("a", title="changed"))

        assert [id for id, _ in self.near(index, 1)] == ["a"]

    def test_only_vectors_of_the_same_encoder_are_compared(self, index: Index) -> None:
        index.put_vectors([vector("a", 1), vector("b", 1, model="other@2")])
        index.commit()

        assert [id for id, _ in self.near(index, 1)] == ["a"]
        assert [id for id, _ in self.near(index, 1, model="other@2")] == ["b"]
        assert (index.count_vectors(MODEL), index.count_vectors("none@3")) == (1, 0)

    def test_a_search_may_be_among_some_documents_only(self, index: Index) -> None:
        index.put_vectors(vector(f"v{number:03d}", 1, number / 1000) for number in range(300))
        index.commit()

        assert [id for id, _ in self.near(index, 1, among=("v299", "v150", "nowhere"))] == ["v150", "v299"]
        assert self.near(index, 1, among=()) == []

    def test_digests_tell_which_vectors_are_there_and_equal(self, index: Index) -> None:
        one, other = vector("a", 1), vector("b", 0, 1)
        index.put_vectors([one, other])
        index.commit()

        assert index.vector_digests(["a", "b", "c"]) == {"a": one.digest, "b": other.digest}
        assert index.vector_digests([]) == {}
        assert len({one.digest, other.digest, vector("a", 1, model="other@2").digest}) == 3

    def test_a_vector_of_zeros_says_nothing(self, index: Index) -> None:
        index.put_vectors([vector("a", 0), vector("b", 1)])
        index.commit()

        assert index.count_vectors(MODEL) == 1
        assert [id for id, _ in self.near(index, 1)] == ["b"]

    def test_an_empty_index_knows_nothing_alike(self, index: Index) -> None:
        assert self.near(index, 1) == []
        assert index.vector_digests(["a"]) == {}
        assert index.count_vectors(MODEL) == 0

    def test_a_vector_of_another_length_is_a_programming_error(self, index: Index) -> None:
        with pytest.raises(ValueError, match="1024 bytes"):
            index.put_vectors([Vector(id="a", model=MODEL, data=b"1234")])

    def test_a_rebuilt_index_has_the_vectors_put_into_it(self, rebuild: Rebuild, reopen: Reopen) -> None:
        with closing(reopen()) as index:
            index.put_vectors([vector("old", 1)])
            index.commit()

        with rebuild() as new:
            new.put_vectors([vector("new", 1)])

        with closing(reopen(readonly=True)) as index:
            assert [id for id, _ in self.near(index, 1)] == ["new"]
