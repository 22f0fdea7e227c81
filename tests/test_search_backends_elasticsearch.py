"""What the index on a server does beyond the contract: faults, hostile queries, agreement with the other."""

from __future__ import annotations

import json
import random
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from elasticsearch import Elasticsearch

from pipelines.document import Document
from pipelines.embeddings import to_bytes
from pipelines.encoder import SIZE
from search.backends import erase_index, open_index
from search.backends.elasticsearch import ElasticsearchIndex
from search.index import Index, Vector
from tests.documents import MORNING, document, outcome
from tests.elasticsearch_server import fresh_settings, need_server
from tests.faulty_proxy import FaultyProxy, faulty_proxy
from watchlists.errors import IndexUnavailable, QueryError
from watchlists.model import IndexSettings
from watchlists.query import And, Everything, Keyword, Not, Or, Phrase, Prefix, Query, Words
from watchlists.query_parser import MAX_DEPTH, parse_query

pytestmark = pytest.mark.elasticsearch
EVERYTHING = Everything()
DATA = Path(__file__).parent / "data" / "search"
LIBRARY = tuple(document(f"d{each:04d}", text="une panne", source=f"s{each % 7}") for each in range(1000))


@pytest.fixture
def settings() -> Iterator[IndexSettings]:
    """An index of its own on the server."""
    with fresh_settings() as found:
        yield found


@pytest.fixture
def server(settings: IndexSettings) -> Iterator[Elasticsearch]:
    """A client of the server itself."""
    with closing(Elasticsearch(settings.url)) as client:
        yield client


@contextmanager
def behind_proxy(settings: IndexSettings) -> Iterator[tuple[ElasticsearchIndex, FaultyProxy]]:
    """The index as it is reached through a proxy, hardly pausing between attempts."""
    with faulty_proxy(settings.url) as (url, proxy):
        spoiled = IndexSettings(backend="elasticsearch", url=url, alias=settings.alias)
        with closing(ElasticsearchIndex.open(spoiled, environ={}, pause=0.001)) as index:
            yield index, proxy


def ids_of(index: Index) -> list[str]:
    """Every id, in order."""
    return [id for id, _ in index.ids()]


class TestFaults:
    """Whatever happens on the way: nothing lost, nothing doubled, nothing waits for ever."""

    def test_documents_put_off_by_a_busy_server_are_sent_again(self, settings: IndexSettings) -> None:
        dice = random.Random(1)
        with behind_proxy(settings) as (index, proxy):
            proxy.spoil = lambda _id: (429, "busy") if dice.random() < 0.3 else None
            report = index.put(LIBRARY)
            index.commit()

            assert (report.taken, report.refused) == (1000, ())
            assert ids_of(index) == [each.id for each in LIBRARY]

    def test_documents_refused_for_good_are_reported_and_the_rest_goes_on(
        self, settings: IndexSettings
    ) -> None:
        with behind_proxy(settings) as (index, proxy):
            proxy.spoil = lambda each: (400, "no such field") if each.endswith("00") else None
            report = index.put(LIBRARY)
            index.commit()

            assert [each.id for each in report.refused] == [
                each.id for each in LIBRARY if each.id.endswith("00")
            ]
            assert all("no such field" in each.reason for each in report.refused)
            assert (report.taken, len(ids_of(index))) == (990, 990)

    def test_a_connection_cut_in_the_middle_doubles_nothing(self, settings: IndexSettings) -> None:
        with behind_proxy(settings) as (index, proxy):
            proxy.cuts = 2
            report = index.put(LIBRARY)
            index.commit()

            assert report.taken == 1000
            assert ids_of(index) == [each.id for each in LIBRARY]

    def test_a_server_that_stays_busy_is_given_up(self, settings: IndexSettings) -> None:
        with behind_proxy(settings) as (index, proxy):
            proxy.spoil = lambda _id: (429, "busy")

            with pytest.raises(IndexUnavailable, match="no capacity") as caught:
                index.put(LIBRARY[:5])
            assert "next run catches up" in caught.value.remedy

    def test_an_index_deleted_under_us_is_not_made_without_its_mapping(
        self, settings: IndexSettings, server: Elasticsearch
    ) -> None:
        with closing(ElasticsearchIndex.open(settings, environ={})) as index:
            index.put(LIBRARY[:5])
            erase_index(settings, folder=Path(), environ={})

            with pytest.raises(IndexUnavailable) as caught:
                index.put(LIBRARY[:5])
            assert "veilleur reindex" in caught.value.remedy
            with pytest.raises(IndexUnavailable):
                index.get("d0001")
            with pytest.raises(IndexUnavailable):
                index.count(EVERYTHING)
        assert not server.indices.exists(index=settings.alias)

    def test_a_full_disk_says_so_and_the_next_run_catches_up(
        self, settings: IndexSettings, server: Elasticsearch
    ) -> None:
        with closing(ElasticsearchIndex.open(settings, environ={}, pause=0.001)) as index:
            index.put(LIBRARY[:5])
            index.commit()
            block_writes(server, settings, blocked=True)
            with pytest.raises(IndexUnavailable) as caught:
                index.put(LIBRARY)
            assert "disk space" in caught.value.remedy

            block_writes(server, settings, blocked=False)
            index.put(LIBRARY)
            index.commit()
            assert ids_of(index) == [each.id for each in LIBRARY]

    def test_no_server_is_an_index_unavailable(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{taken.getsockname()[1]}"

            with pytest.raises(IndexUnavailable, match="no connection"):
                open_index(IndexSettings(backend="elasticsearch", url=url), folder=Path(), environ={})

    def test_another_product_at_the_address_is_named(self, settings: IndexSettings) -> None:
        with faulty_proxy(settings.url) as (url, proxy):
            proxy.answer = (200, {"Content-Type": "application/json"}, b"{}")

            with pytest.raises(IndexUnavailable, match="not Elasticsearch"):
                open_index(IndexSettings(backend="elasticsearch", url=url), folder=Path(), environ={})

    @pytest.mark.parametrize("version", ["7.17.29", "10.0.0"])
    def test_a_version_we_do_not_speak_to_is_named_with_ours(
        self, settings: IndexSettings, version: str
    ) -> None:
        content = json.dumps({"nodes": {"a": {"version": version}}}).encode()
        with faulty_proxy(settings.url) as (url, proxy):
            headers = {"Content-Type": "application/json", "X-elastic-product": "Elasticsearch"}
            proxy.answer = (200, headers, content)

            with pytest.raises(IndexUnavailable) as caught:
                open_index(IndexSettings(backend="elasticsearch", url=url), folder=Path(), environ={})
        assert version in str(caught.value)
        assert "8.x and 9.x" in str(caught.value)

    @pytest.mark.parametrize(
        ("status", "remedy"), [(401, "API key"), (403, "manage_index_templates"), (503, "next run")]
    )
    def test_a_server_that_refuses_us_says_what_to_do(
        self, settings: IndexSettings, status: int, remedy: str
    ) -> None:
        content = json.dumps(
            {"error": {"type": "security_exception", "reason": "no"}, "status": status}
        ).encode()
        with behind_proxy(settings) as (index, proxy):
            proxy.answer = (status, {"Content-Type": "application/json"}, content)

            with pytest.raises(IndexUnavailable) as caught:
                index.count(EVERYTHING)
        assert remedy in caught.value.remedy

    def test_requests_too_large_for_a_proxy_are_sent_in_single_documents(
        self, settings: IndexSettings
    ) -> None:
        with behind_proxy(settings) as (index, proxy):
            proxy.most = 4_000
            huge = document("huge", text="une panne " * 1_000)
            report = index.put((*LIBRARY[:20], huge))
            index.commit()

            assert (report.taken, [each.id for each in report.refused]) == (20, ["huge"])
            assert ids_of(index) == [each.id for each in LIBRARY[:20]]

    @pytest.mark.parametrize("url", ["", "localhost", "ftp://localhost:9200", "http://localhost"])
    def test_an_address_that_is_none_says_how_to_write_it(self, url: str) -> None:
        with pytest.raises(IndexUnavailable) as caught:
            open_index(IndexSettings(backend="elasticsearch", url=url), folder=Path(), environ={})
        assert "https://search.example.org:9200" in caught.value.remedy


def block_writes(server: Elasticsearch, settings: IndexSettings, *, blocked: bool) -> None:
    """What a server does to an index when its disk is almost full."""
    names = list(server.indices.get_alias(name=settings.alias).body)
    server.indices.put_settings(
        index=names, settings={"index.blocks.read_only_allow_delete": blocked or None}
    )


class TestOwnership:
    """What is made on a server, and by whom it is read."""

    def test_an_index_of_another_version_says_how_to_build_it_anew(
        self, settings: IndexSettings, server: Elasticsearch
    ) -> None:
        ElasticsearchIndex.open(settings, environ={}).close()
        (name,) = server.indices.get_alias(name=settings.alias).body
        server.indices.delete(index=name)
        server.indices.create(index=f"{settings.alias}-v0", aliases={settings.alias: {}})

        with pytest.raises(IndexUnavailable, match="another version") as caught:
            ElasticsearchIndex.open(settings, environ={})
        server.indices.delete(index=f"{settings.alias}-v0")
        assert "veilleur reindex" in caught.value.remedy

    def test_a_component_template_of_ones_own_sets_the_shards_and_nothing_of_ours(
        self, settings: IndexSettings, server: Elasticsearch
    ) -> None:
        name = f"{settings.alias}-custom"
        own = {
            "settings": {"number_of_shards": 3},
            "mappings": {"properties": {"id": {"type": "text"}}},
        }
        server.cluster.put_component_template(name=name, template=own)
        try:
            ElasticsearchIndex.open(settings, environ={}).close()
            ((_, made),) = server.indices.get(index=settings.alias).body.items()
        finally:
            erase_index(settings, folder=Path(), environ={})
            server.cluster.delete_component_template(name=name)

        assert made["settings"]["index"]["number_of_shards"] == "3"
        assert made["mappings"]["dynamic"] == "strict"
        assert made["mappings"]["properties"]["id"]["type"] == "keyword"

    def test_two_writers_fill_one_index(self, settings: IndexSettings) -> None:
        with (
            closing(ElasticsearchIndex.open(settings, environ={})) as one,
            closing(ElasticsearchIndex.open(settings, environ={})) as other,
        ):
            one.put(LIBRARY[:600])
            other.put(LIBRARY[400:])
            other.put_outcomes([outcome("here")])
            one.put_outcomes([outcome("there")])
            other.commit()
            one.commit()

            assert ids_of(one) == [each.id for each in LIBRARY]
            assert [each.source for each in one.outcomes(since=MORNING, until=MORNING + timedelta(1))] == [
                "here",
                "there",
            ]

    def test_erasing_an_index_that_is_not_there_is_no_error(self, settings: IndexSettings) -> None:
        erase_index(settings, folder=Path(), environ={})
        erase_index(settings, folder=Path(), environ={})

        with pytest.raises(IndexUnavailable, match="no index yet"):
            ElasticsearchIndex.open(settings, readonly=True, environ={})


# Both engines side by side

FRENCH = (DATA / "french.txt").read_text("utf-8").split()
ENGLISH = (DATA / "english.txt").read_text("utf-8").split()
QUERIES: tuple[Query, ...] = (
    *(
        Words(word)
        for word in ("réseau", "panne", "operateurs", "prelevement", "client", "facturation", "abonnés")
    ),
    *(
        Words(word)
        for word in ("bloquer", "mobile", "connexions", "coupure", "service", "applications", "offre")
    ),
    *(
        Words(word)
        for word in ("networks", "outage", "customers", "billing", "subscription", "connect", "winner")
    ),
    *(
        Words(word)
        for word in ("community", "moderators", "answered", "updating", "team", "run", "box", "prices")
    ),
    *(Words(words) for words in ("panne réseau", "l'opérateur mobile", "la nouvelle offre")),
    *(Words(words) for words in ("network outage", "the new offer", "customer question")),
    *(
        Phrase(words)
        for words in ("nouvelle offre", "le réseau", "service client", "network outages", "new offers")
    ),
    *(Phrase(words, slop=3) for words in ("panne réseau", "problem solved", "customer forum")),
    *(Prefix(start) for start in ("bloqu", "prélèv", "connect", "answ")),
    And((Words("panne"), Keyword("language", "fr"))),
    Or((Words("outage"), Words("coupure"))),
    And((Words("forum"), Not(Words("moderator")))),
)


SYLLABLES = ("ba", "co", "du", "fi", "gra", "len", "mo", "nar", "pi", "que", "ri", "sou", "ta", "vel", "zon")


def written_documents(number: int) -> Iterator[Document]:
    """Documents of both languages, a few telling words among many that nobody asks for."""
    for at in range(number):
        dice = random.Random(at)
        words = FRENCH if at % 2 else ENGLISH
        title = [telling(words, dice) for _ in range(dice.randint(1, 3))]
        text = [
            telling(words, dice) if dice.random() < 0.15 else "".join(dice.choices(SYLLABLES, k=3))
            for _ in range(dice.randint(20, 150))
        ]
        yield document(
            f"w{at:05d}",
            title=" ".join(title).capitalize(),
            text=" ".join(text) + ".",
            language="fr" if at % 2 else "en",
        )


def telling(words: list[str], dice: random.Random) -> str:
    """A word, the first of the list more often."""
    return words[int(len(words) * dice.random() ** 1.5)]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Index, Index]]:
    """The same 5,000 documents on both backends."""
    folder = tmp_path_factory.mktemp("pair")
    with (
        fresh_settings() as found,
        closing(open_index(IndexSettings(), folder=folder / "index", environ={})) as embedded,
        closing(open_index(found, folder=folder, environ={})) as server,
    ):
        for index in (embedded, server):
            index.put(written_documents(5000))
            index.commit()
        yield embedded, server


class TestAgreement:
    """Free text may differ a little between the engines; this is how little."""

    def test_fifty_searches_agree(self, pair: tuple[Index, Index]) -> None:
        overlaps, firsts = zip(*(compare(query, *pair) for query in QUERIES), strict=True)

        assert len(QUERIES) == 50
        assert sum(overlaps) / 50 >= 0.9
        assert sum(firsts) / 50 >= 0.8
        # The two French stemmers part on some words: as facturation and facture.
        assert sum(overlap >= 0.9 for overlap in overlaps) >= 47

    def test_both_have_the_same_documents(self, pair: tuple[Index, Index]) -> None:
        embedded, server = pair

        assert list(embedded.ids()) == list(server.ids())


def compare(query: Query, embedded: Index, server: Index) -> tuple[float, float]:
    """How far both agree: on all hits (Jaccard), and on the first ten."""
    ours = [hit.document.id for hit in embedded.search(query, limit=5000).hits]
    theirs = [hit.document.id for hit in server.search(query, limit=5000).hits]
    union = set(ours) | set(theirs)
    if not union:
        return 1.0, 1.0
    first = len(set(ours[:10]) & set(theirs[:10])) / min(10, len(union))
    return len(set(ours) & set(theirs)) / len(union), first


def clustered_vectors(number: int, *, seed: int) -> Iterator[Vector]:
    """Vectors about a hundred subjects, as texts have."""
    centres = np.random.default_rng(0).normal(size=(100, SIZE))
    dice = np.random.default_rng(seed)
    for at in range(number):
        made = centres[dice.integers(100)] + dice.normal(scale=0.7, size=SIZE)
        yield Vector(id=f"v{at:05d}", model="m@1", data=to_bytes(made / np.linalg.norm(made)))


def test_nine_of_the_ten_nearest_are_found(pair: tuple[Index, Index]) -> None:
    for index in pair:
        index.put_vectors(clustered_vectors(5000, seed=1))
        index.commit()

    shares = [
        len({near.id for near in exact} & {near.id for near in found}) / 10
        for asked in clustered_vectors(50, seed=2)
        for exact, found in [[index.nearest(asked.data, model="m@1", limit=10) for index in pair]]
    ]

    assert sum(shares) / len(shares) >= 0.9


def test_both_say_the_same_nearness(pair: tuple[Index, Index]) -> None:
    (asked,) = clustered_vectors(1, seed=3)
    among = [f"v{at:05d}" for at in range(0, 5000, 50)]

    exact, found = (index.nearest(asked.data, model="m@1", limit=100, among=among) for index in pair)

    assert {near.id for near in exact} == {near.id for near in found}
    there = {near.id: near.score for near in found}
    assert all(abs(near.score - there[near.id]) < 0.001 for near in exact)


NAUGHTY = (
    *("l'", "’", "a" * 3000, "é" * 2000, "vent " * 999, " ".join(f"m{each}" for each in range(800))),
    *(
        "\u202e abc",
        "\x00",
        "*",
        "a*",
        "*:*",
        "a?b",
        "/a(b/",
        "~",
        "a~5",
        '"a b"~9',
        "^",
        "a^2",
        "日本語",
        "🙂🙂",
    ),
    *(
        "\ud83d",
        "#",
        "C++",
        "c#",
        "a:b:c",
        "url:http*",
        "id:*",
        "published:*",
        "has:text",
        "text:*",
        "title:a*",
    ),
    *("-", "--", "NOT", "SAUF panne", "(" * 29 + "a" + ")" * 29, "NOT " * 200 + "a"),
)


@pytest.mark.parametrize("text", NAUGHTY, ids=lambda text: ascii(text)[:30])
def test_whatever_is_typed_is_answered_or_explained_and_by_both_alike(
    pair: tuple[Index, Index], text: str
) -> None:
    assert ask_both(pair, text) in {"answered", "explained"}


def test_the_deepest_query_is_answered(pair: tuple[Index, Index]) -> None:
    query: Query = Words("panne")
    for level in range(MAX_DEPTH):
        query = (And, Or)[level % 2]((query, Keyword("source", "gazette"), Not(Words("outage"))))

    assert pair[0].count(query) == pair[1].count(query)


@pytest.mark.corpora
def test_public_naughty_strings_are_answered_or_explained(pair: tuple[Index, Index], corpora: Path) -> None:
    (path,) = corpora.glob("hostile-inputs/**/blns.json")
    strings = json.loads(path.read_text("utf-8"))

    answers = [ask_both(pair, text) for text in strings]

    assert len(answers) >= 500
    assert set(answers) <= {"answered", "explained"}


def ask_both(pair: tuple[Index, Index], text: str) -> str:
    """Ask what a reader typed on both backends; both must answer, or the parser explain."""
    try:
        query = parse_query(text, now=MORNING)
    except QueryError:
        return "explained"
    try:
        for index in pair:
            index.search(query, limit=5, highlight=True)
    except QueryError:
        return "explained"
    return "answered"


def test_the_server_of_the_tests_answers() -> None:
    with closing(Elasticsearch(need_server())) as client:
        assert client.cluster.health()["status"] in {"green", "yellow"}
