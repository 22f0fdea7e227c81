"""Query texts become trees, in French and English; what is none is an error with its column."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchlists.errors import QueryError
from watchlists.messages import load_messages
from watchlists.model import Organisation
from watchlists.names import read_names
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
from watchlists.query_fields import ALIASES, find_field
from watchlists.query_format import format_query
from watchlists.query_parser import MAX_DEPTH, MAX_LENGTH, parse_query

NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
NAMES = read_names(
    (
        Organisation(id="acme", name="Acme Corp", aliases=("ACME", "Bolt")),
        Organisation(id="bolt", name="Bolt"),
    )
)
A, B, C = Words("a"), Words("b"), Words("c")


def parse(text: str) -> Query:
    return parse_query(text, now=NOW, timezone="Europe/Paris", names=NAMES)


def at(day: int, hour: int = 0, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", Everything()),
        ("*", Everything()),
        ("a b", And((A, B))),
        ("a AND b", And((A, B))),
        ("a ET b", And((A, B))),
        ("a && b", And((A, B))),
        ("a OU b OR c", Or((A, B, C))),
        ("a b OR c", Or((And((A, B)), C))),
        ("a AND (b OR c)", And((A, Or((B, C))))),
        ("a (b c)", And((A, B, C))),
        ("a NOT b", And((A, Not(B)))),
        ("a SAUF b", And((A, Not(B)))),
        ("a -b +c", And((A, Not(B), C))),
        ("NOT NOT a", A),
        ("a OR -b", Or((A, And((Everything(), Not(B)))))),
        ("et ou sauf and", And((Words("et"), Words("ou"), Words("sauf"), Words("and")))),
        (r"\AND", Words("AND")),
        ("abonn*", Prefix("abonn")),
        (r"C\+\+ C++ a\*", And((Words("C++"), Words("C++"), Words("a*")))),
        ('"service client"', Phrase("service client")),
        ("«\u00a0service client\u00a0»", Phrase("service client")),
        ('"service client"~3', Phrase("service client", slop=3)),
        (r'"a \"b\" c"', Phrase('a "b" c')),
        ("Bravo !", Words("Bravo")),
        ("Attention : panne", And((Words("Attention"), Words("panne")))),
        ("jus d’orange 12:30 50%", And((Words("jus"), Words("d’orange"), Words("12:30"), Words("50%")))),
        ("https://A.example/T?q=(1)#x", Keyword("url", "https://a.example/T?q=(1)")),
        ("(voir https://a.example/t)", And((Words("voir"), Keyword("url", "https://a.example/t")))),
        ("title:panne", Words("panne", "title")),
        ("titre:pan*", Prefix("pan", "title")),
        ('text: "a b"~2', Phrase("a b", "text", 2)),
        ("langue : fr", Keyword("language", "fr")),
        ("language:français", Keyword("language", "fr")),
        ("tag:(a OU b)", Or((Keyword("tag", "a"), Keyword("tag", "b")))),
        ("tag:AND", Keyword("tag", "AND")),
        ("author:jean*", Prefix("jean", "author")),
        ("story:*", Has("story")),
        ("hashtag:#Rentrée", Keyword("hashtag", "rentrée")),
        ("ton:négatif", Keyword("tone", "negative")),
        ("staff:oui bot:false", And((Keyword("staff", "true"), Keyword("bot", "false")))),
        ("replies:5", Range("replies", 5.0, 5.0)),
        ("replies:>5", Range("replies", low=5.0, include_low=False)),
        ("réponses:<= 5", Range("replies", high=5.0)),
        ("replies:{3 TO 5]", Range("replies", 3.0, 5.0, include_low=False)),
        ("replies:[* TO -5]", Range("replies", high=-5.0)),
        ("rating:4,5", Range("rating", 4.5, 4.5)),
    ],
)
def test_a_query_becomes_its_tree(text: str, query: Query) -> None:
    assert parse(text) == query


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        ("2026-11-20", at(19, 23), at(20, 23)),
        ("2026-11", at(31, 23, month=10), at(30, 23)),
        ("today", at(19, 23), at(20, 23)),
        ("hier", at(18, 23), at(19, 23)),
        ("now-1d/d", at(18, 23), at(19, 23)),
        ("[2026-11-18 TO 2026-11-19]", at(17, 23), at(19, 23)),
        ("{2026-11-18 TO 2026-11-20}", at(18, 23), at(19, 23)),
        (">2026-11-18", at(18, 23), None),
        (">=2026-11-18", at(17, 23), None),
        ("<2026-11-18", None, at(17, 23)),
        ("<=2026-11-18", None, at(18, 23)),
    ],
)
def test_days_are_those_of_the_watch_and_count_whole(
    value: str, low: datetime | None, high: datetime | None
) -> None:
    assert parse(f"published:{value}") == Range("published", low, high, include_high=high is None)


def test_a_summer_day_begins_at_ten_in_the_evening_before_in_utc() -> None:
    expected = Range("published", at(30, 22, month=6), at(1, 22, month=7), include_high=False)

    assert parse("published:2026-07-01") == expected


@pytest.mark.parametrize(
    ("value", "query"),
    [
        ("[now-7d TO now]", Range("published", NOW - timedelta(days=7), NOW)),
        (
            "{now-24h TO *}",
            Range("published", low=NOW - timedelta(hours=24), include_low=False, include_high=False),
        ),
        (">now-30m", Range("published", low=NOW - timedelta(minutes=30), include_low=False)),
        ("<=now-2j", Range("published", high=NOW - timedelta(days=2))),
        (">=2026-11-20T08:00", Range("published", low=NOW)),
        (">=2026-11-20T08:00:00+01:00", Range("published", low=NOW)),
    ],
)
def test_moments_are_exact(value: str, query: Query) -> None:
    found = parse(f"published:{value}")

    assert isinstance(found, Range)
    assert (found.low, found.high) == (query.low, query.high)  # type: ignore[union-attr]
    assert found.include_low == query.include_low  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ('organisation:"acme corp"', Keyword("organisation", "acme")),
        ("mentions:Bolt", Keyword("mentions", "bolt")),
        ("owner:acme", Keyword("owner", "acme")),
        ('stance:"Acme Corp|négatif"', Keyword("stance", "acme|negative")),
        ("organisation:unknown", Keyword("organisation", "unknown")),
        ("author:Bolt", Keyword("author", "Bolt")),
    ],
)
def test_names_of_organisations_stand_for_their_ids(text: str, query: Query) -> None:
    assert parse(text) == query


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("(a", 1, "never closed"),
        ("a (b OR (c)", 3, "never closed"),
        ("a)", 2, "closes nothing"),
        ("a AND", 6, "the query ends"),
        ("OR a", 1, "before “OR”"),
        ("a OU OU b", 6, "before “OU”"),
        ("()", 2, "before “)”"),
        ('a "b', 3, "never closed"),
        ("a published:[now TO", 13, "never closed"),
        ("published:[now]", 11, "two ends"),
        ("a organisaton:b", 3, "Nearest: organisation"),
        ("tag:", 5, "needs a value"),
        ("tag:(a langue:fr)", 8, "inside the brackets"),
        ("replies:many", 9, "takes a number"),
        ("replies:nan", 9, "takes a number"),
        ("published:soon", 11, "takes a date"),
        ("published:2026-02-30", 11, "takes a date"),
        ("published:now-7d", 11, "a moment"),
        ("staff:maybe", 7, "true or false"),
        ("tag:[a TO b]", 5, "no order"),
        ("tag:>a", 6, "no order"),
        ("replies:[9 TO 3]", 9, "ends before it begins"),
        ("replies:>", 10, "number or a date"),
        ("pan*ne", 4, "only end a word"),
        ("*panne", 1, "only end a word"),
        ("panne~2", 1, "not supported"),
        ("panne^2", 1, "not supported"),
        ('tag:"a b"~2', 5, "only free text"),
        ("! ?", 1, "no word"),
        ("(" * (MAX_DEPTH + 1) + "a", MAX_DEPTH + 1, "nested deeper"),
        ("(" * 3000, MAX_DEPTH + 1, "nested deeper"),
        ("a" * (MAX_LENGTH + 1), MAX_LENGTH + 1, "longer than 4000"),
    ],
)
def test_an_error_names_its_column_what_was_expected_and_an_example(
    text: str, column: int, said: str
) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)

    assert caught.value.column == column
    assert said in str(caught.value)
    assert len(caught.value.parts()) == 2
    assert len(caught.value.parts(load_messages("fr").gettext)) == 2


def test_long_chains_of_operators_are_no_burden() -> None:
    assert parse("NOT " * 999 + "a") == Not(A)
    assert parse(" ".join(["a"] * 2000)) == And((A,) * 2000)


def test_every_alias_leads_to_a_field() -> None:
    assert {find_field(alias) for alias in ALIASES} <= set(FIELDS)
    assert find_field("Publié") == "published"
    assert find_field("FIRST_SEEN") == "first_seen"
    assert not set(ALIASES) & set(FIELDS)


PIECES = st.sampled_from(
    [
        *FIELDS,
        *ALIASES,
        *'()[]{}"«»:*~^+-<>=\\ \u00a0&|!',
        "AND",
        "OU",
        "SAUF",
        " TO ",
        "now-7d",
        "a",
        "2026-11-20",
    ]
)


@given(
    st.text(max_size=300)
    | st.lists(PIECES, max_size=40).map("".join)
    | st.lists(PIECES, max_size=40).map(" ".join)
)
def test_any_text_is_a_query_or_a_query_error(text: str) -> None:
    found = attempt(text)

    if isinstance(found, QueryError):
        assert 1 <= found.column <= len(text) + 1
        assert found.parts()
    else:
        assert parse(format_query(found)) == found


def attempt(text: str) -> Query | QueryError:
    try:
        return parse(text)
    except QueryError as error:
        return error


WORDS = st.sampled_from(["panne", "prix", "bug"])
PLAIN = st.recursive(
    WORDS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" AND ", " OR "]), inner).map(lambda t: f"({t[0]}{t[1]}{t[2]})"),
        inner.map(lambda text: f"NOT {text}"),
    ),
    max_leaves=8,
)


@given(PLAIN)
def test_what_matches_is_what_lucene_grammar_says(text: str) -> None:
    luqum = pytest.importorskip("luqum.parser")
    present = [frozenset(words) for words in ((), ("panne",), ("prix", "bug"), ("panne", "prix", "bug"))]

    for words in present:
        assert _matches(parse(text), words) == _matches_luqum(luqum.parser.parse(text), words)


def _matches(query: Query, words: frozenset[str]) -> bool:
    match query:
        case Everything():
            return True
        case Words(text):
            return text in words
        case Not(part):
            return not _matches(part, words)
        case And(parts):
            return all(_matches(part, words) for part in parts)
        case Or(parts):
            return any(_matches(part, words) for part in parts)
        case _:
            raise AssertionError(query)


def _matches_luqum(node: object, words: frozenset[str]) -> bool:
    name, children = type(node).__name__, getattr(node, "children", ())
    if name == "Word":
        return str(node).strip() in words
    found = [_matches_luqum(child, words) for child in children]
    return not found[0] if name == "Not" else all(found) if name in ("AndOperation", "Group") else any(found)
