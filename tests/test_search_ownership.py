"""Two watches and one alias: the second is told so, and writes nothing; a rebuild carries the proof on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from elasticsearch import Elasticsearch

from cli import start_context, veilleur
from crawlers.archive import Archive
from search.backends import erase_index, open_index
from search.backends.elasticsearch_ownership import is_version_of
from search.folder import WatchFolder, opened_index, watch_proof
from search.upkeep.doctor import examine
from search.upkeep.rebuild import Anew, rebuild
from search.upkeep.switching import Target, switch
from tests.archived import MORNING, item, put
from tests.documents import document
from tests.elasticsearch_server import fresh_settings
from watchlists.errors import IndexOfAnother
from watchlists.load import load_watchlist
from watchlists.model import IndexSettings
from watchlists.query import Everything

pytestmark = pytest.mark.elasticsearch

WATCHLIST = """\
[watch]
name = "Essai"

[[source]]
id = "blog"
url = "https://blog.acme.example/feed.xml"

[index]
backend = "{backend}"
url = "{url}"
alias = "{alias}"
"""


@pytest.fixture
def server() -> Iterator[IndexSettings]:
    with fresh_settings() as found:
        yield found


def make_watch(root: Path, server: IndexSettings, *posts: str, backend: str = "elasticsearch") -> WatchFolder:
    """A watch that has read these posts, with a key of its own."""
    folder = WatchFolder(root=root)
    folder.state.mkdir(parents=True)
    text = WATCHLIST.format(backend=backend, url=server.url, alias=server.alias)
    folder.watchlist.write_text(text, encoding="utf-8")
    with Archive.open(folder.archive) as archive:
        put(archive, *map(item, posts))
    return folder


def build(folder: WatchFolder, *, adopts: bool = False) -> None:
    rebuild(folder, load_watchlist(folder.watchlist), now=MORNING, environ={}, anew=Anew(adopts=adopts))


def titles(settings: IndexSettings) -> set[str]:
    with closing(open_index(settings, folder=Path(), readonly=True, environ={})) as index:
        return {each.title for each in index.scan(Everything())}


@pytest.fixture
def first(tmp_path: Path, server: IndexSettings) -> WatchFolder:
    """The watch whose index it is."""
    folder = make_watch(tmp_path / "first", server, "une")
    build(folder)
    return folder


@pytest.fixture
def second(tmp_path: Path, server: IndexSettings, first: WatchFolder) -> WatchFolder:
    """Another watch, by mistake over the same alias."""
    assert first.archive.exists()
    return make_watch(tmp_path / "second", server, "deux")


def test_another_watch_reads_but_does_not_write(server: IndexSettings, second: WatchFolder) -> None:
    with pytest.raises(IndexOfAnother) as caught, opened_index(second, server, environ={}, readonly=False):
        pytest.fail("it was let in")

    what, why, remedy = caught.value.parts()
    assert server.alias in what
    assert ".veilleur/key" in why
    assert "veilleur reindex --adopt" in remedy
    with opened_index(second, server, environ={}) as index:
        assert index.count(Everything()) == 1


def test_another_watch_does_not_rebuild_erase_or_move_into_it(
    server: IndexSettings, second: WatchFolder, tmp_path: Path
) -> None:
    mover = make_watch(tmp_path / "third", server, "trois", backend="embedded")

    with pytest.raises(IndexOfAnother):
        build(second)
    with pytest.raises(IndexOfAnother):
        switch(
            mover,
            load_watchlist(mover.watchlist),
            Target(backend="elasticsearch", url=server.url),
            now=MORNING,
            environ={},
        )
    with pytest.raises(IndexOfAnother):
        erase_index(server, folder=Path(), environ={}, watch=watch_proof(second))

    assert titles(server) == {"À propos de une"}
    assert load_watchlist(mover.watchlist).index.backend == "embedded"


def test_the_proof_is_carried_by_every_rebuild(
    server: IndexSettings, first: WatchFolder, second: WatchFolder
) -> None:
    build(first)
    build(first)

    with pytest.raises(IndexOfAnother):
        build(second)
    with opened_index(first, server, environ={}, readonly=False) as index:
        assert index.count(Everything()) == 1
    with closing(Elasticsearch(server.url)) as client:
        mappings = client.indices.get_mapping(index=f"{server.alias}*").body
    proofs = {name: each["mappings"]["_meta"] for name, each in mappings.items()}
    assert len(proofs) == 3
    assert all(each == {"watch": watch_proof(first)} for each in proofs.values())
    assert all(each["mappings"]["dynamic"] == "strict" for each in mappings.values())


def test_a_folder_with_the_same_key_is_the_same_watch(
    server: IndexSettings, first: WatchFolder, tmp_path: Path
) -> None:
    desk = make_watch(tmp_path / "desk", server, "une")
    (desk.state / "key").write_bytes((first.state / "key").read_bytes())

    with opened_index(desk, server, environ={}, readonly=False) as index:
        assert index.count(Everything()) == 1


def test_an_index_without_a_proof_is_its_first_writers(server: IndexSettings, tmp_path: Path) -> None:
    """As indices were made before there were proofs; what else its mapping says of itself stays."""
    with closing(open_index(server, folder=Path(), environ={})) as index:
        index.put([document("old")])
        index.commit()
    with closing(Elasticsearch(server.url)) as client:
        client.indices.put_mapping(index=server.alias, meta={"team": "search"})
    one, other = (make_watch(tmp_path / name, server, name) for name in ("one", "other"))

    with opened_index(one, server, environ={}, readonly=False) as index:
        assert index.count(Everything()) == 1
    with pytest.raises(IndexOfAnother), opened_index(other, server, environ={}, readonly=False):
        pytest.fail("it was let in")

    with closing(Elasticsearch(server.url)) as client:
        (found,) = client.indices.get_mapping(index=server.alias).body.values()
    assert found["mappings"]["_meta"] == {"team": "search", "watch": watch_proof(one)}


def test_adopted_on_purpose_it_holds_this_watchs_documents_alone(
    server: IndexSettings, first: WatchFolder, second: WatchFolder
) -> None:
    words = ["reindex", "--adopt", "--watch", str(second.root), "--now", MORNING.isoformat(), "--lang", "fr"]

    done = CliRunner().invoke(veilleur, words, obj=start_context())

    assert done.exit_code == 0, done.output
    assert titles(server) == {"À propos de deux"}
    with pytest.raises(IndexOfAnother):
        build(first)


def test_what_a_killed_adoption_left_beside_it_locks_nobody_out(
    server: IndexSettings, first: WatchFolder
) -> None:
    with closing(Elasticsearch(server.url)) as client:
        left = f"{server.alias}-v1-0123abcd"
        client.indices.create(index=left, mappings={"_meta": {"watch": "another's"}})
        build(first)
        assert not client.indices.exists(index=left)

    assert titles(server) == {"À propos de une"}


def test_a_move_may_adopt_it_too(server: IndexSettings, first: WatchFolder, tmp_path: Path) -> None:
    mover = make_watch(tmp_path / "third", server, "trois", backend="embedded")

    report = switch(
        mover,
        load_watchlist(mover.watchlist),
        Target(backend="elasticsearch", url=server.url, adopts=True),
        now=MORNING,
        environ={},
    )

    assert (report.documents, titles(server)) == (1, {"À propos de trois"})
    with pytest.raises(IndexOfAnother):
        build(first)


def test_the_doctor_tells_whose_it_is_before_a_run_does(second: WatchFolder) -> None:
    found = list(examine(second, load_watchlist(second.watchlist), environ={}, clock=lambda: MORNING))

    assert not any("another watch's" in each.fill(str)[0] for each in found)  # it has no key yet
    assert not (second.state / "key").exists()
    watch_proof(second)
    found = list(examine(second, load_watchlist(second.watchlist), environ={}, clock=lambda: MORNING))
    assert any("another watch's" in each.fill(str)[0] for each in found)


def test_an_alias_that_begins_like_another_keeps_its_indices(server: IndexSettings) -> None:
    longer = replace(server, alias=f"{server.alias}-vegas")
    with closing(open_index(longer, folder=Path(), environ={})) as index:
        index.put([document("kept")])
        index.commit()
    open_index(server, folder=Path(), environ={}).close()

    erase_index(server, folder=Path(), environ={})

    with closing(open_index(longer, folder=Path(), readonly=True, environ={})) as index:
        assert index.count(Everything()) == 1
    erase_index(longer, folder=Path(), environ={})


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("acme-v1", True),
        ("acme-v12-0123abcd", True),
        ("acme-vegas-v1", False),
        ("acme-v1-v1", False),
        ("acme-records-v1", False),
    ],
)
def test_an_indexs_name_says_which_alias_it_is_a_version_of(name: str, expected: bool) -> None:
    assert is_version_of(name, "acme") is expected
