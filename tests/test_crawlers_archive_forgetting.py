"""What is erased is gone from the file, and does not come back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from crawlers.archive import Archive
from crawlers.archive.states import PageState
from crawlers.archive.tombstones import mark_of
from crawlers.items import Author, Engagement
from crawlers.pseudonyms import load_key, pseudonym
from tests.archived import MORNING, item, opened, put
from watchlists.errors import ArchiveError

SECRET = "Wilhelmine Xyzzy"
POST = item(
    "intime", title="Intime", author=Author(name=SECRET, url="https://a.example/u/wx"), html="<p>Xyzzy</p>"
)


def forget(archive: Archive, folder: Path, **what: str) -> tuple[str, ...]:
    return archive.forget(now=MORNING, key=load_key(folder), **what)


@pytest.mark.parametrize("name", [SECRET, "@wilhelmine  xyzzy".replace("  ", " "), "https://a.example/u/wx"])
def test_an_author_is_forgotten_by_any_spelling_or_address(tmp_path: Path, name: str) -> None:
    with opened(tmp_path) as archive:
        put(archive, POST, item("autre"))
        before = archive.latest_change()
        erased = forget(archive, tmp_path, author=name)

        assert erased == (POST.id,)
        assert list(archive.item_ids()) == [item("autre").id]
        assert archive.resolve(POST.permalink) is None
        assert archive.latest_change() > before
        assert archive.integrity() == "ok"


def test_an_author_is_forgotten_by_the_pseudonym_readers_know(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        put(archive, POST)

        assert forget(archive, tmp_path, author=pseudonym(SECRET, key=load_key(tmp_path))) == (POST.id,)
        assert put(archive, POST)[0].state == "known"
        assert archive.count() == 0


def test_nothing_of_a_forgotten_author_is_left_in_the_files(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        put(archive, POST)
        put(archive, item("intime", title="Intime bis", author=POST.author, html="<p>Xyzzy bis</p>"))
        forget(archive, tmp_path, author=SECRET)
        files = [path.read_bytes() for path in tmp_path.iterdir()]

    assert not any(word in content for content in files for word in (b"Xyzzy", b"intime", POST.id.encode()))


def test_a_forgotten_author_stays_forgotten_in_new_posts_and_later_runs(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        put(archive, POST)
        forget(archive, tmp_path, author=SECRET)
    with opened(tmp_path) as archive:
        landings = put(archive, POST, item("encore", author=Author(name=SECRET)), item("autre"))

        assert [landing.state for landing in landings] == ["known", "known", "new"]
        assert list(archive.item_ids()) == [item("autre").id]


def test_a_forgotten_address_does_not_come_back_under_another(tmp_path: Path) -> None:
    known = item("page", aliases=("guid:blog.acme.example:7",))
    with opened(tmp_path) as archive:
        put(archive, known)
        erased = forget(archive, tmp_path, address="https://blog.acme.example/page")
        landing, other = put(archive, item("page-renommee", aliases=known.aliases), item("autre"))

        assert erased == (known.id,)
        assert (landing.state, other.state) == ("known", "new")
        assert archive.count() == 1


def test_an_address_may_be_forgotten_before_it_was_read(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        assert forget(archive, tmp_path, address=POST.permalink) == ()
        assert put(archive, POST)[0].state == "known"
        assert archive.count() == 0


def test_forgetting_one_author_leaves_the_replies_of_others(tmp_path: Path) -> None:
    reply = item("r", kind="reply", thread_id=POST.id, parent_id=POST.id)
    with opened(tmp_path) as archive:
        put(archive, POST, reply)
        forget(archive, tmp_path, author=SECRET)

        assert [each.id for each in archive.thread(POST.id)] == [reply.id]


def test_with_another_key_nothing_is_written_lest_the_erased_return(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        put(archive, POST)
        forget(archive, tmp_path, author=SECRET)
        (tmp_path / "key").write_bytes(b"x" * 32)
        with pytest.raises(ArchiveError, match="key") as error:
            put(archive, POST)

        assert len(error.value.parts()) == 3
        assert archive.count() == 0


def test_retention_erases_what_every_source_has_kept_long_enough(tmp_path: Path) -> None:
    days = {"blog": 30, "presse": 100}
    old, now = MORNING - timedelta(days=40), MORNING
    with opened(tmp_path) as archive:
        put(archive, item("vieux", engagement=Engagement(upvotes=1)), item("partagé"), now=old)
        put(archive, item("partagé"), source="presse", now=old)
        put(archive, item("récent"), now=now)
        archive.put_page_state(PageState(url="https://blog.acme.example/vieux", fetched=old))
        expired = archive.expire(now=now, retention=days.__getitem__)
        [landing] = put(archive, item("vieux"), now=now)

        assert expired == (item("vieux").id,)
        assert landing.state == "known"
        assert archive.count() == 2
        assert archive.page_state("https://blog.acme.example/vieux") is None
        assert archive.engagement_samples([item("vieux").id]) == {}


def test_an_address_forgotten_after_it_expired_has_a_mark_of_today(tmp_path: Path) -> None:
    old = MORNING - timedelta(days=40)
    with opened(tmp_path) as archive:
        put(archive, POST, now=old)
        archive.expire(now=old + timedelta(days=31), retention=lambda _source: 30)
        before = set(archive.tombstones().values())
        forget(archive, tmp_path, address=POST.permalink)

        assert MORNING not in before
        assert MORNING in archive.tombstones().values()


def test_what_another_archive_erased_leaves_the_journal_even_when_broken_off(tmp_path: Path) -> None:
    mark = mark_of(f"author:{SECRET.casefold()}", key=load_key(tmp_path))
    with opened(tmp_path) as archive:
        archive.journal.begin()
        put(archive, POST, item("autre"))
        with closing(sqlite3.connect(tmp_path / "archive.db")) as fault:
            fault.execute(
                "CREATE TRIGGER fault BEFORE DELETE ON items BEGIN SELECT raise(ABORT, 'full'); END"
            )
            fault.commit()
            with pytest.raises(ArchiveError):
                archive.adopt([mark], now=MORNING)
            told = [each.item.id for entry in archive.journal.unsent() for each in entry.entry.arrivals]
            fault.execute("DROP TRIGGER fault")
            fault.commit()

        assert told == [item("autre").id]
        assert archive.adopt([mark], now=MORNING) == (POST.id,)
