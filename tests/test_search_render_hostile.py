"""Titles from outside appear as text in every rendering, and do nothing else."""

from __future__ import annotations

import json
import re
import unicodedata
from html.parser import HTMLParser

import pytest

from search.press.edition import build_digest
from search.render.formats import render_all
from search.render.markdown import escape
from search.wording.plain import plain, safe_url
from tests.documents import document, mention
from tests.hostile_titles import HOSTILE_TITLES
from tests.memory_index import MemoryIndex
from tests.morning import END, WINDOW, outcomes, watchlist
from watchlists.messages import load_messages
from watchlists.model import SavedSearch


class Reader(HTMLParser):
    """What a browser would see: tags, attributes and text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def pages(title: str) -> dict[str, str]:
    hostile = document(
        "hostile",
        title=title,
        text=f"{title}. Acme en parle.",
        url=f"https://blog.acme.example/{title[:80]}",
        source="acme-blog",
        owner="acme",
        author=title[:50],
        mentions=(mention("acme"),),
        phrases=(title[:60],),
    )
    digest = build_digest(
        MemoryIndex([hostile], outcomes()),
        watchlist(
            name=title,
            contact=title,
            searches=(SavedSearch(id="acme", name=title, query="source:acme-blog", digest=True),),
        ),
        window=WINDOW,
        now=END,
        messages=load_messages("fr"),
    )
    assert digest.stories[0].title
    assert digest.searches[0].lines[0].title == digest.stories[0].title
    assert len(digest.subject) <= 65
    assert not re.search(r"[\r\n]", digest.subject + digest.preheader)
    return {name: body.decode() for name, body in render_all(digest, load_messages("fr")).items()}


@pytest.mark.parametrize("title", HOSTILE_TITLES, ids=range(len(HOSTILE_TITLES)))
def test_a_hostile_title_is_only_text_everywhere(title: str) -> None:
    shown = pages(title)
    reader = Reader()
    reader.feed(shown["html"])

    expected = plain(title, limit=110)
    assert expected in " ".join(reader.texts)
    assert expected in json.loads(shown["json"])["competitors"][0]["stories"][0]["title"]
    assert escape(expected) in shown["markdown"]
    assert expected.split(" ")[0] in shown["text"]
    assert not {"script", "img", "iframe", "object", "embed", "form", "input", "base"} & set(reader.tags)
    assert not [name for name, _ in reader.attributes if name.startswith("on")]
    links = [value or "" for name, value in reader.attributes if name in {"href", "src"}]
    assert all(value.startswith(("https://", "http://")) for value in links)
    for body in shown.values():
        steering = {each for each in body if unicodedata.category(each) in {"Cc", "Cf"}} - set(
            "\n\u200c\u200d"
        )
        assert not steering


def test_markdown_escapes_links_images_html_and_automatic_links() -> None:
    assert escape("[a](b) ![c](d) <e> &amp; *f* _g_ `h`") == (
        r"\[a\]\(b\) \!\[c\]\(d\) \<e\> \&amp; \*f\* \_g\_ \`h\`"
    )
    assert escape("http://x www.x.example") == r"http\://x www\.x.example"
    assert escape("1. one") == r"1\. one"
    assert escape("- one") == r"\- one"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "ftp://x.example/", "http://[", ""]
)
def test_only_web_addresses_become_links(url: str) -> None:
    assert safe_url(url) == ""


def test_addresses_keep_nothing_that_could_end_an_attribute_or_a_link() -> None:
    assert (
        safe_url('https://x.example/a b"c<d>é\u202e') == "https://x.example/a%20b%22c%3Cd%3E%C3%A9%E2%80%AE"
    )


def test_plain_keeps_what_people_write() -> None:
    text = "L’œuvre « à 19\u00a0€ », 👩\u200d👧 et עברית"

    assert plain(text) == text
