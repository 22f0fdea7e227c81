"""Alerts at the end of a run: once to each recipient, quiet hours kept, nothing lost in silence."""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from crawlers.locks import hold_lock
from pipelines.document import Document
from search.alert_book import check_alerts
from search.books.ledger import Ledger
from search.deliver.channels import open_channels
from search.deliver.dispatch import Dispatch, dispatch
from search.deliver.missing import tell_missing
from search.deliver.outbox import read_deliveries
from search.folder import WatchFolder
from search.press.printing import print_digest
from search.render.json import read_json
from search.wording.voice import Voice
from tests.crawling import Watch, rss
from tests.cycling import veilleur
from tests.delivering import Hook, Postbox, smtp_server, webhook_server
from tests.hostile_titles import HOSTILE_TITLES
from tests.memory_index import MemoryIndex
from tests.morning import END, watchlist
from tests.test_search_alerts import angry, reading, usual, worse
from tests.test_search_deliver_outbox import ADA, BOB, Killed, kill_at
from tests.web import Web
from watchlists.messages import load_messages
from watchlists.model import Alerts, Delivery, Mail, Watchlist, Webhook

HOUR = timedelta(hours=1)
NIGHT = Alerts(quiet_from=time(22), quiet_until=time(10))
"""The crisis of these tests is at five and six in the morning in Paris."""
EVERYBODY = {f"mail:{ADA}": "sent", f"mail:{BOB}": "sent", "webhook:equipe": "sent"}


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    with smtp_server() as found:
        yield found


@pytest.fixture
def hook() -> Iterator[Hook]:
    with webhook_server() as found:
        yield found


def watch_of(postbox: Postbox, **changes: Any) -> Watchlist:
    delivery = {
        "mail": Mail(
            host="127.0.0.1", port=postbox.port, security="none", sender="veille@nimbo.example", to=(ADA, BOB)
        ),
        "webhooks": (Webhook(id="equipe", url_env="HOOK"),),
    }
    return watchlist(delivery=Delivery(**{**delivery, **changes.pop("delivery", {})}), **changes)


def end_run(
    root: Path,
    watch: Watchlist,
    hook: Hook,
    documents: Sequence[Document],
    *,
    now: datetime = END,
    **changes: Any,
) -> dict[str, str]:
    """What a run does last: judge, then tell; what came of each attempt."""
    index = MemoryIndex([each for each in documents if each.first_seen <= now], reading(now))
    with Ledger.open(root / "ledger.db") as ledger:
        check_alerts(index, watch, ledger, now=now)
        errand = Dispatch(
            watchlist=watch,
            index=index,
            ledger=ledger,
            channels=open_channels(watch, {"HOOK": hook.url}),
            now=now,
            pause=lambda _: None,
            **changes,
        )
        return {each.recipient: each.state for each in errand.send()}


def mails(postbox: Postbox) -> list[EmailMessage]:
    found = [message_from_bytes(body, policy=policy.default) for to, body in postbox.mails if to == ADA]
    assert all(isinstance(each, EmailMessage) for each in found)
    return found


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    body = message.get_body((kind,))
    assert body is not None
    return " ".join(str(body.get_content()).split())


CALM_AND_ANGRY = [*usual(), *angry(text="Une arnaque, remboursez ! Plus rien ne marche.", title="Arnaque")]


def test_an_alert_leaves_once_to_everybody_at_the_end_of_the_run(
    tmp_path: Path, postbox: Postbox, hook: Hook
) -> None:
    watch = watch_of(postbox)

    first = end_run(tmp_path, watch, hook, CALM_AND_ANGRY)
    again = end_run(tmp_path, watch, hook, CALM_AND_ANGRY)
    later = end_run(tmp_path, watch, hook, CALM_AND_ANGRY, now=END + HOUR)

    assert first == EVERYBODY
    assert again == later == {}
    assert Counter(to for to, _ in postbox.mails) == {ADA: 1, BOB: 1}
    assert len(hook.bodies) == 1


def test_the_mail_says_why_with_every_part_the_posts_the_latency_and_how_to_get_fewer(
    tmp_path: Path, postbox: Postbox, hook: Hook
) -> None:
    end_run(tmp_path, watch_of(postbox, language="en"), hook, CALM_AND_ANGRY)
    (message,) = mails(postbox)

    assert message["Subject"].startswith("Alert: Nimbo, 8 authors in ")
    assert len(message["Subject"]) <= 65
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"]
    assert message["Importance"] is None
    assert not message.defects
    for body in (text_of(message), text_of(message, "html")):
        assert "8 texts by 8 authors speaking badly of Nimbo in" in body
        assert "3 hours after the first text, of Friday 20 November 05:00." in body
        assert "Words of crisis: arnaque" in body
        assert "Places: La Gazette des villes" in body
        assert "and 3 more" in body
        assert "https://www.gazette.example/angry07" in body
        assert "Une arnaque, remboursez !" in body
        assert "quiet_until under [alerts]" in body
    html = text_of(message, "html")
    assert "<script" not in html
    assert "<style" not in html
    assert "src=" not in html


def test_the_french_mail_is_french(tmp_path: Path, postbox: Postbox, hook: Hook) -> None:
    end_run(tmp_path, watch_of(postbox), hook, CALM_AND_ANGRY)
    (message,) = mails(postbox)

    assert message["Subject"].startswith("Alerte\u00a0: Nimbo, 8 auteurs")
    assert "3 heures après le premier texte" in text_of(message)
    assert message["Content-Language"] == "fr"


def test_chats_get_titles_and_counts_and_quotes_only_where_asked_for(
    tmp_path: Path, postbox: Postbox, hook: Hook
) -> None:
    hooks = (Webhook(id="equipe", url_env="HOOK"), Webhook(id="sous-sol", url_env="HOOK", texts=True))
    end_run(tmp_path, watch_of(postbox, delivery={"mail": None, "webhooks": hooks}), hook, CALM_AND_ANGRY)
    without, asked = (json.loads(body) for body in hook.bodies)

    assert without["type"] == "alert"
    assert without["documents"] == 8
    assert without["sections"][0]["stories"][0]["title"] == "Arnaque"
    assert "8 auteurs" in without["coverage"]
    assert "remboursez" not in json.dumps(without)
    assert "remboursez" in json.dumps(asked)


def test_quiet_hours_hold_an_alert_back_and_the_first_run_after_them_sends_it(
    tmp_path: Path, postbox: Postbox, hook: Hook
) -> None:
    watch = watch_of(postbox, alerts=NIGHT)

    held = end_run(tmp_path, watch, hook, CALM_AND_ANGRY)
    sent = end_run(tmp_path, watch, hook, CALM_AND_ANGRY, now=END + 2 * HOUR)

    assert held == {}
    assert sent == EVERYBODY
    assert "Dit seulement maintenant" in text_of(mails(postbox)[0])


def test_a_red_alert_wakes_people(tmp_path: Path, postbox: Postbox, hook: Hook) -> None:
    crisis = [*usual(), *angry(50)]

    assert end_run(tmp_path, watch_of(postbox, alerts=NIGHT), hook, crisis) == EVERYBODY

    (message,) = mails(postbox)
    assert message["Subject"].startswith("Alerte rouge")
    assert message["Importance"] == "high"


def test_what_turns_red_and_what_ends_is_told_too(tmp_path: Path, postbox: Postbox, hook: Hook) -> None:
    documents = [*usual(), *angry(6), *worse()]
    for hours in range(-2, 48, 2):
        end_run(tmp_path, watch_of(postbox), hook, documents, now=END + hours * HOUR)

    subjects = [str(each["Subject"]) for each in mails(postbox)]
    assert [each.split("\u00a0:")[0] for each in subjects] == ["Alerte", "Alerte rouge", "Fin de l’alerte"]
    assert "Rien d’inhabituel sur Nimbo depuis douze heures" in text_of(mails(postbox)[-1])


def test_what_a_new_sources_first_reading_brings_alarms_nobody(
    tmp_path: Path, postbox: Postbox, hook: Hook
) -> None:
    history = [replace(each, is_backfill=True) for each in angry(50)]

    assert end_run(tmp_path, watch_of(postbox), hook, [*usual(), *history]) == {}


@pytest.mark.parametrize("alerts", [Alerts(deliver=False), Alerts(enabled=False)], ids=["kept-in", "off"])
def test_alerts_that_are_not_to_leave_stay(
    tmp_path: Path, postbox: Postbox, hook: Hook, alerts: Alerts
) -> None:
    assert end_run(tmp_path, watch_of(postbox, alerts=alerts), hook, CALM_AND_ANGRY) == {}
    assert not postbox.mails


def test_a_later_recipient_gets_no_older_alert(tmp_path: Path, postbox: Postbox, hook: Hook) -> None:
    end_run(tmp_path, watch_of(postbox, delivery={"mail": None}), hook, CALM_AND_ANGRY)

    assert end_run(tmp_path, watch_of(postbox), hook, CALM_AND_ANGRY, now=END + HOUR) == {}


def test_a_refusal_is_tried_again_by_the_next_runs_for_a_day_and_the_digest_tells_it(
    tmp_path: Path, postbox: Postbox, hook: Hook
) -> None:
    watch = watch_of(postbox)
    postbox.rcpt_answers[BOB] = "550 No such user"
    assert end_run(tmp_path, watch, hook, CALM_AND_ANGRY)[f"mail:{BOB}"] == "refused"
    assert end_run(tmp_path, watch, hook, CALM_AND_ANGRY, now=END + HOUR) == {f"mail:{BOB}": "refused"}

    assert missing(tmp_path) == f"1 message (alerte, recherche ou rapport) n’est pas arrivé à mail:{BOB}."
    postbox.rcpt_answers.clear()
    assert end_run(tmp_path, watch, hook, CALM_AND_ANGRY, now=END + 2 * HOUR) == {f"mail:{BOB}": "sent"}
    assert missing(tmp_path) == ""


def test_a_refusal_of_more_than_a_day_is_left_to_the_digest(
    tmp_path: Path, postbox: Postbox, hook: Hook
) -> None:
    watch = watch_of(postbox)
    postbox.rcpt_answers[BOB] = "550 No such user"
    end_run(tmp_path, watch, hook, CALM_AND_ANGRY)
    postbox.rcpt_answers.clear()

    assert end_run(tmp_path, watch, hook, CALM_AND_ANGRY, now=END + 30 * HOUR).get(f"mail:{BOB}") != "refused"
    assert all("Fin" in each["Subject"] for to, body in postbox.mails if to == BOB
               for each in [message_from_bytes(body, policy=policy.default)])  # fmt: skip


def test_an_ambiguous_sending_is_not_repeated_and_the_next_digest_says_so(
    tmp_path: Path, postbox: Postbox, hook: Hook
) -> None:
    watch = watch_of(postbox)
    index = MemoryIndex(CALM_AND_ANGRY, reading())
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        print_digest(index, watch, ledger, now=END - HOUR, messages=load_messages("fr"))
    postbox.data_answers.append("drop")

    assert end_run(tmp_path, watch, hook, CALM_AND_ANGRY)[f"mail:{ADA}"] == "unsure"
    assert end_run(tmp_path, watch, hook, CALM_AND_ANGRY, now=END + HOUR) == {}

    with Ledger.open(tmp_path / "ledger.db") as ledger:
        printed = print_digest(index, watch, ledger, now=END + HOUR, messages=load_messages("fr"))
    note = read_json(printed.renderings["json"]).note
    assert note.startswith("On ne sait pas si 1 message (alerte,")
    assert f"mail:{ADA}" in note


def missing(root: Path) -> str:
    voice = Voice(language="fr", timezone="Europe/Paris", messages=load_messages("fr"))
    with Ledger.open(root / "ledger.db") as ledger:
        return tell_missing(ledger, voice, since=END - HOUR)


@pytest.mark.slow
def test_killed_a_hundred_times_nobody_is_alerted_twice_and_what_may_be_missing_is_said(
    tmp_path: Path, postbox: Postbox, hook: Hook
) -> None:
    chance = random.Random(7)
    watch = watch_of(postbox)
    index = MemoryIndex(CALM_AND_ANGRY, reading())
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        check_alerts(index, watch, ledger, now=END)
    everybody = set(EVERYBODY)
    for number in range(100):
        root = tmp_path / str(number)
        root.mkdir()
        shutil.copy(tmp_path / "ledger.db", root)
        name = chance.choice(("planned", "intended", "handed", "recorded"))
        times = 0 if name == "planned" else chance.randrange(3)
        postbox.mails.clear()
        hook.bodies.clear()

        with pytest.raises(Killed):
            end_run(root, watch, hook, CALM_AND_ANGRY, step=kill_at(name, times))
        told = end_run(root, watch, hook, CALM_AND_ANGRY)
        assert end_run(root, watch, hook, CALM_AND_ANGRY) == {}

        got = Counter({"webhook:equipe": len(hook.bodies)})
        got.update(f"mail:{to}" for to, _ in postbox.mails)
        assert max(got.values()) <= 1
        with Ledger.open(root / "ledger.db") as ledger:
            unsure = {each.recipient for each in read_deliveries(ledger, "WHERE state = 'unsure'")}
        assert everybody - {name for name, count in got.items() if count} <= unsure
        assert unsure <= {name for name, state in told.items() if state == "unsure"}
        assert len(unsure) <= 1
        assert all(name in missing(root) for name in unsure)


def test_a_run_beside_a_delivery_leaves_the_telling_to_the_next_one(tmp_path: Path, postbox: Postbox) -> None:
    folder = WatchFolder(root=tmp_path)
    with hold_lock(folder.deliver_lock):
        assert dispatch(folder, watch_of(postbox), now=END, environ={}) == ()


def test_servers_that_are_not_there_and_secrets_that_are_missing_stop_nothing(
    tmp_path: Path, hook: Hook
) -> None:
    with smtp_server() as gone:
        watch = watch_of(gone, delivery={"apprise_env": ("NO_SUCH_VARIABLE",)})

    found = end_run(tmp_path, watch, hook, CALM_AND_ANGRY)

    assert set(found.values()) == {"refused", "sent"}
    assert found["webhook:equipe"] == "sent"


@pytest.mark.parametrize("title", HOSTILE_TITLES[::4], ids=range(len(HOSTILE_TITLES[::4])))
def test_a_hostile_title_is_only_text_in_an_alert(
    tmp_path: Path, postbox: Postbox, hook: Hook, title: str
) -> None:
    end_run(tmp_path, watch_of(postbox), hook, [*usual(), *angry(title=title, text=title)])
    (message,) = mails(postbox)

    html = text_of(message, "html")
    assert not any(each in html for each in ("<script", "<img", "<iframe", "<svg", "javascript:"))
    assert "\n" not in message["Subject"]
    brief = json.loads(hook.bodies[0])
    assert brief["sections"][0]["stories"]


def test_what_was_erased_meanwhile_is_not_quoted(tmp_path: Path, postbox: Postbox, hook: Hook) -> None:
    gone = [replace(each, deleted=END) if each.id == "angry07" else each for each in CALM_AND_ANGRY]

    end_run(tmp_path, watch_of(postbox), hook, gone)

    assert "example/angry07" not in text_of(mails(postbox)[0])


@pytest.mark.slow
def test_a_whole_run_tells_what_a_saved_search_newly_found_and_says_what_it_sent(
    tmp_path: Path, hook: Hook
) -> None:
    watch = Watch(folder=tmp_path)
    first = ("/a", "Panne à la gare", "Fri, 20 Nov 2026 05:00:00 GMT")
    second = ("/b", "Encore une panne", "Fri, 20 Nov 2026 07:30:00 GMT")
    with Web() as web:
        watch.add("blog", web.url("/feed"), every="1h")
        path = watch.write()
        path.write_text(
            path.read_text("utf-8")
            + '[[search]]\nid = "pannes"\nname = "Pannes"\nquery = "panne"\nalert = true\n'
            + '[[delivery.webhook]]\nid = "equipe"\nurl_env = "VEILLEUR_TEST_HOOK"\n',
            encoding="utf-8",
        )
        done = []
        for hours, entries in enumerate(((first,), (second, first), (second, first))):
            web.page("/feed", rss(*entries))
            now = (END + hours * HOUR).isoformat()
            done.append(veilleur(tmp_path, "run", "--now", now, VEILLEUR_TEST_HOOK=hook.url))

    assert [each.returncode for each in done] == [0, 0, 0], done
    said = ["Saved search: sent to webhook:equipe." in each.stdout for each in done]
    assert said == [False, True, False]
    (body,) = (json.loads(each) for each in hook.bodies)
    assert body["type"] == "search"
    assert [each["title"] for each in body["sections"][0]["stories"]] == ["Encore une panne"]
