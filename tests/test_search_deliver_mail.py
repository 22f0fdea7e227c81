"""The digest by e-mail, through a real SMTP server, parsed again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser

import pytest

from search.deliver.digest_parcel import DigestParcel
from search.deliver.mail import MailChannel
from tests.delivering import Postbox, in_order, parcel, smtp_server
from tests.documents import document, mention
from tests.hostile_titles import HOSTILE_TITLES
from tests.morning import END
from watchlists.errors import DeliveryError
from watchlists.model import Mail

ADA = "ada@nimbo.example"


class Reader(HTMLParser):
    """What a mail client would see."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    with smtp_server() as found:
        yield found


def no_secret(name: str) -> str:
    raise DeliveryError("The secret {name} is not set.", name=name)


def channel(port: int, *, to: str = ADA, **changes: object) -> MailChannel:
    settings: dict[str, object] = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "sender": "veille@nimbo.example",
        "to": (to,),
    }
    mail = Mail(**{**settings, **changes})  # type: ignore[arg-type]
    return MailChannel(settings=mail, address=to, watch="Veille Nimbo", read_secret=no_secret)


def received(postbox: Postbox, sent: DigestParcel, **changes: object) -> EmailMessage:
    receipt = channel(postbox.port, **changes).send(sent)
    assert receipt.state == "sent", receipt
    message = message_from_bytes(postbox.mails[-1][1], policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def parts(message: EmailMessage) -> tuple[str, str]:
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    return text.get_content(), html.get_content()


def test_a_mail_arrives_with_both_parts_and_every_header(postbox: Postbox) -> None:
    sent = parcel()
    message = received(postbox, sent)

    assert message.get_content_type() == "multipart/alternative"
    assert [each.get_content_type() for each in message.iter_parts()] == ["text/plain", "text/html"]
    assert message["Subject"] == sent.digest.subject
    assert len(message["Subject"]) <= 65
    assert parsedate_to_datetime(message["Date"]) == END
    assert re.fullmatch(r"<[0-9a-f]{32}@nimbo\.example>", message["Message-ID"])
    assert message["List-Id"] == "<veille-nimbo.veilleur.nimbo.example>"
    assert message["List-Unsubscribe"] == "<mailto:veille@nimbo.example?subject=unsubscribe>"
    assert message["List-Unsubscribe-Post"] is None
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["To"] == ADA
    assert not message.defects
    assert len(postbox.mails[-1][1]) <= 80_000
    assert all(len(line) <= 998 for line in postbox.mails[-1][1].splitlines())


def test_stopping_in_one_click_is_offered_where_the_address_is_https(postbox: Postbox) -> None:
    message = received(postbox, parcel(), unsubscribe="https://nimbo.example/stop")

    assert message["List-Unsubscribe"] == "<https://nimbo.example/stop>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_the_text_part_is_the_digest_as_it_was_kept(postbox: Postbox) -> None:
    sent = parcel()
    text, _ = parts(received(postbox, sent))

    assert text.replace("\r\n", "\n").encode() == sent.renderings["text"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_html_and_text_tell_the_same_stories_in_the_same_order_with_the_same_numbers(
    postbox: Postbox, language: str
) -> None:
    sent = parcel(language=language)
    text, html = parts(received(postbox, sent))
    flat, shown = " ".join(text.split()), " ".join(Reader(html).text.split())

    titles = [" ".join(story.title.split()) for story in sent.digest.stories]
    assert len(titles) >= 5
    for body in (flat, shown):
        assert in_order(titles, body)
    facts = [story.facts for story in sent.digest.stories] + [story.why for story in sent.digest.stories]
    charts = [b.chart.sentence for b in (*sent.digest.competitors, *sent.digest.own) if b.chart]
    for said in (*facts, *charts, *sent.digest.glance, *sent.digest.coverage.sentences):
        assert " ".join(said.split()) in flat
        assert " ".join(said.split()) in shown


def test_the_html_part_loads_nothing_and_needs_no_style_sheet(postbox: Postbox) -> None:
    _, html = parts(received(postbox, parcel(link="https://veille.example/2026-11-20.html")))
    reader = Reader(html)

    assert not {"svg", "script", "img", "link", "style", "iframe", "form"} & set(reader.tags)
    assert not [name for name, _ in reader.attributes if name in {"src", "background", "srcset"}]
    assert "url(" not in html
    assert "max-width: 600px" in html
    assert 'href="https://veille.example/2026-11-20.html"' in html
    heights = [value for name, value in reader.attributes if name == "style" and "height:" in value]
    assert len(heights) >= 30


@pytest.mark.parametrize("title", HOSTILE_TITLES, ids=range(len(HOSTILE_TITLES)))
def test_a_hostile_title_is_only_text_in_a_mail(title: str) -> None:
    hostile = document(
        "hostile", title=title, text=f"{title}. Acme en parle.", source="acme-blog", owner="acme",
        author=title[:50], mentions=(mention("acme"),),
    )  # fmt: skip
    sent = parcel([hostile], name=title)
    message = channel(25).message(sent)
    again = message_from_bytes(message.as_bytes(), policy=policy.default)
    assert isinstance(again, EmailMessage)
    _, html = parts(again)
    reader = Reader(html)

    assert again["Bcc"] is None
    assert not re.search(r"[\r\n]", again["Subject"])
    assert sent.digest.stories[0].title in reader.text
    assert not {"script", "img", "iframe", "object", "svg", "form"} & set(reader.tags)
    assert not [name for name, _ in reader.attributes if name.startswith("on")]
    links = [value for name, value in reader.attributes if name == "href"]
    assert all(link.startswith(("https://", "http://")) for link in links)


@pytest.mark.parametrize(
    ("rcpt", "data", "state", "is_passing"),
    [
        pytest.param("550 No such user", "", "refused", False, id="address-refused"),
        pytest.param("451 Try later", "", "refused", True, id="address-put-off"),
        pytest.param("250 OK", "552 Too big", "refused", False, id="text-refused"),
        pytest.param("250 OK", "451 Try later", "refused", True, id="text-put-off"),
        pytest.param("250 OK", "drop", "unsure", False, id="hung-up-after-the-text"),
    ],
)
def test_only_the_servers_own_no_is_a_refusal(
    postbox: Postbox, rcpt: str, data: str, state: str, is_passing: bool
) -> None:
    postbox.rcpt_answers[ADA] = rcpt
    postbox.data_answers += [data] if data else []

    receipt = channel(postbox.port).send(parcel())

    assert (receipt.state, receipt.is_passing) == (state, is_passing)
    assert receipt.reason


def test_a_server_that_is_not_there_has_certainly_nothing(unused_port: int) -> None:
    receipt = channel(unused_port).send(parcel())

    assert (receipt.state, receipt.is_passing) == ("refused", True)


def test_a_missing_password_is_a_refusal_that_names_it(postbox: Postbox) -> None:
    without = channel(postbox.port, username="veille").send(parcel())

    assert without.state == "refused"
    assert "unencrypted" in without.reason
    assert not postbox.mails


@pytest.fixture
def unused_port() -> int:
    with smtp_server() as gone:
        return gone.port
