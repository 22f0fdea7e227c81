"""Each digest to each recipient at most once, whatever breaks between; what may be missing is said."""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

import cli
from search.backends import open_index
from search.books.ledger import Ledger
from search.deliver.outbox import read_deliveries
from search.deliver.rounds import Rounds
from search.folder import WatchFolder
from search.press.printing import print_digest
from tests.delivering import Hook, Postbox, smtp_server, webhook_server
from tests.documents import document, mention
from tests.memory_index import MemoryIndex
from tests.morning import END, history, news, outcomes, watchlist
from watchlists.load import load_watchlist
from watchlists.messages import load_messages
from watchlists.model import Delivery, IndexSettings, Mail, SavedSearch, Watchlist, Webhook

ADA, BOB = "ada@nimbo.example", "bob@nimbo.example"
DAY = timedelta(days=1)


class Killed(BaseException):
    """The program ends here: nothing catches this, as nothing catches a kill."""


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
        host="127.0.0.1", port=postbox.port, security="none", sender="veille@nimbo.example", to=(ADA, BOB)
    )
    hooks = (Webhook(id="equipe", url_env="HOOK"),)
    settings = {"mail": mail, "webhooks": hooks, "public_url": "https://veille.example"}
    return watchlist(delivery=Delivery(**{**settings, **changes}))  # type: ignore[arg-type]


def rounds(
    root: Path, watch: Watchlist, hook: Hook, ledger: Ledger, *, now: datetime = END, **changes: object
) -> Rounds:
    later = [
        document(
            f"later{n}",
            source="gazette",
            first_seen=END + n * DAY - timedelta(hours=1),
            mentions=(mention("acme"),),
        )
        for n in range(1, 4)
    ]
    seen = [each for each in [*history(), *news(), *later] if each.first_seen <= now]
    settings: dict[str, object] = {"pause": lambda _: None} | changes
    return Rounds(
        folder=WatchFolder(root=root),
        watchlist=watch,
        index=MemoryIndex(seen, outcomes()),
        ledger=ledger,
        environ={"HOOK": hook.url},
        now=now,
        **settings,  # type: ignore[arg-type]
    )


def round_of(root: Path, watch: Watchlist, hook: Hook, **changes: object) -> dict[str, str]:
    """One invocation: what came of each attempt."""
    with Ledger.open(root / "ledger.db") as ledger:
        found = rounds(root, watch, hook, ledger, **changes).deliver()  # type: ignore[arg-type]
        return {each.recipient: each.state for each in found}


def test_everybody_gets_the_digest_once_and_never_again(tmp_path: Path, postbox: Postbox, hook: Hook) -> None:
    watch = watch_of(postbox)

    first = round_of(tmp_path, watch, hook)
    again = round_of(tmp_path, watch, hook)

    assert first == {"files": "sent", f"mail:{ADA}": "sent", f"mail:{BOB}": "sent", "webhook:equipe": "sent"}
    assert again == {}
    assert Counter(to for to, _ in postbox.mails) == {ADA: 1, BOB: 1}
    assert len(hook.bodies) == 1
    assert b"https://veille.example/2026-11-20.html" in hook.bodies[0]


def test_the_folder_gets_the_kept_bytes_and_the_feeds(tmp_path: Path, postbox: Postbox, hook: Hook) -> None:
    round_of(tmp_path, watch_of(postbox, folder="public"), hook)

    with Ledger.open(tmp_path / "ledger.db") as ledger:
        kept = ledger.last()
        assert kept is not None
        assert (tmp_path / "public" / "2026-11-20.html").read_bytes() == ledger.rendering(kept.key, "html")
    names = {path.name for path in (tmp_path / "public").iterdir()}
    assert names == {
        *(f"2026-11-20.{suffix}" for suffix in ("html", "txt", "md", "json")),
        *(f"feed-{name}.{suffix}" for name in ("digests", "stories") for suffix in ("xml", "json")),
    }


def test_a_passing_refusal_is_tried_again_after_a_pause(tmp_path: Path, postbox: Postbox, hook: Hook) -> None:
    hook.statuses += [503, 429]
    pauses: list[float] = []

    found = round_of(tmp_path, watch_of(postbox), hook, pause=pauses.append)

    assert found["webhook:equipe"] == "sent"
    assert len(hook.bodies) == 1
    assert pauses == [5.0, 30.0]


def test_what_was_refused_goes_with_the_next_delivery_and_nobody_else_gets_it_twice(
    tmp_path: Path, postbox: Postbox, hook: Hook
) -> None:
    watch = watch_of(postbox)
    postbox.rcpt_answers[BOB] = "550 No such user"
    assert round_of(tmp_path, watch, hook)[f"mail:{BOB}"] == "refused"
    postbox.rcpt_answers.clear()

    round_of(tmp_path, watch, hook, now=END + DAY)

    assert Counter(to for to, _ in postbox.mails) == {ADA: 2, BOB: 2}
    assert len(hook.bodies) == 2


def test_a_refusal_of_long_ago_is_let_go(tmp_path: Path, postbox: Postbox, hook: Hook) -> None:
    watch = watch_of(postbox)
    postbox.rcpt_answers[BOB] = "550 No such user"
    round_of(tmp_path, watch, hook)
    postbox.rcpt_answers.clear()

    round_of(tmp_path, watch, hook, now=END + 4 * DAY)

    assert Counter(to for to, _ in postbox.mails) == {ADA: 2, BOB: 1}


def test_an_ambiguous_sending_is_not_repeated_and_the_next_digest_says_so(
    tmp_path: Path, postbox: Postbox, hook: Hook
) -> None:
    watch = watch_of(postbox)
    postbox.data_answers.append("drop")
    assert round_of(tmp_path, watch, hook)[f"mail:{ADA}"] == "unsure"
    assert round_of(tmp_path, watch, hook) == {}

    round_of(tmp_path, watch, hook, now=END + DAY)
    round_of(tmp_path, watch, hook, now=END + 2 * DAY)

    assert Counter(to for to, _ in postbox.mails) == {ADA: 3, BOB: 3}
    pages = [
        " ".join((tmp_path / ".veilleur" / "digests" / f"2026-11-{day}.txt").read_text().split())
        for day in (20, 21, 22)
    ]
    assert [f"mail:{ADA}" in page for page in pages] == [False, True, False]
    assert "On ne sait pas si" in pages[1]


def test_a_digest_shown_by_hand_before_the_hour_is_delivered_too(
    tmp_path: Path, postbox: Postbox, hook: Hook
) -> None:
    watch = watch_of(postbox)
    round_of(tmp_path, watch, hook)
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        by_hand = rounds(tmp_path, watch, hook, ledger, now=END + DAY - timedelta(minutes=30))
        print_digest(by_hand.index, watch, ledger, now=by_hand.now, messages=load_messages("fr"))

    round_of(tmp_path, watch, hook, now=END + DAY)

    with Ledger.open(tmp_path / "ledger.db") as ledger:
        assert Counter(to for to, _ in postbox.mails)[ADA] == len(ledger.all()) >= 2
        assert {each.number for each in read_deliveries(ledger)} == {each.key for each in ledger.all()}


def test_nothing_is_built_on_a_day_off_nor_sent_when_empty_is_not_wanted(
    tmp_path: Path, postbox: Postbox, hook: Hook
) -> None:
    assert round_of(tmp_path, watch_of(postbox, days=(5, 6)), hook) == {}
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        assert ledger.last() is None
        empty = rounds(tmp_path, watch_of(postbox, when_empty=False), hook, ledger, now=END - 60 * DAY)
        assert list(empty.deliver()) == []
    assert not postbox.mails


def test_asked_every_hour_it_is_built_from_its_hour_on_and_once(
    tmp_path: Path, postbox: Postbox, hook: Hook
) -> None:
    watch = watch_of(postbox, hour=time(8, 30))
    eight = END.astimezone(ZoneInfo(watch.timezone)).replace(hour=8, minute=7)
    sent = {
        hour: round_of(tmp_path, watch, hook, now=eight + timedelta(hours=hour), waits_for_hour=True)
        for hour in range(-7, 6)
    }

    assert [hour for hour, states in sent.items() if states] == [1]
    assert len(postbox.mails) == len(watch.delivery.mail.to if watch.delivery.mail else ())


@pytest.mark.parametrize(
    ("days", "carried"), [((0, 1, 2, 3, 4), 3), ((0, 1, 2, 3, 4, 5, 6), 1)], ids=["working-days", "every-day"]
)
def test_monday_carries_the_week_end_where_nothing_is_sent_on_it(
    tmp_path: Path, postbox: Postbox, hook: Hook, days: tuple[int, ...], carried: int
) -> None:
    watch = watch_of(postbox, days=days)
    for number in range(4):  # Friday to Monday
        round_of(tmp_path, watch, hook, now=END + number * DAY)

    with Ledger.open(tmp_path / "ledger.db") as ledger:
        monday = ledger.last()
        assert monday is not None
        assert monday.day.weekday() == 0
        assert monday.window.end - monday.window.start == carried * DAY
        assert ledger.told_by(monday.key) == {f"later{n}" for n in range(4 - carried, 4)}


def test_a_later_recipient_gets_the_newest_digest_and_no_older_one(
    tmp_path: Path, postbox: Postbox, hook: Hook
) -> None:
    round_of(tmp_path, watch_of(postbox, mail=None), hook)

    round_of(tmp_path, watch_of(postbox), hook, now=END + DAY)

    assert Counter(to for to, _ in postbox.mails) == {ADA: 1, BOB: 1}


def test_a_folder_that_cannot_be_written_is_a_refusal_that_stops_nobody_else(
    tmp_path: Path, postbox: Postbox, hook: Hook
) -> None:
    (tmp_path / "public").write_text("not a folder", encoding="utf-8")

    found = round_of(tmp_path, watch_of(postbox, folder="public"), hook)

    assert found["files"] == "refused"
    assert found[f"mail:{ADA}"] == "sent"


STEPS = ("planned", "intended", "handed", "recorded")


@pytest.mark.slow
def test_killed_a_hundred_times_nobody_gets_two_and_what_may_be_missing_is_said(
    tmp_path: Path, postbox: Postbox, hook: Hook
) -> None:
    chance = random.Random(20)
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        made = rounds(tmp_path, watch_of(postbox), hook, ledger)
        print_digest(made.index, made.watchlist, ledger, now=END, messages=load_messages("fr"))
    watch = watch_of(postbox, days=())  # what is kept is delivered, and nothing built
    lost: set[tuple[str, str]] = set()
    for number in range(100):
        root = tmp_path / str(number)
        root.mkdir()
        shutil.copy(tmp_path / "ledger.db", root)
        name = chance.choice(STEPS)
        fatal = (name, 0 if name == "planned" else chance.randrange(4))
        postbox.mails.clear()
        hook.bodies.clear()

        with pytest.raises(Killed):
            round_of(root, watch, hook, step=kill_at(*fatal))
        told = round_of(root, watch, hook)
        assert round_of(root, watch, hook) == {}

        got = Counter({"webhook:equipe": len(hook.bodies)})
        got.update(f"mail:{to}" for to, _ in postbox.mails)
        assert max(got.values()) <= 1
        with Ledger.open(root / "ledger.db") as ledger:
            unsure = {each.recipient for each in read_deliveries(ledger, "WHERE state = 'unsure'")}
        everybody = {f"mail:{ADA}", f"mail:{BOB}", "webhook:equipe"}
        assert everybody - {name for name, count in got.items() if count} <= unsure
        assert unsure <= {name for name, state in told.items() if state != "sent"}
        lost |= {(fatal[0], name) for name in unsure}
    assert {step for step, _ in lost} == {"intended", "handed"}


def kill_at(name: str, times: int) -> object:
    """A step that ends the program the next time after `times` others of that name."""
    left = [times]

    def step(done: str) -> None:
        if done == name:
            left[0] -= 1
            if left[0] < 0:
                raise Killed

    return step


TOML = """
[watch]
name = "Veille Nimbo"
language = "en"

[[organisation]]
id = "acme"
name = "Acme Vélo"

[[source]]
id = "acme-blog"
url = "https://blog.acme.example/feed"
organisation = "acme"

[delivery.mail]
host = "127.0.0.1"
port = {port}
security = "none"
sender = "veille@nimbo.example"
to = ["ada@nimbo.example"]

[[delivery.webhook]]
id = "equipe"
url_env = "VEILLEUR_TEST_HOOK"
"""


@pytest.fixture
def folder(tmp_path: Path, postbox: Postbox) -> Path:
    (tmp_path / "watchlist.toml").write_text(TOML.format(port=postbox.port), encoding="utf-8")
    index = open_index(IndexSettings(), folder=tmp_path / ".veilleur" / "index", environ={})
    index.put([*history(), *news()])
    index.commit()
    index.close()
    return tmp_path


def run(folder: Path, *arguments: str, hook: str) -> Result:
    return CliRunner().invoke(
        cli.veilleur,
        ["--watch", str(folder), "--now", END.isoformat(), "digest", *arguments],
        obj=cli.start_context(),
        env={"VEILLEUR_TEST_HOOK": hook},
    )


def test_the_command_previews_then_delivers_then_has_nothing_to_do(
    folder: Path, postbox: Postbox, hook: Hook
) -> None:
    shown = run(folder, "--dry-run", hook=hook.url)
    assert shown.exit_code == 0, shown.output
    assert [line.split(": ")[0] for line in shown.stdout.splitlines()] == [
        "files", "mail:ada@nimbo.example", "webhook:equipe",
    ]  # fmt: skip
    assert not postbox.mails
    assert not hook.bodies
    assert not (folder / ".veilleur" / "digests").exists()

    sent = run(folder, "--deliver", hook=hook.url)
    assert sent.exit_code == 0, sent.output
    assert "Sent to mail:ada@nimbo.example." in sent.stderr
    assert (len(postbox.mails), len(hook.bodies)) == (1, 1)

    assert run(folder, "--dry-run", hook=hook.url).stdout.strip() == "Nothing would be sent."
    assert run(folder, "--deliver", hook=hook.url).exit_code == 0
    assert (len(postbox.mails), len(hook.bodies)) == (1, 1)


def test_a_failed_delivery_is_told_and_ends_in_an_error(folder: Path, postbox: Postbox, hook: Hook) -> None:
    postbox.rcpt_answers[ADA] = "550 No such user"

    result = run(folder, "--deliver", hook=hook.url)

    assert result.exit_code == 1
    assert "Refused by mail:ada@nimbo.example: 550 No such user" in result.stderr
    assert hook.url not in result.output
    assert len(hook.bodies) == 1


def test_delivering_goes_with_no_other_option(folder: Path, hook: Hook) -> None:
    assert run(folder, "--deliver", "--format", "html", hook=hook.url).exit_code == 2


def test_a_saved_search_gets_a_feed_of_its_own(folder: Path, postbox: Postbox, hook: Hook) -> None:
    text = (folder / "watchlist.toml").read_text(encoding="utf-8")
    saved = CliRunner().invoke(
        cli.veilleur,
        ["--watch", str(folder), "search", "title:cargo", "--save", "Vélo cargo", "--feed"],
        obj=cli.start_context(),
    )
    assert saved.exit_code == 0, saved.output
    assert (folder / "watchlist.toml").read_text(encoding="utf-8").startswith(text)
    assert load_watchlist(folder / "watchlist.toml").searches == (
        SavedSearch(id="velo-cargo", name="Vélo cargo", query="title:cargo", feed=True),
    )

    assert run(folder, "--deliver", hook=hook.url).exit_code == 0

    feed = json.loads((folder / ".veilleur" / "digests" / "feed-search-velo-cargo.json").read_text("utf-8"))
    assert feed["title"] == "Vélo cargo"
    assert "Le vélo cargo pliant débarque à Nantes" in [each["title"] for each in feed["items"]]


def test_a_search_without_query_is_not_saved(folder: Path, hook: Hook) -> None:
    result = CliRunner().invoke(
        cli.veilleur, ["--watch", str(folder), "search", "--save", "Rien"], obj=cli.start_context()
    )

    assert result.exit_code == 2
