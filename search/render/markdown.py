"""The digest as Markdown (CommonMark, tables of GitHub): every text from outside is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from search.editions.digest import (
    Block,
    Conversations,
    Coverage,
    Digest,
    Finds,
    Link,
    More,
    Place,
    RisingTerm,
    Story,
    Tone,
)
from search.render.headings import Headings, read_headings
from search.render.tables import tone_cells
from search.wording.charts import sparkline
from watchlists.messages import Messages

SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#|~&!$@^=])")
LINE_START = re.compile(r"^(\d+)([.)])|^([+-])")
AUTOLINKED = re.compile(r"(https?|ftp|mailto|xmpp):|(www)\.", re.IGNORECASE)


def escape(text: str) -> str:
    """The text so that Markdown shows it as it is: no markup, no HTML, no automatic link."""
    escaped = SPECIAL.sub(r"\\\1", text)
    escaped = AUTOLINKED.sub(lambda found: f"{found[1]}\\:" if found[1] else f"{found[2]}\\.", escaped)
    return LINE_START.sub(lambda found: f"{found[1]}\\{found[2]}" if found[1] else f"\\{found[3]}", escaped)


def _linked(name: str, url: str) -> str:
    """A link; the name alone without an address. Addresses hold no space or bracket (see safe_url)."""
    safe = url.replace("(", "%28").replace(")", "%29")
    return f"[{escape(name)}]({safe})" if url else escape(name)


def _code(command: str) -> str:
    return f"`{command.replace('`', '')}`"


def render_markdown(digest: Digest, messages: Messages) -> str:
    """The whole digest; ends in one newline."""
    head = read_headings(messages)
    lines = [f"# {escape(digest.title)}", "", f"*{escape(digest.watch)}*"]
    lines += ["", f"> {escape(digest.note)}"] if digest.note else []
    for title, body in _sections(digest, head):
        lines += ["", f"## {title}", "", *body]
    return "\n".join(lines) + "\n"


def _sections(digest: Digest, head: Headings) -> Iterator[tuple[str, list[str]]]:
    """The sections that have something to say, in reading order."""
    sections = (
        (head.glance, [f"- {escape(each)}" for each in digest.glance]),
        (head.must_see, [*_stories(digest.must_see, head), *_more(digest.must_see_more)]),
        (head.competitors, _blocks(digest.competitors, head)),
        (head.own, _blocks(digest.own, head)),
        (head.conversations, _conversations(digest.conversations, head)),
        (head.topics, _blocks(digest.topics, head)),
        (head.rising, _rising(digest, head)),
        (head.searches, [line for each in digest.searches for line in _finds(each, head)]),
        (head.platforms, _blocks(digest.platforms, head)),
        (head.places, [line for each in digest.places for line in _place(each)]),
        (head.tone, _tone(digest.tone, head)),
        (head.coverage, _coverage(digest.coverage, head)),
        (head.about, _footer(digest, head)),
    )
    return ((title, body) for title, body in sections if body)


def _conversations(talk: Conversations, head: Headings) -> list[str]:
    note = ["", escape(talk.note)] if talk.note else []
    return [*_stories(talk.stories, head), *_more(talk.more), *note]


def _stories(stories: Sequence[Story], head: Headings) -> list[str]:
    return [line for each in stories for line in _story(each, head)]


def _story(story: Story, head: Headings) -> list[str]:
    lines = [
        f"- **{_linked(story.title, story.url)}**  ",
        f"  {escape(story.facts)}  ",
        f"  {escape(story.why)}",
    ]
    for quote in story.quotes:
        lines += ["", f"  > {escape(head.opening_quote + quote.text + head.closing_quote)}"]
    if story.also_in:
        lines += ["", f"  {head.also_in}{head.colon}{_links(story.also_in)}"]
    return lines


def _links(links: Sequence[Link]) -> str:
    return ", ".join(_linked(each.name, each.url) for each in links)


def _more(more: More | None) -> list[str]:
    return [f"- *{escape(more.sentence)}*: {_code(more.command)}"] if more else []


def _blocks(blocks: Sequence[Block], head: Headings) -> list[str]:
    lines: list[str] = []
    for block in blocks:
        lines += [""] if lines else []
        lines += _block(block, head)
    return lines


def _block(block: Block, head: Headings) -> list[str]:
    lines = [f"### {escape(block.name)}", ""]
    if block.quiet:
        return [*lines, escape(block.quiet)]
    if block.chart:
        lines += [f"`{sparkline(block.chart.counts)}` {escape(block.chart.sentence)}", ""]
    lines += [line for fact in block.facts for line in (escape(fact), "")]
    return [*lines, *_stories(block.stories, head), *_more(block.more)]


def _rising(digest: Digest, head: Headings) -> list[str]:
    lines = [_term(each, head) for each in digest.rising.terms]
    return lines or ([escape(digest.rising.note)] if digest.rising.note else [])


def _term(term: RisingTerm, head: Headings) -> str:
    line = f"- **{escape(term.term)}**{head.colon}{escape(term.sentence)}"
    if term.example is None:
        return line
    return f"{line} {head.example}{head.colon}{_linked(term.example.name, term.example.url)}"


def _finds(finds: Finds, head: Headings) -> list[str]:
    lines = [f"**{escape(finds.name)}**{head.colon}{escape(finds.sentence)}.", ""]
    lines += [f"- {_linked(each.title, each.url)} · {escape(each.facts)}" for each in finds.lines]
    return [*lines, *_more(finds.more), ""]


def _place(place: Place) -> list[str]:
    name = _linked(place.domain, place.first.url if place.first else "")
    return [f"- **{name}**: {escape(place.sentence)} {_code(place.decide)}"]


def _tone(tone: Tone | None, head: Headings) -> list[str]:
    if tone is None:
        return []
    columns, *rows = tone_cells(tone, head)
    rule = ("---", *("---:" for _ in columns[1:]))
    cells = (columns, rule, *((escape(name), *counts) for name, *counts in rows))
    table = [f"| {' | '.join(row)} |" for row in cells]
    spoken = [f"- {escape(each)}" for each in tone.spoken]
    return [*table, "", escape(tone.sentence), *(["", *spoken] if spoken else [])]


def _coverage(coverage: Coverage, head: Headings) -> list[str]:
    lines = [escape(" ".join(coverage.sentences)), ""]
    lines += [f"- {escape(f'{each.name}{head.colon}{each.sentence}.')}" for each in coverage.issues]
    lines += _more(coverage.more)
    if coverage.late:
        lines += ["", f"### {head.late}", ""]
        lines += [f"- {_linked(each.title, each.url)} · {escape(each.facts)}" for each in coverage.late]
        lines += _more(coverage.late_more)
    return lines


def _footer(digest: Digest, head: Headings) -> list[str]:
    replay = f"{head.again}{head.colon}{_code(digest.footer.replay)}"
    return [escape(" ".join(digest.footer.sentences)), "", replay]
