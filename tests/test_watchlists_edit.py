"""Edits change what they are about and not one character more; files are replaced whole or not at all."""

from __future__ import annotations

import errno
import os
from datetime import date, timedelta
from pathlib import Path

import pytest

from watchlists.edit import (
    add_decision,
    add_organisation,
    add_source,
    add_sources,
    set_index,
    set_source,
    write_text_atomically,
)
from watchlists.errors import WatchlistError
from watchlists.load import parse_watchlist
from watchlists.model import Decision, Organisation, Source

TEXT = """# My watch
[watch]
name = "Veille"   # kept

[[source]]
url = "https://a.example/"     # the first
  every = "2h"

# about the second
[[source]]
name = "B"
url = "https://b.example/" # the second

# what is looked for
[[topic]]
name = "Prix"
query = "prix"
"""
NEW = Source(id="c", url="https://c.example/", every=timedelta(hours=6), organisation=None)


def test_a_source_is_added_below_the_last_and_nothing_else_changes() -> None:
    changed = add_source(TEXT, NEW)

    added = '\n[[source]]\nid = "c"\nurl = "https://c.example/"\nevery = "6h"\n'
    assert changed == TEXT.replace("# the second\n", "# the second\n" + added)
    assert parse_watchlist(changed).sources[2] == NEW


def test_the_first_of_its_kind_goes_to_the_end() -> None:
    organisation = Organisation(id="acme", name="Acme", aliases=("A’cmé",))
    decision = Decision(action="mute", subject='a "quoted" word', why="Bruit", on=date(2026, 11, 20))

    changed = add_decision(add_organisation(TEXT, organisation), decision)

    watchlist = parse_watchlist(changed)
    assert changed.startswith(TEXT)
    assert watchlist.organisations == (organisation,)
    assert watchlist.decisions == (decision,)


def test_a_file_without_a_final_line_end_can_be_added_to() -> None:
    assert len(parse_watchlist(add_source(TEXT.rstrip("\n"), NEW)).sources) == 3
    assert len(parse_watchlist(add_source('[watch]\nname = "V"', NEW)).sources) == 1


def test_many_sources_are_added_in_their_order() -> None:
    many = [Source(id=f"s{i}", url=f"https://s{i}.example/") for i in range(50)]

    changed = add_sources(TEXT, many)

    assert [source.id for source in parse_watchlist(changed).sources[2:]] == [each.id for each in many]
    assert add_sources(TEXT, ()) == TEXT


def test_windows_line_ends_stay() -> None:
    text = TEXT.replace("\n", "\r\n")

    changed = add_source(text, NEW)

    assert changed.count("\n") == changed.count("\r\n")
    assert parse_watchlist(changed).sources[2] == NEW


def test_a_source_is_changed_in_place() -> None:
    changed = set_source(TEXT, "b", url="https://new.example/", enabled=False, every=timedelta(days=2))

    expected = TEXT.replace(
        'url = "https://b.example/" # the second\n',
        'url = "https://new.example/" # the second\nenabled = false\nevery = "2d"\n',
    )
    assert changed == expected


def test_a_source_without_written_id_is_found_by_the_id_made_for_it() -> None:
    changed = set_source(TEXT, "a-example", every=None)

    assert changed == TEXT.replace('  every = "2h"\n', "")


def test_an_unknown_source_is_told() -> None:
    with pytest.raises(WatchlistError, match='no source "zzz"'):
        set_source(TEXT, "zzz", enabled=False)


def test_a_list_written_inline_is_not_touched() -> None:
    text = 'source = [{ url = "https://a.example/" }]\n[watch]\nname = "V"\n'

    with pytest.raises(WatchlistError, match="cannot be added to"):
        add_source(text, NEW)


def test_a_file_is_replaced_with_its_mode_and_its_link_kept(tmp_path: Path) -> None:
    target, link = tmp_path / "real.toml", tmp_path / "watchlist.toml"
    target.write_text("old")
    target.chmod(0o600)
    link.symlink_to(target)

    write_text_atomically(link, "né\r\n")

    assert target.read_bytes() == "né\r\n".encode()
    assert target.stat().st_mode & 0o777 == 0o600
    assert link.is_symlink()
    assert sorted(tmp_path.iterdir()) == [target, link]


def test_a_full_disk_loses_nothing_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "watchlist.toml"
    path.write_text("old")

    def fail(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(WatchlistError) as caught:
        write_text_atomically(path, "new")

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
    what, why, remedy = caught.value.parts()
    assert "as it was" in what
    assert "space" in why
    assert "room" in remedy


class TestIndex:
    """The one line that says which engine is used."""

    def test_only_the_keys_named_change(self) -> None:
        text = (
            '# mine\n[index]  # here\nbackend = "embedded"  # small\n# url = "later"\n\n[watch]\nname = "A"\n'
        )

        changed = set_index(text, backend="elasticsearch", url="https://search.example:9200")

        assert changed == (
            '# mine\n[index]  # here\nbackend = "elasticsearch"  # small\n'
            'url = "https://search.example:9200"\n# url = "later"\n\n[watch]\nname = "A"\n'
        )

    def test_a_watch_without_the_table_gets_one(self) -> None:
        assert set_index('[watch]\r\nname = "A"\r\n', backend="embedded") == (
            '[watch]\r\nname = "A"\r\n\r\n[index]\r\nbackend = "embedded"\r\n'
        )

    def test_an_index_written_in_one_line_is_left_alone(self) -> None:
        with pytest.raises(WatchlistError, match="command"):
            set_index('index = { backend = "embedded" }\n', backend="elasticsearch")
