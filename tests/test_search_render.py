"""One model, four renderings: the same stories, in the same order, with the same numbers."""

from __future__ import annotations

import re
import subprocess
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest

from search.alerts import Alarm
from search.editions.digest import Chart, Digest
from search.press.edition import History, build_digest
from search.render.formats import render_all
from search.render.text import WIDTH, display_width
from search.wording.charts import draw_month, sparkline
from tests.memory_index import MemoryIndex
from tests.morning import END, WINDOW, history, news, outcomes, watchlist
from watchlists.messages import load_messages

ALARM = Alarm(documents=("panne", "panne-r0"), reason="3 personnes en 2 heures.")


def rendered(language: str = "fr") -> tuple[Digest, dict[str, str]]:
    digest = build_digest(
        MemoryIndex([*history(), *news()], outcomes()),
        watchlist(language=language),
        window=WINDOW,
        now=END,
        messages=load_messages(language),
        history=History(alarms=(ALARM,)),
    )
    bodies = render_all(digest, load_messages(language))
    return digest, {name: body.decode() for name, body in bodies.items()}


class Outline(HTMLParser):
    """The page as assistive technology meets it."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def flat(text: str) -> str:
    """The text on one line: what wraps and what does not is each rendering's own business."""
    return " ".join(text.split())


def outline(page: str) -> Outline:
    parser = Outline()
    parser.feed(page)
    return parser


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_rendering_tells_the_same_stories_in_the_same_order(language: str) -> None:
    digest, bodies = rendered(language)
    titles = [story.title for story in digest.stories]
    page = outline(bodies["html"]).text
    texts = {
        "html": flat(page),
        "text": flat(bodies["text"]),
        "markdown": flat(re.sub(r"\\(.)", r"\1", bodies["markdown"])),
    }

    for body in texts.values():
        place = body.index("Nimbo", 20)  # after the subject in the page's title
        for title in titles:
            place = body.index(flat(title), place) + 1
        for block in (*digest.competitors, *digest.own):
            assert block.chart is None or flat(block.chart.sentence) in body
        assert flat(digest.coverage.sentences[0]) in body


def test_the_page_has_one_title_a_heading_a_section_and_says_its_languages() -> None:
    page = outline(rendered("fr")[1]["html"])

    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert page.all("html")[0]["lang"] == "fr"
    assert {quote.get("lang") for quote in page.all("q")} == {"fr", "en"}
    assert "en" in {each.get("lang") for each in page.all("a")}
    assert [tag for tag, _ in page.elements if tag in {"header", "main", "footer"}] == [
        "header",
        "main",
        "footer",
    ]


def test_nothing_in_the_page_runs_or_loads() -> None:
    body = rendered()[1]["html"]
    page = outline(body)

    (policy,) = [each["content"] for each in page.all("meta") if each.get("http-equiv")]
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert not any(page.all(tag) for tag in ("script", "link", "img", "iframe", "object", "embed"))
    assert not [1 for _, attributes in page.elements if "style" in attributes or "src" in attributes]
    assert "url(" not in body
    assert "@import" not in body


def test_every_picture_has_its_numbers_in_words() -> None:
    digest, bodies = rendered()
    pictures = outline(bodies["html"]).all("svg")

    charts = [block.chart for block in (*digest.competitors, *digest.own) if block.chart]
    assert [picture["aria-label"] for picture in pictures] == [
        f"{each.title}. {each.sentence}" for each in charts
    ]
    assert all(picture["role"] == "img" for picture in pictures)


def luminance(colour: str) -> float:
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_stands_out_on_its_paper(theme: int) -> None:
    style = (files("search.render") / "templates" / "digest.css").read_text(encoding="utf-8")
    colours = dict(
        re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", re.findall(r":root \{(.*?)\}", style, re.DOTALL)[theme])
    )

    for paper in ("paper", "card", "alert-paper"):
        for ink in ("ink", "soft", "accent-ink"):
            assert contrast(colours[ink], colours[paper]) >= 4.5, (ink, paper)
    assert contrast(colours["alert"], colours["paper"]) >= 4.5
    assert contrast(colours["bar"], colours["paper"]) >= 2.5


def test_text_fits_its_columns_and_numbers_its_links() -> None:
    body = rendered()[1]["text"]
    lines = body.split("\n")

    long = [
        line for line in lines if display_width(line) > WIDTH and "://" not in line and "veilleur" not in line
    ]
    assert long == []
    marks = {int(mark) for mark in re.findall(r"\[(\d+)\]", body)}
    assert marks == set(range(1, len(marks) + 1))
    assert body.endswith("\n")
    assert not body.endswith("\n\n")


def test_headings_of_text_are_underlined_to_their_width() -> None:
    lines = rendered()[1]["text"].split("\n")
    rules = [number for number, line in enumerate(lines) if re.fullmatch("-+|=+", line)]

    assert len(rules) >= 6
    assert all(display_width(lines[number - 1]) == len(lines[number]) for number in rules)


CHART = Chart(
    title="Posts", days=(END.date(),) * 4, counts=(0, 2, None, 8), last=8, low=0, high=2, sentence="8."
)


def test_a_sparkline_shows_none_little_much_and_what_was_not_read() -> None:
    assert sparkline(CHART.counts) == "▁▄·█"
    assert sparkline((0, 0)) == "▁▁"
    assert sparkline((1, 0)) == "▄▁"  # one thing a day is no peak


def test_a_drawn_month_marks_the_last_day_the_usual_band_and_the_gap() -> None:
    drawing = draw_month(CHART)

    assert drawing.count('class="last"') == 1
    assert drawing.count('class="usual"') == 1
    assert drawing.count('class="gap"') == 1


@pytest.mark.browser
@pytest.mark.parametrize("width", [375, 1280])
def test_the_page_opens_in_a_browser_at_both_widths(width: int, tmp_path: Path, chromium: str) -> None:
    page, picture = tmp_path / "page.html", tmp_path / "page.png"
    page.write_text(rendered()[1]["html"], encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    paths = [f"--user-data-dir={tmp_path}/profile", f"--screenshot={picture}", page.as_uri()]

    subprocess.run(
        [chromium, *options, f"--window-size={width},1600", *paths],
        check=True,
        capture_output=True,
        timeout=120,
    )

    assert picture.read_bytes().startswith(b"\x89PNG")
