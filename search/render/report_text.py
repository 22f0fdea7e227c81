"""The report as plain text and as Markdown: the same sections, order and numbers as the page."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from search.editions.comparison import Cell, Comparison, ThreadLine
from search.editions.digest import Story
from search.editions.report import Report, Table, Trend
from search.render.columns import comparison_lines
from search.render.headings import Headings, read_headings
from search.render.markdown import escape
from search.render.report_headings import ReportHeadings, read_report_headings
from search.render.text import WIDTH, References, display_width
from search.wording.charts import sparkline
from watchlists.messages import Messages

Section = tuple[str, list[str]]


def render_report_text(report: Report, messages: Messages) -> str:
    """The whole report in 78 columns; ends in one newline."""
    head, words, references = read_headings(messages), read_report_headings(messages), References()
    lines = [*_underlined(report.title.upper(), "="), report.watch]
    for title, body in _text_sections(report, head, words, references):
        lines += ["", *_underlined(title.upper(), "-"), *body]
    if references.urls:
        lines += ["", *_underlined(head.links.upper(), "-")]
        lines += [f"[{number}] {url}" for number, url in enumerate(references.urls, start=1)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _text_sections(
    report: Report, head: Headings, words: ReportHeadings, references: References
) -> Iterator[Section]:
    """The sections that have something to say, in reading order."""
    more = [f"  {report.more.sentence}{head.colon}{report.more.command}"] if report.more else []
    terms = [f"{each.term}{head.colon}{each.sentence}" for each in report.rising.terms]
    sections = (
        (head.glance, _bullets(report.glance)),
        (words.gaps, [*_bullets(report.gaps), *_wrapped(report.gaps_note)]),
        (words.communities, _compared(report.communities)),
        (words.voice, _table(report.voice)),
        (words.tone, _table(report.tone)),
        (words.trends, [line for each in report.trends for line in _trend(each)]),
        (words.stories, [*(line for each in report.stories for line in _story(each, references)), *more]),
        (head.rising, _bullets(terms) or _wrapped(report.rising.note or words.no_rise)),
        (head.coverage, _bullets(report.coverage)),
        (
            head.about,
            [*_wrapped(report.footer.sentences[0]), f"{head.again}{head.colon}{report.footer.replay}"],
        ),
    )
    return ((title, body) for title, body in sections if body)


def _underlined(title: str, line: str) -> list[str]:
    return [title, line * min(WIDTH, display_width(title))]


def _wrapped(text: str, *, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _bullets(sentences: Sequence[str]) -> list[str]:
    return [line for each in sentences for line in _wrapped(each, first="* ", rest="  ")]


def _compared(comparison: Comparison | None) -> list[str]:
    return [each.text for each in comparison_lines(comparison, width=WIDTH)] if comparison else []


def _table(table: Table | None) -> list[str]:
    """Each row as a block: the name, then every column by its title."""
    if table is None:
        return []
    lines: list[str] = []
    width = max(display_width(title) for title in table.columns[1:])
    for name, *cells in table.rows:
        lines.append(name)
        lines += [
            f"  {title}{' ' * (width - display_width(title))}  {cell}"
            for title, cell in zip(table.columns[1:], cells, strict=True)
        ]
    return [*lines, *_wrapped(table.sentence)]


def _trend(trend: Trend) -> list[str]:
    lines = [trend.organisation]
    for chart in trend.charts:
        lines += [f"  {sparkline(chart.counts)}  {chart.last}"]
        lines += _wrapped(chart.sentence, first="  ", rest="  ")
    return lines


def _story(story: Story, references: References) -> list[str]:
    return [
        *_wrapped(f"{story.title}{references.mark(story.url)}", first="* ", rest="  "),
        *_wrapped(story.facts, first="  ", rest="  "),
        *_wrapped(story.why, first="  ", rest="  "),
    ]


def render_report_markdown(report: Report, messages: Messages) -> str:
    """The whole report; every text from outside is escaped; ends in one newline."""
    head, words = read_headings(messages), read_report_headings(messages)
    lines = [f"# {escape(report.title)}", "", f"*{escape(report.watch)}*"]
    for title, body in _markdown_sections(report, head, words):
        lines += ["", f"## {title}", "", *body]
    return "\n".join(lines) + "\n"


def _markdown_sections(report: Report, head: Headings, words: ReportHeadings) -> Iterator[Section]:
    more = [f"- *{escape(report.more.sentence)}*: `{report.more.command}`"] if report.more else []
    terms = [f"- **{escape(each.term)}**{head.colon}{escape(each.sentence)}" for each in report.rising.terms]
    footer = [escape(report.footer.sentences[0]), "", f"{head.again}{head.colon}`{report.footer.replay}`"]
    sections = (
        (head.glance, _items(report.glance)),
        (words.gaps, [*_items(report.gaps), "", escape(report.gaps_note)]),
        (words.communities, _markdown_compared(report.communities, words)),
        (words.voice, _markdown_table(report.voice)),
        (words.tone, _markdown_table(report.tone)),
        (words.trends, [line for each in report.trends for line in _markdown_trend(each)]),
        (words.stories, [*(_markdown_story(each) for each in report.stories), *more]),
        (head.rising, terms or [escape(report.rising.note or words.no_rise)]),
        (head.coverage, _items(report.coverage)),
        (head.about, footer),
    )
    return ((title, body) for title, body in sections if any(body))


def _items(sentences: Sequence[str]) -> list[str]:
    return [f"- {escape(each)}" for each in sentences]


def _link(name: str, url: str) -> str:
    safe = url.replace("(", "%28").replace(")", "%29")
    return f"[{escape(name)}]({safe})" if url else escape(name)


def _markdown_compared(comparison: Comparison | None, words: ReportHeadings) -> list[str]:
    if comparison is None:
        return []
    rows = [(row.name, *(_in_one(cell) for cell in row.cells)) for row in comparison.rows]
    threads = [_thread_item(each) for each in (*comparison.best, *comparison.controversial)]
    notes = [escape(" ".join(comparison.notes))]
    return [
        *_grid((words.measure, *comparison.columns), rows),
        "",
        *threads,
        *([""] if threads else []),
        *notes,
    ]


def _in_one(cell: Cell) -> str:
    return f"{cell.value}; {cell.change}" if cell.change else cell.value


def _thread_item(thread: ThreadLine) -> str:
    return f"- {escape(thread.organisation)} · {_link(thread.title, thread.url)} · {escape(thread.why)}"


def _grid(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    rule = ["---", *("---:" for _ in columns[1:])]
    cells = ([escape(each) for each in columns], rule, *([escape(each) for each in row] for row in rows))
    return [f"| {' | '.join(row)} |" for row in cells]


def _markdown_table(table: Table | None) -> list[str]:
    return [*_grid(table.columns, table.rows), "", escape(table.sentence)] if table else []


def _markdown_trend(trend: Trend) -> list[str]:
    lines = [f"**{escape(trend.organisation)}**", ""]
    for chart in trend.charts:
        lines += [f"- `{sparkline(chart.counts)}` {escape(chart.sentence)}"]
    return [*lines, ""]


def _markdown_story(story: Story) -> str:
    return f"- **{_link(story.title, story.url)}** · {escape(story.facts)} · {escape(story.why)}"
