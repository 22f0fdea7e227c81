"""Names as they leave the archive."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crawlers.pseudonyms import load_key, pseudonym
from watchlists.errors import ArchiveError

KEY = bytes(range(32))


def test_a_name_has_one_readable_pseudonym_in_a_watch() -> None:
    assert re.fullmatch("[a-z]+-[0-9a-f]{7}", pseudonym("Zoé", key=KEY))
    assert len({pseudonym(name, key=KEY) for name in ("Zoé", "@zoé", " ZOÉ ", "Zoe\u0301")}) == 1


def test_other_names_and_other_watches_have_other_pseudonyms() -> None:
    names = [f"auteur {number}" for number in range(5000)]

    assert len({pseudonym(name, key=KEY) for name in names}) == 5000
    assert pseudonym("Zoé", key=KEY) != pseudonym("Zoé", key=KEY[::-1])


@pytest.mark.parametrize("name", ["", "\ud800", "\x00", "x" * 100_000])
def test_hostile_names_have_pseudonyms_too(name: str) -> None:
    assert pseudonym(name, key=KEY)


def test_the_key_is_made_once_and_private(tmp_path: Path) -> None:
    key = load_key(tmp_path / ".veilleur")
    path = tmp_path / ".veilleur" / "key"

    assert len(key) == 32
    assert load_key(tmp_path / ".veilleur") == key
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["key"]


@pytest.mark.parametrize("content", [b"", b"short"])
def test_a_damaged_key_is_told_rather_than_replaced(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(ArchiveError) as error:
        load_key(tmp_path)

    assert len(error.value.parts()) == 3
    assert (tmp_path / "key").read_bytes() == content


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ArchiveError):
        load_key(tmp_path / "file")
