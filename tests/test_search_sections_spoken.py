"""Sentences on tone and on what is to come, for a digest or a report."""

from __future__ import annotations

import html
from dataclasses import replace
from datetime import timedelta

import pytest

from pipelines.document import Document
from search.insights.scope import Scope
from search.press.edition import build_digest
from search.render.html import render_html
from search.render.markdown import render_markdown
from search.render.text import render_text
from search.sections.spoken import tell_ahead, tell_spoken
from search.sections.teller import Teller
from search.wording.voice import Voice
from tests.documents import document, mention
from tests.memory_index import MemoryIndex
from tests.morning import ACME, BOLIDE, END, NIMBO, WINDOW, watchlist
from watchlists.messages import load_messages

DAY = timedelta(days=1)


def teller(documents: list[Document], language: str = "en") -> Teller:
    scope = Scope(index=MemoryIndex(documents), watchlist=watchlist(), window=WINDOW)
    voice = Voice(language=language, timezone="Europe/Paris", messages=load_messages(language))
    return Teller(scope=scope, voice=voice)


def complaints(number: int) -> list[Document]:
    return [
        document(
            f"angry{n}",
            text=f"Au bout de {n} jours : les pénalités sont abusives.",
            mentions=(mention("nimbo", "negative"),),
            phrases=("pénalité",),
            author=f"voice-{n}",
            published=END - 2 * DAY,
        )
        for n in range(number)
    ] + [
        document(f"calm{n}", mentions=(mention("nimbo"),), phrases=("station",), author=f"calm-{n}")
        for n in range(number)
    ]


def test_the_net_tone_and_what_is_complained_of_are_sentences() -> None:
    net, blamed = tell_spoken(teller(complaints(10)), (NIMBO, ACME), since=END - 7 * DAY, until=END)

    assert net.startswith("Nimbo, net tone: −0.5 (between −0.7 and −0.21)")
    assert blamed.startswith("People complain to Nimbo of: pénalité (10 authors, «\u00a0Au bout de 0 jours")


def test_the_first_digest_of_a_week_says_how_we_are_spoken_of_in_every_rendering() -> None:
    index, messages = MemoryIndex(complaints(10)), load_messages("en")
    english = replace(watchlist(), language="en")
    for days, is_told in ((0, False), (3, True)):  # Friday, then Monday
        window = replace(WINDOW, start=WINDOW.start + days * DAY, end=WINDOW.end + days * DAY)
        digest = build_digest(index, english, window=window, now=window.end, messages=messages)
        spoken = digest.tone.spoken if digest.tone else ()
        assert (len(spoken) == 2) == is_told
        for render in (render_text, render_markdown, render_html):
            page = " ".join(html.unescape(render(digest, messages)).split())
            assert ("People complain to" in page) == is_told


def test_below_the_floors_nothing_is_said() -> None:
    assert tell_spoken(teller(complaints(2)), (NIMBO, ACME), since=END - 7 * DAY, until=END) == ()


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "en",
            (
                "Until 30 November: “Concours photo jusqu’au 30 novembre”.",
                "On 3 December: “Acme lance une ligne le 3 décembre”.",
            ),
        ),
        (
            "fr",
            (
                "Jusqu’au 30 novembre\u00a0: «\u00a0Concours photo jusqu’au 30 novembre\u00a0».",
                "Le 3 décembre\u00a0: «\u00a0Acme lance une ligne le 3 décembre\u00a0».",
            ),
        ),
    ],
)
def test_what_a_rival_will_do_next_is_two_lines_at_most(language: str, lines: tuple[str, ...]) -> None:
    titles = (
        "Acme lance une ligne le 3 décembre",
        "Concours photo jusqu’au 30 novembre",
        "Acme ouvre ses portes le 9 décembre",
    )
    documents = [
        document(f"ahead{n}", title=title, source="acme-blog", owner="acme", author_is_staff=True)
        for n, title in enumerate(titles)
    ]

    assert tell_ahead(teller(documents, language), ACME) == lines
    assert tell_ahead(teller(documents, language), BOLIDE) == ()


def test_what_has_begun_and_lasts_is_told_by_its_end() -> None:
    title = "Concours photo du 10 novembre au 30 novembre"
    lasting = document(
        "lasting",
        title=title,
        source="acme-blog",
        owner="acme",
        author_is_staff=True,
        published=END - 14 * DAY,
    )

    assert tell_ahead(teller([lasting]), ACME) == (f"Until 30 November: “{title}”.",)
