"""Make a digest fit two minutes of reading: at most 600 words, cut where it hurts least.

First what is told becomes shorter, then less is told. Always from the end of the page, in this order:
second quotes; further places, rising terms after the third, lines of saved searches after the first;
long quotes; quotes of stories that are not the first of their block; how we are spoken of; how
competitors' threads were answered; troubles of sources but the newest two; long titles; examples of
rising terms; all places; the remaining quotes. Only then do stories go: those that are not the first
of their block; at last the others. What is cut goes into the line that says where it is. Room that is
left over in the end is given back to quotes, from the top.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from search.editions.digest import Block, Digest, Finds, Story
from search.render.text import render_text
from search.sections.coverage import tell_more_issues
from search.sections.teller import Teller
from search.wording.plain import shorten, shorten_words
from watchlists.messages import Messages

MOST_WORDS = 600
LEAST_TERMS = 3
LEAST_ISSUES = 2
SHORT_QUOTE = 12
"""Words."""
SHORT_TITLE = 70
"""Characters."""
TO_COPY = re.compile(r"\s*(?:veilleur \w|\[\d+\] https?://)")
"""Lines nobody reads through: a command, or an address of the list at the end."""
Change = Callable[[Story], Story]
Record = TypeVar("Record")
Stage = Callable[[Digest], Iterator[Digest]]


def fit(digest: Digest, teller: Teller) -> Digest:
    """The digest, or the longest cut of it that stays within 600 words."""
    messages = teller.voice.messages
    if count_words(digest, messages) <= MOST_WORDS:
        return digest
    page = digest
    for smaller in _cuts(digest, teller):
        page = smaller
        if count_words(page, messages) <= MOST_WORDS:
            break
    return _refill(page, digest, messages)


def count_words(digest: Digest, messages: Messages) -> int:
    """Words of the plain text that are read: bullets, rules, addresses and commands to copy are none."""
    lines = (line for line in render_text(digest, messages).splitlines() if not TO_COPY.match(line))
    return sum(any(each.isalnum() for each in word) for line in lines for word in line.split())


def _cuts(digest: Digest, teller: Teller) -> Iterator[Digest]:
    """Ever smaller digests."""
    for stage in _stages(teller):
        for smaller in stage(digest):
            digest = smaller
            yield digest


def _stages(teller: Teller) -> tuple[Stage, ...]:
    """Every way to make a page smaller, in the order of what it costs a reader."""
    return (
        lambda page: _change_stories(page, _keep_one_quote, every=True),
        lambda page: _change_stories(page, _keep_one_place, every=True),
        _drop_terms,
        lambda page: _drop_lines(page, teller, least=1),
        lambda page: _change_stories(page, _shorten_quotes, every=True),
        lambda page: _change_stories(page, _drop_quotes, every=False),
        _drop_spoken,
        _drop_facts,
        lambda page: _drop_issues(page, teller),
        lambda page: _change_stories(page, _shorten_title, every=True),
        _drop_examples,
        lambda page: _change_stories(page, _drop_places, every=True),
        lambda page: _change_stories(page, _drop_quotes, every=True),
        lambda page: _drop_stories(page, teller, least=1),
        lambda page: _drop_lines(page, teller, least=0),
        lambda page: _drop_stories(page, teller, least=0),
    )


def _refill(page: Digest, whole: Digest, messages: Messages) -> Digest:
    """The page with short quotes where they still fit."""
    before = {story.id: _shorten_quotes(_keep_one_quote(story)).quotes for story in whole.stories}
    for story in page.stories:
        if not story.quotes and before[story.id]:
            fuller = _change_story(page, story.id, partial(replace, quotes=before[story.id]))
            page = fuller if count_words(fuller, messages) <= MOST_WORDS else page
    return page


def _keep_one_quote(story: Story) -> Story:
    return replace(story, quotes=story.quotes[:1])


def _shorten_quotes(story: Story) -> Story:
    short = (replace(each, text=shorten_words(each.text, SHORT_QUOTE)) for each in story.quotes)
    return replace(story, quotes=tuple(short))


def _shorten_title(story: Story) -> Story:
    return replace(story, title=shorten(story.title, SHORT_TITLE))


def _keep_one_place(story: Story) -> Story:
    return replace(story, also_in=story.also_in[:1])


def _drop_places(story: Story) -> Story:
    return replace(story, also_in=())


def _drop_quotes(story: Story) -> Story:
    return replace(story, quotes=())


def _drop_terms(digest: Digest) -> Iterator[Digest]:
    for count in range(len(digest.rising.terms) - 1, LEAST_TERMS - 1, -1):
        yield replace(digest, rising=replace(digest.rising, terms=digest.rising.terms[:count]))


def _drop_examples(digest: Digest) -> Iterator[Digest]:
    """Rising terms without their examples, from the last."""
    terms = digest.rising.terms
    for count in reversed(range(len(terms))):
        if terms[count].example is not None:
            terms = (*terms[:count], replace(terms[count], example=None), *terms[count + 1 :])
            yield replace(digest, rising=replace(digest.rising, terms=terms))


def _drop_spoken(digest: Digest) -> Iterator[Digest]:
    """What is praised and complained of is left to `veilleur tone`, from the last sentence."""
    while digest.tone is not None and digest.tone.spoken:
        digest = replace(digest, tone=replace(digest.tone, spoken=digest.tone.spoken[:-1]))
        yield digest


def _drop_facts(digest: Digest) -> Iterator[Digest]:
    """How competitors' threads were answered is left to `veilleur compare`, from the last block."""
    for position in reversed(range(len(digest.competitors))):
        block = digest.competitors[position]
        if block.facts and block.stories:
            blocks = _exchanged(digest.competitors, position, replace(block, facts=()))
            digest = replace(digest, competitors=blocks)
            yield digest


def _drop_issues(digest: Digest, teller: Teller) -> Iterator[Digest]:
    """The oldest trouble of a source gone, one after another."""
    while len(digest.coverage.issues) > LEAST_ISSUES:
        coverage = digest.coverage
        oldest = min(coverage.issues, key=lambda each: each.since or digest.end)
        issues = tuple(each for each in coverage.issues if each is not oldest)
        hidden = (coverage.more.count if coverage.more else 0) + 1
        fewer = replace(coverage, issues=issues, more=tell_more_issues(teller, hidden))
        digest = replace(digest, coverage=fewer)
        yield digest


def _drop_lines(digest: Digest, teller: Teller, *, least: int) -> Iterator[Digest]:
    """The last line of a saved search gone, one after another, from the last search."""
    queries = {each.id: f"({each.query})" for each in teller.scope.watchlist.searches}
    for position in reversed(range(len(digest.searches))):
        while len(digest.searches[position].lines) > least:
            finds = _without_line(digest.searches[position], teller, queries)
            digest = replace(digest, searches=_exchanged(digest.searches, position, finds))
            yield digest


def _without_line(finds: Finds, teller: Teller, queries: dict[str, str]) -> Finds:
    hidden = (finds.more.count if finds.more else 0) + finds.lines[-1].documents
    return replace(finds, lines=finds.lines[:-1], more=teller.more(hidden, queries[finds.id]))


def _exchanged(records: Sequence[Record], position: int, record: Record) -> tuple[Record, ...]:
    return (*records[:position], record, *records[position + 1 :])


def _change_stories(digest: Digest, change: Change, *, every: bool) -> Iterator[Digest]:
    """One story changed after another, from the last; must see spared, and block leaders without `every`."""
    spared = {story.id for story in digest.must_see} | (set() if every else _leaders(digest))
    for story in reversed(digest.stories):
        if story.id not in spared and change(story) != story:
            digest = _change_story(digest, story.id, change)
            yield digest


def _leaders(digest: Digest) -> set[str]:
    blocks = (*digest.competitors, *digest.own)
    return {block.stories[0].id for block in blocks if block.stories}


def _change_story(digest: Digest, id: str, change: Change) -> Digest:
    def changed(stories: tuple[Story, ...]) -> tuple[Story, ...]:
        return tuple(change(story) if story.id == id else story for story in stories)

    def blocks(found: tuple[Block, ...]) -> tuple[Block, ...]:
        return tuple(replace(block, stories=changed(block.stories)) for block in found)

    return replace(
        digest,
        must_see=changed(digest.must_see),
        competitors=blocks(digest.competitors),
        own=blocks(digest.own),
        conversations=replace(digest.conversations, stories=changed(digest.conversations.stories)),
        topics=blocks(digest.topics),
        platforms=blocks(digest.platforms),
    )


def _drop_stories(digest: Digest, teller: Teller, *, least: int) -> Iterator[Digest]:
    """The last story of the fullest block gone, one after another, while a block has more than `least`."""
    while (fullest := _fullest(digest)) is not None and len(fullest.stories) > least:
        digest = _without_last(digest, fullest, teller)
        yield digest


def _fullest(digest: Digest) -> Block | None:
    """The block with most stories; of several, the last of the page."""
    blocks = (*digest.topics, *reversed(digest.own), *reversed(digest.competitors))
    return max(blocks, key=lambda block: len(block.stories), default=None)


def _without_last(digest: Digest, fullest: Block, teller: Teller) -> Digest:
    field = "topic" if fullest.role == "topic" else "organisation"
    hidden = (fullest.more.count if fullest.more else 0) + 1
    more = teller.more(hidden, f"{field}:{fullest.id}")
    fewer = replace(fullest, stories=fullest.stories[:-1], more=more)

    def blocks(found: tuple[Block, ...]) -> tuple[Block, ...]:
        return tuple(fewer if block is fullest else block for block in found)

    competitors, own, topics = blocks(digest.competitors), blocks(digest.own), blocks(digest.topics)
    return replace(digest, competitors=competitors, own=own, topics=topics)
