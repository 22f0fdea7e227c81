"""The ledger keeps a digest whole, byte for byte, or not at all."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from search.books.ledger import Kept, Ledger, LedgerError, Told
from search.books.ledger_schema import MIGRATIONS
from search.deliver.outbox import read_deliveries
from search.window import Window

END = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def keep(ledger: Ledger, end: datetime = END, body: bytes = b"page", told: tuple[str, ...] = ()) -> Kept:
    window = Window(start=end - DAY, end=end, timezone="Europe/Paris")
    return ledger.keep(
        window,
        built_at=end,
        language="fr",
        renderings=[("text", body), ("html", b"<p>" + body)],
        told=[Told(document=each, first_seen=end - timedelta(hours=1)) for each in told],
    )


def test_a_digest_is_read_again_byte_for_byte(tmp_path: Path) -> None:
    body = "Tour d’horizon\u00a0: ▁▂▅█\r\n\x00 fin".encode()
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        kept = keep(ledger, body=body)

    with Ledger.open(tmp_path / "ledger.db") as ledger:
        assert ledger.last() == kept
        assert ledger.rendering(kept.key, "text") == body
        assert ledger.rendering(kept.key, "html") == b"<p>" + body
        assert ledger.rendering(kept.key, "markdown") is None


def test_digests_are_found_by_their_local_day(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        assert ledger.last() is None
        first, second = keep(ledger, END - DAY), keep(ledger)
        late = keep(ledger, datetime(2026, 11, 20, 23, 30, tzinfo=UTC))  # already the 21st in Paris

        assert ledger.first() == first
        assert ledger.of_day(date(2026, 11, 20)) == (second,)
        assert ledger.of_day(date(2026, 11, 21)) == (late,)
        assert ledger.days() == (date(2026, 11, 19), date(2026, 11, 20), date(2026, 11, 21))


def test_a_document_stays_with_the_digest_that_told_it_first(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        first = keep(ledger, END - DAY, told=("a", "b"))
        second = keep(ledger, told=("b", "c"))

        assert ledger.told_since(END - 3 * DAY) == {"a", "b", "c"}
        assert ledger.told_since(END - 3 * DAY, before=second.key) == {"a", "b"}
        assert ledger.told_since(END - 3 * DAY, before=first.key) == frozenset()
        assert ledger.told_since(END - DAY) == {"c"}


def test_a_digest_that_cannot_be_kept_whole_is_not_kept(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        window = Window(start=END - DAY, end=END, timezone="Europe/Paris")
        twice = [("text", b"one"), ("text", b"two")]

        with pytest.raises(LedgerError):
            ledger.keep(window, built_at=END, language="fr", renderings=twice, told=[])

        assert ledger.last() is None


def test_only_the_owner_may_read_the_ledger(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "new" / "ledger.db"):
        mode = (tmp_path / "new" / "ledger.db").stat().st_mode

    assert stat.S_IMODE(mode) == 0o600


def test_a_file_that_is_no_ledger_is_named_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_bytes(b"this is no database" * 100)

    with pytest.raises(LedgerError) as caught:
        Ledger.open(tmp_path / "ledger.db")

    what, why, remedy = caught.value.parts()
    assert "ledger.db" in what
    assert "not a database" in why
    assert "moved aside" in remedy


def test_a_ledger_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    Ledger.open(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()

    with pytest.raises(LedgerError, match="newer"):
        Ledger.open(path)


def test_deliveries_of_an_older_ledger_are_still_known(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with closing(sqlite3.connect(path)) as old:
        for script in MIGRATIONS[:3]:
            old.executescript(script)
        old.execute("INSERT INTO digests VALUES (7, '2026-11-20', 'a', 'b', 'UTC', 'c', 'fr')")
        old.execute("INSERT INTO deliveries VALUES (7, 'mail:ada@nimbo.example', 'sent', 'd', '')")
        old.execute("PRAGMA user_version = 3")
        old.commit()

    with Ledger.open(path) as ledger:
        (delivery,) = read_deliveries(ledger)

    assert (delivery.kind, delivery.number, delivery.state) == ("digest", 7, "sent")
    assert delivery.recipient == "mail:ada@nimbo.example"
