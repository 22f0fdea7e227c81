"""Moving a watch to the other engine: all of it is there, or nothing has changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import start_context, veilleur
from crawlers.archive import Archive
from search.backends import open_index
from search.folder import WatchFolder
from search.quarantine import read_quarantine
from search.sync import EPOCH
from search.upkeep.rebuild import rebuild
from search.upkeep.switching import SwitchReport, Target, switch
from tests.archived import MORNING, item, put
from tests.documents import document, outcome, sample
from tests.elasticsearch_server import fresh_settings
from tests.faulty_proxy import faulty_proxy
from watchlists.errors import ArchiveError, IndexUnavailable, WatchlistError
from watchlists.load import load_watchlist
from watchlists.model import IndexSettings

pytestmark = pytest.mark.elasticsearch

WATCHLIST = """\
# The watch of Acme.
[watch]
name = "Essai"

[[organisation]]
name = "Acme"
role = "own"

[[source]]
id = "blog"
url = "https://blog.acme.example/feed.xml"

[index]  # where things are found
backend = "embedded"  # for now
alias = "{alias}"
"""
POSTS = 40


@pytest.fixture
def server() -> Iterator[IndexSettings]:
    """An index of one's own on the server."""
    with fresh_settings() as found:
        yield found


@pytest.fixture
def folder(tmp_path: Path, server: IndexSettings) -> WatchFolder:
    """A watch that read, understood and indexed forty posts, on this machine."""
    watch = WatchFolder(root=tmp_path)
    watch.watchlist.write_text(WATCHLIST.format(alias=server.alias), encoding="utf-8")
    watch.state.mkdir()
    with Archive.open(watch.archive) as archive:
        put(archive, *(item(f"panne-{number}", title=f"Panne {number}") for number in range(POSTS)))
        for days in (0, 10, 90):
            archive.put_outcome(outcome("blog", MORNING - timedelta(days=days)))
            archive.put_community_sample(sample("blog", MORNING - timedelta(days=days)))
    rebuild(watch, load_watchlist(watch.watchlist), now=MORNING, environ={})
    return watch


def move(folder: WatchFolder, backend: str, url: str = "", **options: object) -> SwitchReport:
    """Move the watch as it is now."""
    watchlist = load_watchlist(folder.watchlist)
    target = Target(backend=backend, url=url)
    return switch(folder, watchlist, target, now=MORNING, environ={}, **options)  # type: ignore[arg-type]


def contents(folder: WatchFolder, settings: IndexSettings | None = None) -> tuple[object, ...]:
    """Everything the index in use holds."""
    used = settings or load_watchlist(folder.watchlist).index
    until = MORNING + timedelta(seconds=1)
    with closing(open_index(used, folder=folder.index, readonly=True, environ={})) as index:
        ids = tuple(index.ids())
        vectors = index.vector_digests([id for id, _ in ids])
        return (
            ids,
            index.outcomes(since=EPOCH, until=until),
            index.samples("blog", since=EPOCH, until=until),
            vectors,
        )


def test_a_watch_moves_to_a_server_and_back_with_all_it_has(
    folder: WatchFolder, server: IndexSettings
) -> None:
    before = contents(folder)

    there = move(folder, "elasticsearch", server.url)
    on_server = contents(folder)

    assert load_watchlist(folder.watchlist).index.backend == "elasticsearch"
    assert (there.put, there.documents, there.refused, there.left_over) == (POSTS, POSTS, 0, "")
    assert not folder.index.exists()

    back = move(folder, "embedded")

    assert (back.put, back.left_over) == (POSTS, "")
    assert before == on_server == contents(folder)
    assert len(before[1]) == len(before[2]) == 3  # type: ignore[arg-type]
    with pytest.raises(IndexUnavailable, match="no index yet"):
        contents(folder, server)


def test_only_the_line_of_the_engine_is_changed(folder: WatchFolder, server: IndexSettings) -> None:
    before = folder.watchlist.read_text(encoding="utf-8")

    move(folder, "elasticsearch", server.url)

    after = folder.watchlist.read_text(encoding="utf-8")
    assert after == (
        before.replace('backend = "embedded"  # for now', 'backend = "elasticsearch"  # for now')
        + f'url = "{server.url}"\n'
    )


def test_broken_off_it_changes_nothing_and_goes_on_where_it_stopped(
    folder: WatchFolder, server: IndexSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.sync.PUT", 10)
    before, indexed = folder.watchlist.read_bytes(), contents(folder)

    def stop(done: int, _wanted: int) -> None:
        if done == 25:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        move(folder, "elasticsearch", server.url, observe=stop)

    assert folder.watchlist.read_bytes() == before
    assert contents(folder) == indexed
    seen: list[tuple[int, int]] = []
    report = move(folder, "elasticsearch", server.url, observe=lambda *figures: seen.append(figures))

    assert (report.put, report.documents) == (20, POSTS)
    assert (seen[0], seen[-1]) == ((20, POSTS), (POSTS, POSTS))
    assert contents(folder) == indexed


def test_an_index_that_is_not_what_was_understood_is_not_used(
    folder: WatchFolder, server: IndexSettings
) -> None:
    before = folder.watchlist.read_bytes()

    def meddle(done: int, _wanted: int) -> None:
        if done == POSTS:
            with closing(open_index(server, folder=folder.index, environ={})) as index:
                index.put([document("foreign")])

    with pytest.raises(IndexUnavailable) as caught:
        move(folder, "elasticsearch", server.url, observe=meddle)

    assert "too many: 1" in str(caught.value.parts())
    assert folder.watchlist.read_bytes() == before


def test_what_the_server_refuses_is_held_and_the_rest_moves(
    folder: WatchFolder, server: IndexSettings
) -> None:
    refused = {id for id, _ in contents(folder)[0][::10]}  # type: ignore[index]
    with faulty_proxy(server.url) as (url, proxy):
        proxy.spoil = lambda each: (400, "no such field") if each in refused else None
        proxy.spoiled = server.alias
        report = move(folder, "elasticsearch", url)

        assert (report.documents, report.refused) == (POSTS - 4, 4)
        assert {each.id for each in read_quarantine(folder.quarantine)} == refused
        back = move(folder, "embedded")

    assert (back.put, back.refused) == (POSTS, 0)
    assert read_quarantine(folder.quarantine) == ()


def test_a_server_without_an_address_is_a_fault_of_the_watchlist(folder: WatchFolder) -> None:
    with pytest.raises(WatchlistError, match="address"):
        move(folder, "elasticsearch")


def test_a_server_that_does_not_answer_changes_nothing(folder: WatchFolder) -> None:
    before = contents(folder)

    with pytest.raises(IndexUnavailable, match="no connection"):
        move(folder, "elasticsearch", "http://127.0.0.1:9")

    assert contents(folder) == before


def test_the_old_index_that_cannot_be_removed_is_told(folder: WatchFolder, server: IndexSettings) -> None:
    with faulty_proxy(server.url) as (url, proxy):
        move(folder, "elasticsearch", url)
        proxy.answer = (503, {"X-elastic-product": "Elasticsearch"}, b"")
        report = move(folder, "embedded")

    assert "cannot be used" in report.left_over
    assert load_watchlist(folder.watchlist).index.backend == "embedded"


def test_nothing_to_move_says_so(tmp_path: Path) -> None:
    folder = WatchFolder(root=tmp_path)
    folder.watchlist.write_text('[watch]\nname = "Essai"\n')

    with pytest.raises(ArchiveError, match="nothing to index"):
        move(folder, "embedded")


def test_the_command_moves_and_says_what_is_used(folder: WatchFolder, server: IndexSettings) -> None:
    words = ["reindex", "--to", "elasticsearch", "--url", server.url, "--watch", str(folder.root)]
    words += ["--now", MORNING.isoformat(), "--lang", "fr"]
    done = CliRunner().invoke(veilleur, words, obj=start_context())

    assert done.exit_code == 0, done.output
    assert "40 documents envoyés, 40 présents et comparés, 0 refusés." in done.stderr
    assert "elasticsearch" in done.stderr
    assert load_watchlist(folder.watchlist).index.backend == "elasticsearch"


@pytest.mark.parametrize(
    "words",
    [["--url", "https://search.example"], ["--to", "elasticsearch", "--understand"]],
    ids=["address-alone", "two-works"],
)
def test_options_that_do_not_go_together_are_refused(folder: WatchFolder, words: list[str]) -> None:
    done = CliRunner().invoke(veilleur, ["reindex", *words, "--watch", str(folder.root)], obj=start_context())

    assert done.exit_code == 2
