"""The digest as plain text, 78 columns: headings underlined, links numbered at the end."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from search.editions.digest import (
    Block,
    Conversations,
    Coverage,
    Digest,
    Finds,
    More,
    Place,
    Quote,
    RisingTerm,
    Story,
    Tone,
)
from search.editions.notice import Notice
from search.render.headings import Headings, read_headings
from search.render.tables import tone_cells
from search.wording.charts import sparkline
from watchlists.messages import Messages

WIDTH = 78


@dataclass(slots=True)
class References:
    """Addresses by the number they are given when first met."""

    urls: list[str] = field(default_factory=list)

    def mark(self, url: str) -> str:
        """The mark to print after what links there; nothing without an address."""
        if not url:
            return ""
        if url not in self.urls:
            self.urls.append(url)
        return f" [{self.urls.index(url) + 1}]"


def render_text(digest: Digest, messages: Messages) -> str:
    """The whole digest; ends in one newline."""
    head, references = read_headings(messages), References()
    lines = [*_underlined(digest.title.upper(), "="), digest.watch]
    lines += _wrapped(digest.note) if digest.note else []
    for title, body in _sections(digest, head, references):
        lines += ["", *_underlined(title.upper(), "-"), *body]
    if references.urls:
        lines += ["", *_underlined(head.links.upper(), "-")]
        lines += [f"[{number}] {url}" for number, url in enumerate(references.urls, start=1)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def render_notice(notice: Notice, messages: Messages) -> str:
    """An alert or the finds of a search; ends in one newline."""
    head, references = read_headings(messages), References()
    lines = [*_underlined(notice.title.upper(), "="), notice.watch, ""]
    lines += [line for each in notice.sentences for line in _wrapped(each)]
    lines += ["", *_bullets(notice.parts)] if notice.parts else []
    if notice.stories:
        lines += ["", *_underlined(notice.heading.upper(), "-")]
        lines += _listed(notice.stories, notice.more, head, references)
    lines += ["", *(line for each in notice.closing for line in _wrapped(each))]
    if references.urls:
        lines += ["", *_underlined(head.links.upper(), "-")]
        lines += [f"[{number}] {url}" for number, url in enumerate(references.urls, start=1)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _sections(digest: Digest, head: Headings, references: References) -> Iterator[tuple[str, list[str]]]:
    """The sections that have something to say, in reading order."""
    sections = (
        (head.glance, _bullets(digest.glance)),
        (head.must_see, _listed(digest.must_see, digest.must_see_more, head, references)),
        (head.competitors, _blocks(digest.competitors, head, references)),
        (head.own, _blocks(digest.own, head, references)),
        (head.conversations, _conversations(digest.conversations, head, references)),
        (head.topics, _blocks(digest.topics, head, references)),
        (head.rising, _rising(digest, head, references)),
        (head.searches, [line for each in digest.searches for line in _finds(each, head, references)]),
        (head.platforms, _blocks(digest.platforms, head, references)),
        (head.places, [line for each in digest.places for line in _place(each, head, references)]),
        (head.tone, _tone(digest.tone, head)),
        (head.coverage, _coverage(digest.coverage, head, references)),
        (head.about, _footer(digest, head)),
    )
    return ((title, body) for title, body in sections if body)


def _wrapped(text: str, *, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _underlined(title: str, line: str) -> list[str]:
    return [title, line * min(WIDTH, display_width(title))]


def display_width(text: str) -> int:
    """Columns a terminal needs: wide letters take two, marks none."""
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1
        for each in text
    )


def _bullets(sentences: Sequence[str]) -> list[str]:
    return [line for each in sentences for line in _wrapped(each, first="* ", rest="  ")]


def _listed(stories: Sequence[Story], more: More | None, head: Headings, references: References) -> list[str]:
    return [*_stories(stories, head, references), *_more(more, head)]


def _conversations(talk: Conversations, head: Headings, references: References) -> list[str]:
    return [*_listed(talk.stories, talk.more, head, references), *_wrapped(talk.note)]


def _stories(stories: Sequence[Story], head: Headings, references: References) -> list[str]:
    return [line for each in stories for line in _story(each, head, references)]


def _story(story: Story, head: Headings, references: References) -> list[str]:
    lines = _wrapped(f"{story.title}{references.mark(story.url)}", first="* ", rest="  ")
    lines += _wrapped(story.facts, first="  ", rest="  ")
    lines += _wrapped(story.why, first="  ", rest="  ")
    for quote in story.quotes:
        lines += _wrapped(_quoted(quote, head), first="  > ", rest="    ")
    if story.also_in:
        places = ", ".join(f"{each.name}{references.mark(each.url)}" for each in story.also_in)
        lines += _wrapped(f"{head.also_in}{head.colon}{places}", first="  ", rest="  ")
    return lines


def _quoted(quote: Quote, head: Headings) -> str:
    return f"{head.opening_quote}{quote.text}{head.closing_quote}"


def _more(more: More | None, head: Headings) -> list[str]:
    return [f"  {more.sentence}{head.colon}".rstrip(), f"  {more.command}"] if more else []


def _blocks(blocks: Sequence[Block], head: Headings, references: References) -> list[str]:
    lines: list[str] = []
    for block in blocks:
        lines += [""] if lines else []
        lines += _block(block, head, references)
    return lines


def _block(block: Block, head: Headings, references: References) -> list[str]:
    if block.quiet:
        return _wrapped(f"{block.name}. {block.quiet}", rest="  ")
    lines = [block.name]
    if block.chart:
        lines += [f"  {sparkline(block.chart.counts)}  {block.chart.last}"]
        lines += _wrapped(block.chart.sentence, first="  ", rest="  ")
    lines += [line for fact in block.facts for line in _wrapped(fact, first="  ", rest="  ")]
    return [*lines, *_listed(block.stories, block.more, head, references)]


def _rising(digest: Digest, head: Headings, references: References) -> list[str]:
    lines = [line for each in digest.rising.terms for line in _term(each, head, references)]
    return lines or _wrapped(digest.rising.note)


def _term(term: RisingTerm, head: Headings, references: References) -> list[str]:
    lines = _wrapped(f"{term.term}{head.colon}{term.sentence}", first="* ", rest="  ")
    if term.example:
        example = f"{term.example.name}{references.mark(term.example.url)}"
        lines += _wrapped(f"{head.example}{head.colon}{example}", first="  ", rest="  ")
    return lines


def _finds(finds: Finds, head: Headings, references: References) -> list[str]:
    lines = _wrapped(f"{finds.name}{head.colon}{finds.sentence}.")
    lines += _bullets([f"{each.title}{references.mark(each.url)} · {each.facts}" for each in finds.lines])
    return [*lines, *_more(finds.more, head)]


def _place(place: Place, head: Headings, references: References) -> list[str]:
    mark = references.mark(place.first.url) if place.first else ""
    lines = _wrapped(f"{place.domain}{mark}{head.colon}{place.sentence}", first="* ", rest="  ")
    return [*lines, f"  {place.decide}"]


def _tone(tone: Tone | None, head: Headings) -> list[str]:
    if tone is None:
        return []
    rows = tone_cells(tone, head)
    widths = [max(display_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    table = [
        "  ".join(
            _cell(cell, width, column) for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    spoken = (line for each in tone.spoken for line in _wrapped(each, first="* ", rest="  "))
    return [*table, *_wrapped(tone.sentence), *spoken]


def _cell(text: str, width: int, column: int) -> str:
    padding = " " * (width - display_width(text))
    return f"{text}{padding}" if column == 0 else f"{padding}{text}"


def _coverage(coverage: Coverage, head: Headings, references: References) -> list[str]:
    lines = [line for each in coverage.sentences for line in _wrapped(each)]
    lines += _bullets([f"{each.name}{head.colon}{each.sentence}." for each in coverage.issues])
    lines += _more(coverage.more, head)
    if coverage.late:
        lines.append(f"{head.late}{head.colon}".rstrip())
        lines += _bullets(
            [f"{each.title}{references.mark(each.url)} · {each.facts}" for each in coverage.late]
        )
        lines += _more(coverage.late_more, head)
    return lines


def _footer(digest: Digest, head: Headings) -> list[str]:
    lines = [line for each in digest.footer.sentences for line in _wrapped(each)]
    return [*lines, f"{head.again}{head.colon}{digest.footer.replay}"]
