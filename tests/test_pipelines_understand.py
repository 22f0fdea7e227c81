"""Items become documents once, and again only as far as something changed. No model but where marked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from crawlers.archive import Archive
from crawlers.items import Author, Engagement, Item
from pipelines.document import Document
from pipelines.models import MODELS
from pipelines.reading import Reader
from pipelines.understand import Understanding
from tests.archived import MORNING, item, opened, put
from watchlists.model import Organisation, Source, Topic, Watchlist

ACME = Organisation(id="acme", name="Acme", staff=("Anne Aide",), domains=("acme.example",))
WATCH = Watchlist(
    name="t",
    organisations=(ACME,),
    sources=(
        Source(id="blog", url="https://blog.acme.example/feed", organisation="acme", language="fr"),
        Source(id="forum", url="https://forum.example/"),
    ),
    topics=(Topic(id="panne", name="Panne", query="panne"),),
)
KEY = b"k" * 32
BETA = Organisation(id="beta", name="Beta")


@contextmanager
def understanding(
    folder: Path, archive: Archive, watchlist: Watchlist = WATCH, *, load_models: bool = False
) -> Iterator[Understanding]:
    opened = Understanding.open(
        folder / "understood.db", archive=archive, watchlist=watchlist, key=KEY, load_models=load_models
    )
    try:
        yield opened
    finally:
        opened.close()


def catch_up(understood: Understanding) -> list[Document]:
    """Everything that changed, each in its last version."""
    first = list(understood.understand(list(understood.pending()), now=MORNING))
    changed = {each.id: each for each in (*first, *understood.settle(now=MORNING))}
    return list(changed.values())


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of the items whose words were read, in order."""
    seen: list[str] = []
    read = Reader.read

    def note(self: Reader, tasks: tuple) -> tuple:  # type: ignore[type-arg]
        seen.extend(task.item.id for task in tasks)
        return read(self, tasks)

    monkeypatch.setattr(Reader, "read", note)
    return seen


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with opened(tmp_path) as each:
        yield each


def test_an_item_becomes_a_document(tmp_path: Path, archive: Archive) -> None:
    post = item(
        title="Une panne",
        html="<p>Acme répare. <a href='https://status.acme.example/1'>état</a> #Incident</p>",
        tags=("Support",),
        engagement=Engagement(upvotes=4, replies=2),
    )
    put(archive, post, source="forum")

    with understanding(tmp_path, archive) as understood:
        (document,) = catch_up(understood)

    assert (document.title, document.text) == ("Une panne", "Acme répare. état #Incident")
    assert (document.language, document.is_analysed) == ("fr", False)
    assert [(each.organisation, each.rule, each.count) for each in document.mentions] == [
        ("acme", "domain", 2)
    ]
    assert (document.topics, document.hashtags, document.tags) == (("panne",), ("incident",), ("Support",))
    assert document.link_domains == ("acme.example",)
    assert (document.engagement, document.engagement_per_hour) == (6, 6.0)
    assert document.author not in {"", "Camille"}


def test_nothing_is_understood_twice(tmp_path: Path, archive: Archive, reads: list[str]) -> None:
    put(archive, item("un"), item("deux"))
    with understanding(tmp_path, archive) as understood:
        catch_up(understood)
    reads.clear()

    with understanding(tmp_path, archive) as understood:
        assert list(understood.pending()) == []
        assert catch_up(understood) == []
    assert reads == []


def test_what_arrives_during_a_run_is_understood_by_its_id(tmp_path: Path, archive: Archive) -> None:
    with understanding(tmp_path, archive) as understood:
        catch_up(understood)
        (landing,) = put(archive, item("un"))

        (document,) = understood.understand([landing.id], now=MORNING)

        assert document.id == landing.id
        assert list(understood.understand([landing.id, "unknown"], now=MORNING)) == []


def test_new_counts_change_the_facts_and_leave_the_words(
    tmp_path: Path, archive: Archive, reads: list[str]
) -> None:
    post = item(engagement=Engagement(upvotes=1))
    put(archive, post)
    with understanding(tmp_path, archive) as understood:
        catch_up(understood)
    reads.clear()
    put(archive, replace(post, engagement=Engagement(upvotes=9)), now=MORNING + timedelta(hours=3))

    with understanding(tmp_path, archive) as understood:
        (document,) = catch_up(understood)

    assert document.upvotes == 9
    assert reads == []


def test_an_edited_post_is_read_again(tmp_path: Path, archive: Archive, reads: list[str]) -> None:
    post = item()
    put(archive, post, item("autre"))
    with understanding(tmp_path, archive) as understood:
        catch_up(understood)
    reads.clear()
    put(archive, replace(post, html="<p>Acme a changé d’avis.</p>"), now=MORNING + timedelta(hours=1))

    with understanding(tmp_path, archive) as understood:
        (document,) = catch_up(understood)

    assert document.text == "Acme a changé d’avis."
    assert reads == [post.id]


def test_a_competitor_added_later_is_found_in_all_history(
    tmp_path: Path, archive: Archive, reads: list[str]
) -> None:
    naming = item("un", html="<p>Chez Beta aussi.</p>")
    put(archive, naming, item("deux", html="<p>Rien à voir.</p>"))
    with understanding(tmp_path, archive) as understood:
        catch_up(understood)
    reads.clear()

    with understanding(tmp_path, archive, replace(WATCH, organisations=(ACME, BETA))) as understood:
        (document,) = catch_up(understood)
        assert list(understood.pending()) == []

    assert [each.organisation for each in document.mentions] == ["beta"]
    assert reads == [naming.id], "only texts that name it are read again"


def test_a_changed_watchlist_gives_what_a_fresh_start_gives(tmp_path: Path, archive: Archive) -> None:
    put(archive, item("un", html="<p>Beta, Acme et Beta.</p>"), item("deux", html="<p>Rien.</p>"))
    later = replace(
        WATCH,
        organisations=(replace(ACME, aliases=("Rien",), staff=("Camille",)), BETA),
        topics=(Topic(id="b", name="Beta", query="organisation:beta"),),
        sources=(WATCH.sources[1],),
    )
    with understanding(tmp_path, archive) as understood:
        catch_up(understood)
    with understanding(tmp_path, archive, later) as understood:
        catch_up(understood)
        migrated = dict(understood.ids_and_digests())

    with understanding(tmp_path / "fresh", archive, later) as understood:
        catch_up(understood)
        assert dict(understood.ids_and_digests()) == migrated


def test_a_changed_topic_needs_no_reading(tmp_path: Path, archive: Archive, reads: list[str]) -> None:
    put(archive, item("panne"), item("prix"))
    with understanding(tmp_path, archive) as understood:
        catch_up(understood)
    reads.clear()
    topics = (Topic(id="prix", name="Prix", query="prix"),)

    with understanding(tmp_path, archive, replace(WATCH, topics=topics)) as understood:
        changed = catch_up(understood)

    assert sorted(document.topics for document in changed) == [(), ("prix",)]
    assert reads == []


def reply(opener: Item, slug: str, author: Author, minutes: int) -> Item:
    return item(
        slug,
        kind="reply",
        thread_id=opener.id,
        parent_id=opener.id,
        author=author,
        published=MORNING - timedelta(hours=1) + timedelta(minutes=minutes),
    )


def test_a_reply_changes_the_figures_of_the_post_it_answers(tmp_path: Path, archive: Archive) -> None:
    opener = item("question", kind="question")
    opener = replace(opener, thread_id=opener.id)
    put(archive, opener)
    with understanding(tmp_path, archive) as understood:
        catch_up(understood)
        put(
            archive,
            reply(opener, "r1", Author(name="Bob"), 5),
            reply(opener, "r2", Author(name="anne aide"), 20),
        )

        changed = {document.id: document for document in catch_up(understood)}

    measures = changed[opener.id].measures
    assert measures is not None
    assert (measures.replies, measures.staff_replies) == (2, 1)
    assert (measures.first_reply_minutes, measures.first_staff_reply_minutes) == (5, 20)
    assert {document.author_is_staff for document in changed.values() if document.parent} == {True, False}


def test_staff_keep_their_name_and_others_get_a_pseudonym(tmp_path: Path, archive: Archive) -> None:
    put(archive, item("un", author=Author(name="Anne Aide")), item("deux", author=Author(name="Bob")))

    with understanding(tmp_path, archive) as understood:
        authors = [document.author for document in catch_up(understood)]

    assert "Anne Aide" in authors
    assert not any("Bob" in author for author in authors)


def test_names_are_kept_where_the_watchlist_says_so(tmp_path: Path, archive: Archive) -> None:
    put(archive, item(author=Author(name="Bob")), source="forum")
    keep = replace(WATCH.sources[1], authors="keep", authors_reason="our own forum")

    with understanding(tmp_path, archive, replace(WATCH, sources=(keep,))) as understood:
        assert [document.author for document in catch_up(understood)] == ["Bob"]


def test_engagement_is_compared_with_the_place(tmp_path: Path, archive: Archive) -> None:
    for day in range(12, 1, -1):
        published = MORNING - timedelta(days=day)
        post = item(f"p{day}", published=published, engagement=Engagement(upvotes=4))
        put(archive, post, now=published + timedelta(hours=2))
    put(archive, item("fort", engagement=Engagement(upvotes=24)), now=MORNING + timedelta(hours=1))

    with understanding(tmp_path, archive) as understood:
        strong = next(each for each in catch_up(understood) if each.url.endswith("/fort"))

    assert strong.engagement_vs_norm == 5.0


def test_what_leaves_the_archive_leaves_here_too(tmp_path: Path, archive: Archive) -> None:
    put(archive, item("un"), item("deux"))
    with understanding(tmp_path, archive) as understood:
        catch_up(understood)
        archive.forget(address=item("un").permalink, now=MORNING, key=KEY)

        catch_up(understood)

        assert [id for id, _ in understood.ids_and_digests()] == [item("deux").id]


def test_work_that_was_cut_off_is_found_again(tmp_path: Path, archive: Archive) -> None:
    put(archive, *(item(f"p{place}") for place in range(5)))
    with understanding(tmp_path, archive) as understood:
        list(understood.understand(list(understood.pending())[:2], now=MORNING))
        list(understood.settle(now=MORNING))

    with understanding(tmp_path, archive) as understood:
        assert len(list(understood.pending())) == 3


def test_a_deleted_file_is_made_again_as_it_was(tmp_path: Path, archive: Archive) -> None:
    put(archive, *(item(f"p{place}") for place in range(5)))
    with understanding(tmp_path, archive) as understood:
        catch_up(understood)
        before = dict(understood.ids_and_digests())
    for path in tmp_path.glob("understood.db*"):
        path.unlink()

    with understanding(tmp_path, archive) as understood:
        catch_up(understood)
        assert dict(understood.ids_and_digests()) == before


def test_other_languages_are_kept_and_marked(tmp_path: Path, archive: Archive) -> None:
    put(archive, item(title="", html="<p>Der Dienst von Acme ist seit heute Morgen nicht erreichbar.</p>"))

    with understanding(tmp_path, archive) as understood:
        (document,) = catch_up(understood)

    assert (document.language, document.is_analysed) == ("de", False)
    assert [mention.organisation for mention in document.mentions] == ["acme"]


def test_without_a_trained_pipeline_watched_names_are_found_and_it_is_said_once(
    tmp_path: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MODELS, "fr", ("no_such_pipeline",))
    put(archive, item("un", html=f"<p>Acme répare. {LONG}</p>"), item("deux", html=f"<p>{LONG}</p>"))

    with understanding(tmp_path, archive, load_models=True) as understood:
        documents = catch_up(understood)
        notes = understood.notes()

    assert [each.is_analysed for each in documents] == [False, False]
    assert {mention.organisation for each in documents for mention in each.mentions} == {"acme"}
    assert [each for each in notes if "French" in each] == [
        "No French model is installed: French texts are searched for watched names only."
    ]


LONG = "Les clients de la boutique attendent toujours leur colis et personne ne répond depuis lundi. "
SHORT = "Panne totale Cartello"


def posts_of(source: str, *, start: int = 0, count: int = 20, html: str = LONG) -> list[Item]:
    return [item(f"{source}{n}", title="", html=f"<p>{html * 4}</p>") for n in range(start, start + count)]


@pytest.mark.parametrize("order", [1, -1], ids=["short post last", "short post first"])
def test_a_short_post_is_in_the_language_its_source_usually_speaks(
    tmp_path: Path, archive: Archive, order: int
) -> None:
    short = item("court", title="", html=f"<p>{SHORT}</p>")
    with understanding(tmp_path, archive) as understood:
        for batch in ([*posts_of("forum")], [short])[::order]:
            put(archive, *batch, source="forum")
            catch_up(understood)

        assert next(understood.documents([short.id])).language == "fr"
        assert list(understood.pending()) == []


def test_what_a_source_usually_speaks_re_reads_short_posts_only(
    tmp_path: Path, archive: Archive, reads: list[str]
) -> None:
    short = item("court", title="", html=f"<p>{SHORT}</p>")
    put(archive, short, *posts_of("forum"), source="forum")

    with understanding(tmp_path, archive) as understood:
        catch_up(understood)

    assert len(reads) == 22
    assert reads[-1] == short.id


def test_a_source_of_two_languages_has_no_usual_one(tmp_path: Path, archive: Archive) -> None:
    english = "The customers of the shop are still waiting and nobody has answered the phone since Monday. "
    short = item("court", title="", html="<p>OK</p>")
    put(archive, short, *posts_of("forum", count=14), source="forum")
    put(archive, *posts_of("forum", start=14, count=10, html=english), source="forum")

    with understanding(tmp_path, archive) as understood:
        catch_up(understood)

        assert next(understood.documents([short.id])).language != "fr"


HOSTILE = {
    "nothing": "",
    "a word": "<p>panne</p>",
    "emoji": "😀" * 2_000,
    "mixed": "<p>Le service is down, das ist schade. サービス停止</p>" * 20,
    "broken unicode": "a\ud800b\udfffc\x00\ufffe",
    "five megabytes": "<p>Le service Acme est en panne depuis hier soir à Lyon. </p>" * 90_000,
    "one endless word": "a" * 300_000,
    "one endless sign": "_" * 300_000,
    "ampersands": "&amp;" * 200_000,
    "markup only": "<div>" * 30_000,
}


@pytest.mark.parametrize("html", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("load_models", [False, pytest.param(True, marks=pytest.mark.models)])
def test_any_text_is_understood(tmp_path: Path, archive: Archive, html: str, load_models: bool) -> None:
    put(archive, item(html=html, title="Titre \ud800"))

    with understanding(tmp_path, archive, load_models=load_models) as understood:
        (document,) = catch_up(understood)
        assert list(understood.pending()) == []

    assert len(document.text) <= 1_000_000


@pytest.mark.models
def test_the_same_text_gives_the_same_document_whatever_the_batch(tmp_path: Path, archive: Archive) -> None:
    words = (
        "La panne de paiement d’Acme à Lyon agace Jean Dupont.",
        "Globex opens an office in Paris, says Ann Lee.",
    )
    items = [
        item(f"p{n}", html=f"<p>{words[n % 2] * (n % 5 + 1)}</p><p>{words[0] * (n % 3)}</p>")
        for n in range(40)
    ]
    put(archive, *items)
    with understanding(tmp_path, archive, load_models=True) as understood:
        catch_up(understood)
        together = dict(understood.ids_and_digests())

    with understanding(tmp_path / "alone", archive, load_models=True) as understood:
        for id in reversed(list(understood.pending())):
            list(understood.understand([id], now=MORNING))
        list(understood.settle(now=MORNING))
        assert dict(understood.ids_and_digests()) == together
