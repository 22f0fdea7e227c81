"""What is forgotten is gone from the bytes of every file and of the index, and does not come back."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import start_context, veilleur
from crawlers.archive import Archive
from crawlers.archive.states import FetchState
from crawlers.items import Author, Item
from crawlers.pseudonyms import load_key, pseudonym
from pipelines.store import Store
from pipelines.understand import Understanding
from search.backends import open_index
from search.books.ledger import Ledger
from search.folder import WatchFolder
from search.press.printing import print_digest, write_file
from search.retention import expire_items
from search.sync import sync_documents, sync_outcomes
from search.upkeep.forget import forget
from tests.archived import MORNING, item, put
from watchlists.load import load_watchlist
from watchlists.messages import load_messages
from watchlists.query import Everything

WATCHLIST = """
[watch]
name = "Essai"

[[organisation]]
name = "Acme"
role = "own"

[[source]]
id = "blog"
url = "https://blog.acme.example/feed.xml"
"""
PERSON = "Wilhelmine Xyzzy"
PRIVATE = item(
    "confidence",
    title="Acme Quetzalcoatl en panne",
    author=Author(name=PERSON, url="https://blog.acme.example/u/wx"),
    html="<p>Acme Quetzalcoatl est en panne depuis hier, et personne ne répond à Wilhelmine.</p>",
)
OTHER = item("autre", title="Acme ouvre un forum", author=Author(name="Dominique"))
SECRETS = (b"Xyzzy", b"xyzzy", b"Quetzal", b"quetzal", b"QUETZAL", b"confidence", PRIVATE.id.encode())


@pytest.fixture
def folder(tmp_path: Path) -> WatchFolder:
    """A watch that read, understood, indexed and told two posts."""
    watch = WatchFolder(root=tmp_path)
    watch.watchlist.write_text(WATCHLIST, encoding="utf-8")
    watch.state.mkdir()
    with Archive.open(watch.archive) as archive:
        put(archive, PRIVATE, OTHER)
        waiting = f'{{"{PRIVATE.permalink}": 1}}'
        archive.put_fetch_state(FetchState(source="blog", url="https://blog.acme.example/", cursor=waiting))
    bring_up_to_date(watch)
    print_morning(watch)
    (watch.state / "crawl.log").write_text(f"INFO {PRIVATE.permalink}", encoding="utf-8")
    return watch


def bring_up_to_date(watch: WatchFolder) -> None:
    watchlist = load_watchlist(watch.watchlist)
    with (
        Archive.open(watch.archive, readonly=True) as archive,
        closing(open_index(watchlist.index, folder=watch.index, environ={})) as index,
        closing(
            Understanding.open(
                watch.understood,
                archive=archive,
                watchlist=watchlist,
                key=load_key(watch.state),
                load_models=False,
            )
        ) as understanding,
    ):
        list(understanding.understand(tuple(understanding.pending()), now=MORNING))
        list(understanding.settle(now=MORNING))
        sync_documents(index, understanding, quarantine=watch.quarantine, now=MORNING)
        sync_outcomes(index, archive, watchlist, now=MORNING)
        index.commit()


def print_morning(watch: WatchFolder) -> None:
    watchlist = load_watchlist(watch.watchlist)
    with (
        Ledger.open(watch.ledger) as ledger,
        closing(open_index(watchlist.index, folder=watch.index, environ={}, readonly=True)) as index,
    ):
        later = MORNING + timedelta(hours=1)
        printed = print_digest(index, watchlist, ledger, now=later, messages=load_messages("fr"))
        write_file(watch.digests, printed)


def run(watch: WatchFolder, *arguments: str) -> Result:
    given = ["--watch", str(watch.root), "--now", "2026-11-20T12:00:00+00:00", *arguments]
    return CliRunner().invoke(veilleur, given, obj=start_context())


def find_secrets(watch: WatchFolder) -> list[tuple[str, bytes]]:
    files = [path for path in watch.root.rglob("*") if path.is_file()]
    return [(path.name, secret) for path in files for secret in SECRETS if secret in path.read_bytes()]


def indexed(watch: WatchFolder) -> set[str]:
    watchlist = load_watchlist(watch.watchlist)
    with closing(open_index(watchlist.index, folder=watch.index, environ={}, readonly=True)) as index:
        return {document.id for document in index.scan(Everything())}


def test_the_watch_tells_of_the_post_before(folder: WatchFolder) -> None:
    places = {name for name, _ in find_secrets(folder)}

    assert {"archive.db", "understood.db", "ledger.db"} <= {name.removesuffix("-wal") for name in places}
    assert any(name.endswith(".html") for name in places)
    assert indexed(folder) == {PRIVATE.id, OTHER.id}


@pytest.mark.parametrize(
    "subject",
    [PERSON, "@wilhelmine xyzzy", "https://blog.acme.example/u/wx", PRIVATE.permalink, "pseudonym"],
    ids=["name", "handle", "account", "post", "pseudonym"],
)
def test_no_byte_is_left_of_what_is_forgotten(folder: WatchFolder, subject: str) -> None:
    if subject == "pseudonym":
        subject = pseudonym(PERSON, key=load_key(folder.state))
    segments = {path.name for path in folder.index.iterdir() if path.suffix == ".store"}

    result = run(folder, "forget", subject, "--yes")

    assert result.exit_code == 0, result.output
    assert find_secrets(folder) == []
    assert indexed(folder) == {OTHER.id}
    # Stored texts are compressed, so their bytes say nothing: no file that held them may be left.
    assert not segments & {path.name for path in folder.index.rglob("*")}


def test_a_kept_digest_is_rebuilt_without_it_and_says_so(folder: WatchFolder) -> None:
    run(folder, "forget", PERSON, "--yes")

    shown = run(folder, "digest", "--date", "2026-11-20")

    assert shown.exit_code == 0, shown.output
    assert "Acme ouvre un forum" in shown.output
    assert "Cette page a été rec" in shown.output
    assert "Quetzalcoatl" not in shown.output


def test_digests_that_told_nothing_of_it_stay_as_they_were(folder: WatchFolder) -> None:
    with Ledger.open(folder.ledger) as ledger:
        kept = ledger.all()[0]
        before = ledger.rendering(kept.key, "text")

    done = forget(folder, load_watchlist(folder.watchlist), subject="Nobody At All", now=MORNING, environ={})

    with Ledger.open(folder.ledger) as ledger:
        assert ledger.rendering(kept.key, "text") == before
    assert (done.items, done.digests, done.files) == (0, 0, 0)


def test_what_was_forgotten_does_not_come_back(folder: WatchFolder) -> None:
    run(folder, "forget", PERSON, "--yes")

    with Archive.open(folder.archive) as archive:
        landed = put(archive, PRIVATE, now=MORNING + timedelta(hours=6))
        assert archive.count() == 1
    assert landed[0].state == "known"
    bring_up_to_date(folder)
    assert indexed(folder) == {OTHER.id}


def test_a_forgetting_that_was_broken_off_is_finished_by_asking_again(folder: WatchFolder) -> None:
    with Archive.open(folder.archive) as archive:
        archive.forget(author=PERSON, now=MORNING, key=load_key(folder.state))

    result = run(folder, "forget", PERSON, "--yes")

    assert result.exit_code == 0, result.output
    assert find_secrets(folder) == []


def test_the_command_asks_before_it_erases(folder: WatchFolder) -> None:
    result = run(folder, "forget", PERSON)

    assert result.exit_code == 1
    assert find_secrets(folder)


def test_what_is_older_than_its_source_keeps_leaves_the_archive(folder: WatchFolder) -> None:
    text = WATCHLIST + "retention_days = 30\n"
    folder.watchlist.write_text(text, encoding="utf-8")
    watchlist = load_watchlist(folder.watchlist)

    early = expire_items(folder.archive, watchlist, now=MORNING + timedelta(days=29))
    late = expire_items(folder.archive, watchlist, now=MORNING + timedelta(days=31))

    assert (early, late) == (0, 2)
    bring_up_to_date(folder)
    assert indexed(folder) == set()
    with closing(Store.open(folder.understood)) as store:
        assert store.count() == 0


def test_a_post_of_several_people_keeps_those_of_others(folder: WatchFolder) -> None:
    run(folder, "forget", PERSON, "--yes")

    with Archive.open(folder.archive, readonly=True) as archive:
        left: list[Item] = list(archive.items(archive.item_ids()))
    assert [each.author for each in left] == [OTHER.author]


def test_reports_that_may_tell_of_it_are_removed_and_can_be_built_again(folder: WatchFolder) -> None:
    page = folder.digests / "report-2026-W47.html"
    page.write_text("<p>Acme Quetzalcoatl en panne</p>", encoding="utf-8")

    forget(folder, load_watchlist(folder.watchlist), subject=PERSON, now=MORNING, environ={})

    assert not page.exists()
    assert run(folder, "report").exit_code == 0
