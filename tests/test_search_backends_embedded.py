"""What the embedded index does beyond the contract: crashes, damage, a full disk, one writer."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from contextlib import closing
from pathlib import Path

import pytest

from search.backends import open_index
from search.backends.embedded import EmbeddedIndex
from search.index import Index, TermCount
from tests.documents import MORNING, document, outcome
from watchlists.errors import IndexUnavailable
from watchlists.model import IndexSettings
from watchlists.query import Everything, Keyword

EVERYTHING = Everything()


def open_embedded(folder: Path, *, readonly: bool = False) -> Index:
    """The index in that folder."""
    return open_index(IndexSettings(), folder=folder, readonly=readonly, environ={})


def fill(folder: Path, number: int = 20) -> None:
    """A folder with documents d00, d01..."""
    with closing(open_embedded(folder)) as index:
        index.put(document(f"d{each:02d}", text="une panne") for each in range(number))
        index.put_outcomes([outcome()])
        index.commit()


def read_all(folder: Path) -> None:
    """Touch every kind of file of an index."""
    with closing(open_embedded(folder)) as index:
        list(index.scan(EVERYTHING))
        index.terms(EVERYTHING, "source")
        index.count(Keyword("source", "gazette"))


def run_script(body: str, folder: Path) -> subprocess.Popen[str]:
    """A Python process that works on the folder as `index`, and prints what it did."""
    script = """
        import resource, sys
        from pathlib import Path
        from search.backends.embedded import EmbeddedIndex
        from tests.documents import document
        from watchlists.errors import IndexUnavailable
        index = EmbeddedIndex.open(Path(sys.argv[1]))
    """
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script) + textwrap.dedent(body), str(folder)],
        cwd=Path(__file__).parent.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def test_a_kill_between_and_during_commits_loses_nothing_that_was_committed(tmp_path: Path) -> None:
    process = run_script(
        """
        for number in range(10_000):
            index.put([document(f"k{number:05d}", text="terme " * 200)])
            index.commit()
            print(number, flush=True)
        """,
        tmp_path / "index",
    )
    assert process.stdout is not None
    committed = [int(process.stdout.readline()) for _ in range(12)][-1]
    process.send_signal(signal.SIGKILL)
    committed = max([committed, *map(int, process.stdout.read().split())])
    process.wait()
    process.stdout.close()

    with closing(open_embedded(tmp_path / "index")) as index:
        found = [each.id for each in index.scan(EVERYTHING)]
        assert found[: committed + 1] == [f"k{number:05d}" for number in range(committed + 1)]
        assert len(found) <= committed + 2
        index.put([document("after")])
        index.commit()
        assert index.get("after") is not None


def test_a_disk_full_during_a_commit_loses_nothing_that_was_committed(tmp_path: Path) -> None:
    fill(tmp_path / "index")
    process = run_script(
        """
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        try:
            texts = (" ".join(f"terme{each * word}" for word in range(50)) for each in range(1000))
            index.put(document(f"n{each}", text=text) for each, text in enumerate(texts))
            index.commit()
        except IndexUnavailable as error:
            print("unavailable", error.remedy)
        """,
        tmp_path / "index",
    )
    output, _ = process.communicate()

    assert output.startswith("unavailable Make room")
    with closing(open_embedded(tmp_path / "index")) as index:
        assert [index.get(f"d{each:02d}") is not None for each in range(20)] == [True] * 20
        index.put([document("after")])
        index.commit()
        assert index.get("after") is not None


@pytest.mark.parametrize("suffix", ["store", "fast", "term", "idx", "meta.json"])
@pytest.mark.parametrize("damage", ["emptied", "cut", "missing", "garbage"])
def test_a_damaged_folder_says_how_to_build_it_anew(tmp_path: Path, suffix: str, damage: str) -> None:
    fill(tmp_path / "index")
    if (suffix, damage) == ("meta.json", "missing"):
        pytest.skip("an index without its list of segments is a new one")
    for path in (tmp_path / "index").glob(f"*{suffix}"):
        content = path.read_bytes()
        if damage == "missing":
            path.unlink()
        else:
            path.write_bytes(
                {"emptied": b"", "cut": content[: len(content) // 2]}.get(damage, b"\xff" * len(content))
            )

    with pytest.raises(IndexUnavailable) as caught:
        read_all(tmp_path / "index")

    assert "veilleur reindex" in caught.value.remedy


def test_records_that_are_no_database_are_an_index_unavailable(tmp_path: Path) -> None:
    fill(tmp_path / "index")
    for path in (tmp_path / "index").glob("records.db*"):
        path.write_bytes(b"no database" * 1000)

    with closing(open_embedded(tmp_path / "index")) as index, pytest.raises(IndexUnavailable) as caught:
        index.outcomes(since=MORNING, until=MORNING)

    assert "veilleur reindex" in caught.value.remedy


def test_an_index_of_another_version_says_how_to_build_it_anew(tmp_path: Path) -> None:
    fill(tmp_path / "index")
    (tmp_path / "index" / "version").write_text("0\n")

    with pytest.raises(IndexUnavailable, match="another version") as caught:
        open_embedded(tmp_path / "index")

    assert "veilleur reindex" in caught.value.remedy


def test_a_folder_that_cannot_be_made_is_an_index_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(IndexUnavailable, match="cannot be made"):
        open_embedded(tmp_path / "file" / "index")


def test_a_second_writer_is_told_that_another_writes(tmp_path: Path) -> None:
    with (
        closing(open_embedded(tmp_path / "index")) as first,
        closing(open_embedded(tmp_path / "index")) as second,
    ):
        first.put([document("one")])

        with pytest.raises(IndexUnavailable, match="being written"):
            second.put([document("two")])


def test_the_folder_is_for_its_owner_only(tmp_path: Path) -> None:
    fill(tmp_path / "index")

    assert (tmp_path / "index").stat().st_mode & 0o077 == 0


def test_more_values_than_the_engine_counts_at_once_are_counted_all(tmp_path: Path) -> None:
    def tagged(each: int) -> tuple[str, ...]:
        return ("common", *(f"t{each * 1000 + number}" for number in range(1000)))

    with closing(EmbeddedIndex.open(tmp_path / "index")) as index:
        index.put(document(f"{chr(97 + each % 26)}{each}", tags=tagged(each)) for each in range(70))
        index.commit()

        assert index.distinct(EVERYTHING, "tag") == 70_001
        assert index.terms(EVERYTHING, "tag", limit=2) == (
            TermCount(term="common", count=70),
            TermCount(term="t0", count=1),
        )


def test_a_deep_page_is_right_to_its_end(tmp_path: Path) -> None:
    with closing(EmbeddedIndex.open(tmp_path / "index")) as index:
        index.put(document(f"p{each:05d}", engagement=each % 2) for each in range(10_050))
        index.commit()

        page = index.search(EVERYTHING, sort="-engagement", limit=10, offset=9_990)

    assert [hit.document.id for hit in page.hits] == [f"p{each:05d}" for each in range(9_930, 9_950, 2)]
    assert page.total == 10_050
