"""Reports on their way: after the digest, to everybody, at most once, whatever breaks between."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from search.books.ledger import Ledger
from search.deliver.outbox import read_deliveries
from search.deliver.report_parcel import number_of
from search.deliver.rounds import Rounds
from search.folder import WatchFolder
from search.window import month_before, week_before
from tests.delivering import Hook, Postbox, smtp_server, webhook_server
from tests.memory_index import MemoryIndex
from tests.morning import watchlist
from tests.test_search_communities import answered_and_not, read_daily
from watchlists.model import Delivery, Mail, Watchlist, Webhook

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PARIS = "Europe/Paris"
MONDAY = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
ADA = "ada@nimbo.example"


def test_periods_have_numbers_that_grow() -> None:
    newyear = week_before(datetime(2027, 1, 4, 12, 0, tzinfo=UTC), timezone=PARIS)

    assert number_of("week", newyear) == 202653
    assert number_of("week", week_before(MONDAY, timezone=PARIS)) == 202647
    assert number_of("month", month_before(MONDAY, timezone=PARIS)) == 202610


class Killed(BaseException):
    """The program ends here."""


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    with smtp_server() as found:
        yield found


@pytest.fixture
def hook() -> Iterator[Hook]:
    with webhook_server() as found:
        yield found


def watch_of(postbox: Postbox, **changes: object) -> Watchlist:
    mail = Mail(
        host="127.0.0.1", port=postbox.port, security="none", sender="veille@nimbo.example", to=(ADA,)
    )
    settings = {"mail": mail, "webhooks": (Webhook(id="equipe", url_env="HOOK"),), "weekly": True}
    return watchlist(delivery=Delivery(**{**settings, **changes}))  # type: ignore[arg-type]


def hand_over(root: Path, watch: Watchlist, hook: Hook, *, now: datetime, **changes: object) -> list[str]:
    """One invocation: parcels and what came of them."""
    settings: dict[str, object] = {"pause": lambda _: None} | changes
    with Ledger.open(root / "ledger.db") as ledger:
        rounds = Rounds(
            folder=WatchFolder(root=root),
            watchlist=watch,
            index=MemoryIndex(answered_and_not(), read_daily(60)),
            ledger=ledger,
            environ={"HOOK": hook.url},
            now=now,
            **settings,  # type: ignore[arg-type]
        )
        return [f"{each.parcel} {each.recipient} {each.state}" for each in rounds.deliver()]


def subjects(postbox: Postbox) -> list[str]:
    return [str(message_from_bytes(body, policy=default)["Subject"]) for _, body in postbox.mails]


def test_mondays_digest_is_followed_by_the_report_with_its_figures(
    tmp_path: Path, postbox: Postbox, hook: Hook
) -> None:
    watch = watch_of(postbox)

    first = hand_over(tmp_path, watch, hook, now=MONDAY)
    again = hand_over(tmp_path, watch, hook, now=MONDAY + DAY)

    assert first[-3:] == [
        "week:202647 files sent",
        f"week:202647 mail:{ADA} sent",
        "week:202647 webhook:equipe sent",
    ]
    assert all(each.startswith("digest:") for each in [*first[:3], *again])
    mail = message_from_bytes(postbox.mails[1][1], policy=default)
    assert mail["Subject"].startswith("Semaine du 16 novembre · ")
    (table,) = mail.iter_attachments()
    assert table.get_filename() == "report-2026-W47.csv"
    assert table.get_content_type() == "text/csv"
    body = mail.get_body(("plain",))
    assert body is not None
    assert "ÉCARTS MESURÉS AVEC LE MEILLEUR RIVAL" in body.get_content()
    assert (tmp_path / ".veilleur" / "digests" / "report-2026-W47.html").exists()
    chat = json.loads(hook.bodies[1])
    assert chat["type"] == "week"


def test_it_is_sent_only_where_the_watch_asks_for_it_and_while_it_is_news(
    tmp_path: Path, postbox: Postbox, hook: Hook
) -> None:
    assert not reports(hand_over(tmp_path / "a", watch_of(postbox, weekly=False), hook, now=MONDAY))
    assert not reports(hand_over(tmp_path / "b", watch_of(postbox), hook, now=MONDAY + 4 * DAY))
    assert len(reports(hand_over(tmp_path / "c", watch_of(postbox), hook, now=MONDAY + 2 * DAY))) == 3


def test_the_month_is_sent_on_its_first_day(tmp_path: Path, postbox: Postbox, hook: Hook) -> None:
    watch = watch_of(postbox, weekly=False, monthly=True)

    assert not reports(hand_over(tmp_path, watch, hook, now=MONDAY))
    sent = reports(hand_over(tmp_path, watch, hook, now=datetime(2026, 12, 1, 7, 0, tzinfo=UTC)))

    assert [each.split()[0] for each in sent] == ["month:202611"] * 3


def reports(handed: list[str]) -> list[str]:
    return [each for each in handed if each.startswith(("week:", "month:"))]


def test_a_crash_in_the_midst_gives_nobody_a_second_report(
    tmp_path: Path, postbox: Postbox, hook: Hook
) -> None:
    watch = watch_of(postbox)
    steps: list[str] = []
    hand_over(tmp_path / "whole", watch, hook, now=MONDAY, step=steps.append)
    digest = steps.index("planned", 1)  # where the report's own steps begin

    for last in range(digest, len(steps)):
        root, left = tmp_path / f"killed at {last}", iter(range(last))
        postbox.mails.clear()

        def stop(_name: str, left: Iterator[int] = left) -> None:
            if next(left, None) is None:
                raise Killed

        with pytest.raises(Killed):
            hand_over(root, watch, hook, now=MONDAY, step=stop)
        hand_over(root, watch, hook, now=MONDAY + HOUR)

        mails = sum(each.startswith("Semaine") for each in subjects(postbox))
        with Ledger.open(root / "ledger.db") as ledger:
            found = read_deliveries(ledger, "WHERE parcel = 'week:202647'")
        states = {each.recipient: each.state for each in found}
        assert mails <= 1
        assert set(states.values()) <= {"sent", "unsure"}
        assert mails == 1 or states[f"mail:{ADA}"] == "unsure"


def test_what_would_be_sent_is_shown_and_nothing_leaves(tmp_path: Path, postbox: Postbox, hook: Hook) -> None:
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        rounds = Rounds(
            folder=WatchFolder(root=tmp_path),
            watchlist=watch_of(postbox),
            index=MemoryIndex(answered_and_not(), read_daily(60)),
            ledger=ledger,
            environ={"HOOK": hook.url},
            now=MONDAY,
        )
        shown = [f"{recipient} {text}" for recipient, text in rounds.preview()]

    assert any(each.endswith("report-2026-W47.html") for each in shown)
    assert any(each.startswith(f"mail:{ADA} Semaine du 16 novembre") for each in shown)
    assert postbox.mails == []
    assert hook.bodies == []
