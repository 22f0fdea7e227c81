"""Webhooks through a real server; payloads in which strangers' words are only words; feeds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import feedparser
import pytest

from search.deliver.digest_parcel import DigestParcel
from search.deliver.notify import AppriseChannel
from search.deliver.webhook import WebhookChannel
from search.render.feeds import Feed, digest_entry, make_id, story_entries, write_atom, write_json_feed
from search.render.payloads import brief_text, make_brief, make_payload
from tests.delivering import Hook, in_order, parcel, webhook_server
from tests.documents import document, mention
from tests.hostile_titles import HOSTILE_TITLES
from tests.morning import END
from watchlists.errors import DeliveryError
from watchlists.messages import load_messages
from watchlists.model import Webhook

KINDS = ("slack", "mattermost", "discord", "teams", "json")
LINK = "https://veille.example/2026-11-20.html"


@pytest.fixture
def hook() -> Iterator[Hook]:
    with webhook_server() as found:
        yield found


def channel(url: str, kind: str = "json", **changes: Any) -> WebhookChannel:
    settings = Webhook(id="equipe", kind=kind, url_env="HOOK", **changes)  # type: ignore[arg-type]
    return WebhookChannel(settings=settings, read_secret={"HOOK": url}.__getitem__)


def texts_of(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.values():
            yield from texts_of(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts_of(each)
    elif isinstance(value, str):
        yield value


def bare(text: str) -> str:
    """What a reader sees of escaped Markdown."""
    return re.sub(r"\\(.)", r"\1", text).replace("@\u200c", "@")


@pytest.mark.parametrize("kind", KINDS)
def test_every_chat_is_told_the_same_titles_counts_and_link(hook: Hook, kind: str) -> None:
    sent = parcel(link=LINK)

    assert channel(hook.url, kind).send(sent).state == "sent"

    said = bare("\n".join(texts_of(json.loads(hook.bodies[0]))))
    titles = [story.title for story in sent.digest.stories]
    assert len(titles) >= 5
    assert in_order(titles, said)
    assert "2 sources" in said
    assert LINK in said
    quotes = [quote.text for story in sent.digest.stories for quote in story.quotes]
    assert quotes
    assert not [quote for quote in quotes if quote in said and quote not in " ".join(titles)]


@pytest.mark.parametrize("kind", KINDS)
def test_quotes_leave_only_where_that_was_asked_for(kind: str) -> None:
    sent = parcel()
    quote = next(quote.text for story in sent.digest.stories for quote in story.quotes)

    asked = make_payload(kind, sent.brief(texts=True))

    assert quote in bare("\n".join(texts_of(asked)))


@pytest.mark.parametrize(("language", "opening"), [("fr", "«\u00a0"), ("en", "“")])
def test_quotes_stand_in_the_marks_of_the_watch_s_language(language: str, opening: str) -> None:
    digest = replace(parcel().digest, language=language)
    quote = next(quote.text for story in digest.stories for quote in story.quotes)
    brief = make_brief(digest, load_messages(language), texts=True)

    assert f"  {opening}{quote}" in brief_text(brief)
    for kind in ("slack", "teams"):
        assert f"\n{opening}{quote}" in "\n".join(texts_of(make_payload(kind, brief)))
    assert any(f"\n{opening}{quote}" in each.text for each in story_entries([digest]))


def hostile_parcel(title: str) -> DigestParcel:
    hostile = document(
        "hostile", title=title, text=f"{title}. Acme en parle.", source="acme-blog", owner="acme",
        author=title[:50], mentions=(mention("acme"),),
    )  # fmt: skip
    return parcel([hostile], name=title)


@pytest.mark.parametrize("title", [*HOSTILE_TITLES, "@everyone @channel <!channel> <@U024BE7LH> @all"])
def test_a_hostile_title_is_only_text_in_every_chat_and_feed(title: str) -> None:
    sent = hostile_parcel(title)
    shown = sent.digest.stories[0].title
    payloads = {kind: make_payload(kind, sent.brief(texts=True)) for kind in KINDS}

    for kind in ("slack", "teams", "json"):
        assert shown in "\n".join(texts_of(payloads[kind]))
    assert payloads["slack"]["mrkdwn"] is False
    assert "mrkdwn" not in {value for value in texts_of(payloads["slack"]["blocks"]) if value == "mrkdwn"}
    assert not re.search(r"<[!@#]", str(payloads["slack"]["text"]))
    assert payloads["discord"]["allowed_mentions"] == {"parse": []}
    for kind in ("mattermost", "discord"):
        body = "\n".join(texts_of(payloads[kind]))
        assert shown in bare(body)
        assert not re.search(r"@\w", body)
        assert not re.search(r"(?<!\\)(\]\(|<|!\[|`)", body)
    entries = story_entries([sent.digest])
    read = feedparser.parse(write_atom(feed(sent, entries)))
    assert not read.bozo
    root = ET.fromstring(write_atom(feed(sent, entries)))
    assert root.findtext("{*}entry/{*}title") == shown
    assert json.loads(write_json_feed(feed(sent, entries)))["items"][0]["title"] == shown


def test_a_long_morning_fits_what_discord_takes_and_nothing_is_cut_open() -> None:
    many = [
        document(f"d{n}", title=f"[Titre] *numéro* {n} " + "très long " * 9, source="acme-blog", owner="acme")
        for n in range(12)
    ]
    sent = parcel(many)
    embed: Any = make_payload("discord", sent.brief(texts=True))["embeds"]

    assert len(embed[0]["title"]) <= 256
    assert len(embed[0]["description"]) <= 4096


@pytest.mark.parametrize(
    ("status", "state", "is_passing"),
    [
        pytest.param(429, "refused", True, id="too-many"),
        pytest.param(503, "refused", True, id="unavailable"),
        pytest.param(404, "refused", False, id="no-such-hook"),
        pytest.param(302, "refused", False, id="elsewhere"),
        pytest.param(500, "unsure", False, id="server-error"),
        pytest.param(0, "unsure", False, id="hung-up"),
    ],
)
def test_what_an_answer_means(hook: Hook, status: int, state: str, is_passing: bool) -> None:
    hook.statuses.append(status)

    receipt = channel(hook.url).send(parcel())

    assert (receipt.state, receipt.is_passing) == (state, is_passing)


def test_nobody_listening_is_a_passing_refusal_and_the_address_stays_secret(gone: str) -> None:
    receipt = channel(gone).send(parcel())

    assert (receipt.state, receipt.is_passing) == ("refused", True)
    assert "hook" not in receipt.reason


@pytest.mark.parametrize("url", ["ftp://x.example/", "nonsense", "http://127.0.0.1:99999/", "http://[/"])
def test_what_is_no_web_address_is_refused_without_being_told(url: str) -> None:
    receipt = channel(url).send(parcel())

    assert receipt.state == "refused"
    assert url not in receipt.reason


@pytest.fixture
def gone() -> str:
    with webhook_server() as found:
        return found.url


def feed(sent: DigestParcel, entries: tuple[Any, ...]) -> Feed:
    return Feed(
        id=make_id("feed", "x"),
        title="Veille",
        author="Veille Nimbo",
        language="fr",
        updated=END,
        home="https://veille.example/",
        self_url="https://veille.example/feed-digests.xml",
        entries=entries,
    )


def test_a_digest_is_one_entry_that_feed_readers_understand() -> None:
    sent = parcel()
    entry = digest_entry(sent.digest, text=sent.renderings["text"].decode(), url=LINK)

    read = feedparser.parse(write_atom(feed(sent, (entry,))))
    as_json = json.loads(write_json_feed(feed(sent, (entry,))))

    assert not read.bozo
    assert read.version == "atom10"
    assert read.entries[0].title == sent.digest.subject == as_json["items"][0]["title"]
    assert read.entries[0].link == LINK == as_json["items"][0]["url"]
    assert read.entries[0].updated == "2026-11-20T07:00:00Z"
    assert as_json["version"] == "https://jsonfeed.org/version/1.1"
    assert as_json["items"][0]["id"] == read.entries[0].id == entry.id


def test_stories_are_entries_of_their_own_each_once_newest_digest_first() -> None:
    sent = parcel()

    entries = story_entries([sent.digest, sent.digest])

    assert [each.title for each in entries] == [story.title for story in sent.digest.stories]
    assert len({each.id for each in entries}) == len(entries)


@pytest.mark.filterwarnings("ignore:'imghdr':DeprecationWarning")
def test_apprise_sends_titles_to_an_address_it_knows(hook: Hook) -> None:
    pytest.importorskip("apprise", reason="the extra notify is not installed")
    sent = parcel()
    address = hook.url.replace("http://", "json://")

    receipt = AppriseChannel(variable="CHAT", read_secret={"CHAT": address}.__getitem__).send(sent)

    assert receipt.state == "sent"
    assert (
        json.loads(hook.bodies[0])["message"].strip()
        == brief_text(make_brief(sent.digest, sent.messages)).strip()
    )


@pytest.mark.filterwarnings("ignore:'imghdr':DeprecationWarning")
def test_apprise_calls_nobody_by_name(hook: Hook) -> None:
    pytest.importorskip("apprise", reason="the extra notify is not installed")
    address = hook.url.replace("http://", "json://")

    AppriseChannel(variable="CHAT", read_secret={"CHAT": address}.__getitem__).send(
        hostile_parcel("@everyone look at this")
    )

    message = json.loads(hook.bodies[0])
    assert "@\u200ceveryone" in message["message"]
    assert "@everyone" not in message["title"] + message["message"]


def test_the_link_of_a_brief_is_left_whole() -> None:
    sent = parcel()
    link = "https://veille.example/@nous/page.html"

    assert brief_text(make_brief(sent.digest, sent.messages, link=link)).endswith(f"\n{link}")


@pytest.mark.filterwarnings("ignore:'imghdr':DeprecationWarning")
def test_apprise_refuses_what_it_does_not_know_and_names_no_address() -> None:
    pytest.importorskip("apprise", reason="the extra notify is not installed")
    receipt = AppriseChannel(variable="CHAT", read_secret=lambda _: "nosuch://secret").send(parcel())

    assert receipt.state == "refused"
    assert "secret" not in receipt.reason


def test_a_missing_secret_is_a_refusal() -> None:
    def lacking(name: str) -> str:
        raise DeliveryError("The secret {name} is not set.", name=name)

    settings = Webhook(id="equipe", url_env="HOOK")
    receipt = WebhookChannel(settings=settings, read_secret=lacking).send(parcel())

    assert (receipt.state, receipt.reason) == ("refused", "The secret HOOK is not set.")
