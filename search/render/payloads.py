"""What a chat is told: titles and counts, in the form each kind of webhook takes.

Every text from outside is sent as text: no markup, no mention of people, in no chat.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from search.editions.digest import Block, Digest, Story
from search.editions.notice import Notice
from search.render.headings import read_headings
from search.render.markdown import escape
from search.wording.plain import quoted, shorten
from watchlists.messages import Messages

Payload = dict[str, object]
NOT_A_MENTION = "@\u200c"
"""An at sign that calls nobody: chats see a mention only where a name follows at once."""
LONGEST_DISCORD = 4_096
LONGEST_HEADER = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One story: its title and what stands behind it."""

    title: str
    counts: str
    quotes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A section with its stories."""

    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """A digest, or something told at once, in titles and counts."""

    kind: str = "digest"
    watch: str
    day: str
    language: str
    title: str
    subject: str
    documents: int
    parts: tuple[Part, ...]
    coverage: str
    """The last sentence: what the counts rest on; of what is told at once, how to get less of it."""
    link: str
    read_online: str


def make_brief(digest: Digest, messages: Messages, *, link: str = "", texts: bool = False) -> Brief:
    """The digest in titles and counts, stories in reading order; quotes only when `texts`."""
    parts = (
        Part(name=name, lines=tuple(tell_line(each, messages, texts=texts) for each in stories))
        for name, stories in _sections(digest, messages)
        if stories
    )
    return Brief(
        watch=digest.watch,
        day=digest.day.isoformat(),
        language=digest.language,
        title=digest.title,
        subject=digest.subject or digest.title,
        documents=digest.documents,
        parts=tuple(parts),
        coverage=" ".join((*([digest.note] if digest.note else []), *digest.coverage.sentences)),
        link=link,
        read_online=messages.gettext("Read this page in the browser"),
    )


def brief_notice(notice: Notice, messages: Messages, *, day: date, texts: bool = False) -> Brief:
    """An alert or the finds of a search in titles and counts."""
    lines = tuple(tell_line(each, messages, texts=texts) for each in notice.stories)
    more = f" {notice.more.sentence}." if notice.more else ""
    return Brief(
        kind=notice.kind,
        watch=notice.watch,
        day=day.isoformat(),
        language=notice.language,
        title=notice.title,
        subject=notice.subject,
        documents=notice.documents,
        parts=(Part(name=notice.heading, lines=lines),) if lines else (),
        coverage=" ".join(notice.sentences) + more,
        link="",
        read_online="",
    )


def _sections(digest: Digest, messages: Messages) -> Iterator[tuple[str, Sequence[Story]]]:
    head = read_headings(messages)
    yield head.must_see, digest.must_see
    yield from _named(digest.competitors)
    yield from _named(digest.own)
    yield head.conversations, digest.conversations.stories
    yield from _named(digest.topics)
    yield from ((f"{each.name} ({each.sentence})", each.lines) for each in digest.searches)
    yield from _named(digest.platforms)


def _named(blocks: Sequence[Block]) -> Iterator[tuple[str, Sequence[Story]]]:
    return ((block.name, block.stories) for block in blocks)


def tell_line(story: Story, messages: Messages, *, texts: bool) -> Line:
    counts = (
        messages.ngettext("{n} author", "{n} authors", story.authors).format(n=story.authors),
        messages.ngettext("{n} source", "{n} sources", story.sources).format(n=story.sources),
    )
    quotes = tuple(each.text for each in story.quotes) if texts else ()
    return Line(title=story.title, counts=", ".join(counts), quotes=quotes)


def brief_text(brief: Brief) -> str:
    """The brief as plain text that mentions nobody; its link is left whole."""
    lines = [brief.title]
    for part in brief.parts:
        lines += ["", part.name]
        for line in part.lines:
            lines += [
                f"• {line.title} ({line.counts})",
                *(f"  {quoted(each, brief.language)}" for each in line.quotes),
            ]
    text = unmention("\n".join([*lines, "", brief.coverage]))
    return f"{text}\n{brief.link}" if brief.link else text


def unmention(text: str) -> str:
    """The text with at signs that call nobody."""
    return text.replace("@", NOT_A_MENTION)


def make_payload(kind: str, brief: Brief) -> Payload:
    """The body of the POST for a kind of webhook."""
    makers: dict[str, Callable[[Brief], Payload]] = {
        "slack": _slack,
        "mattermost": _mattermost,
        "discord": _discord,
        "teams": _teams,
    }
    return makers.get(kind, _json)(brief)


def _json(brief: Brief) -> Payload:
    parts = [
        {
            "name": part.name,
            "stories": [
                {"title": line.title, "counts": line.counts, "quotes": list(line.quotes)}
                for line in part.lines
            ],
        }
        for part in brief.parts
    ]
    names = ("watch", "day", "language", "title", "subject", "documents", "coverage", "link")
    return {"type": brief.kind, **{name: getattr(brief, name) for name in names}, "sections": parts}


def _slack(brief: Brief) -> Payload:
    """Blocks of literal text: Slack's rich text interprets nothing."""
    blocks: list[Payload] = [
        {"type": "header", "text": _plain_text(shorten(brief.subject, LONGEST_HEADER))},
    ]
    blocks += [_slack_part(part, brief.language) for part in brief.parts]
    ending: list[Payload] = [{"type": "text", "text": f"{brief.coverage} "}]
    if brief.link:
        ending.append({"type": "link", "url": brief.link, "text": brief.read_online})
    blocks.append({"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": ending}]})
    text = brief.subject.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {"text": text, "mrkdwn": False, "unfurl_links": False, "unfurl_media": False, "blocks": blocks}


def _plain_text(text: str) -> Payload:
    return {"type": "plain_text", "text": text, "emoji": False}


def _slack_part(part: Part, language: str) -> Payload:
    items = [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": _line_text(line, language)}]}
        for line in part.lines
    ]
    name = {"type": "text", "text": part.name, "style": {"bold": True}}
    return {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_section", "elements": [name]},
            {"type": "rich_text_list", "style": "bullet", "elements": items},
        ],
    }


def _line_text(line: Line, language: str) -> str:
    return "\n".join((f"{line.title} ({line.counts})", *(quoted(each, language) for each in line.quotes)))


def _markdown(brief: Brief) -> str:
    lines: list[str] = []
    for part in brief.parts:
        lines += [
            f"**{_literal(part.name)}**",
            *(f"- {_literal(_line_text(line, brief.language))}" for line in part.lines),
            "",
        ]
    return "\n".join([*lines, _literal(brief.coverage)])


def _literal(text: str) -> str:
    return unmention(escape(text)).replace("\n", "\n  ")


def _mattermost(brief: Brief) -> Payload:
    link = f"\n\n[{_literal(brief.read_online)}]({brief.link})" if brief.link else ""
    return {"text": f"#### {_literal(brief.subject)}\n\n{_markdown(brief)}{link}"}


def _discord(brief: Brief) -> Payload:
    embed: Payload = {
        "title": shorten(_literal(brief.subject), 256),
        "description": _whole_lines(_markdown(brief), LONGEST_DISCORD),
    }
    if brief.link:
        embed["url"] = brief.link
    return {"embeds": [embed], "allowed_mentions": {"parse": []}}


def _whole_lines(text: str, limit: int) -> str:
    """Whole lines only, so that nothing escaped is cut open."""
    kept: list[str] = []
    size = 0
    for line in text.split("\n"):
        size += len(line) + 1
        if size > limit - 2:
            return "\n".join([*kept, "…"])
        kept.append(line)
    return text


def _teams(brief: Brief) -> Payload:
    """An adaptive card of text runs, which Teams shows as they are."""
    body = [_runs(brief.subject, size="Large", weight="Bolder")]
    for part in brief.parts:
        body.append(_runs(part.name, weight="Bolder"))
        body += [_runs(f"• {_line_text(line, brief.language)}") for line in part.lines]
    body.append(_runs(brief.coverage, isSubtle=True))
    card: Payload = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
    }
    if brief.link:
        card["actions"] = [{"type": "Action.OpenUrl", "title": brief.read_online, "url": brief.link}]
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    return {"type": "message", "attachments": [attachment]}


def _runs(text: str, **style: object) -> Payload:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **style}]}
