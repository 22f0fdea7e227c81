"""Make a digest fit two minutes of reading: at most 600 words, cut where it hurts least.

In this order, always from the end of the page: second quotes; further places; rising terms after
the third; quotes of stories that are not the first of their block; stories that are not; then the
remaining quotes; examples of rising terms; at last the remaining stories. What is cut goes into the
line that says where it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from search.digest import Block, Digest, Story
from search.render.text import render_text
from search.sections.teller import Teller
from watchlists.messages import Messages

MOST_WORDS = 600
LEAST_TERMS = 3
TO_COPY = re.compile(r"\s*(?:veilleur \w|\[\d+\] https?://)")
"""Lines nobody reads through: a command, or an address of the list at the end."""
Change = Callable[[Story], Story]


def fit(digest: Digest, teller: Teller) -> Digest:
    """The digest, or the longest cut of it that stays within 600 words."""
    messages = teller.voice.messages
    if count_words(digest, messages) <= MOST_WORDS:
        return digest
    for smaller in _cuts(digest, teller):
        digest = smaller
        if count_words(digest, messages) <= MOST_WORDS:
            break
    return digest


def count_words(digest: Digest, messages: Messages) -> int:
    """Words of the plain text that are read: bullets, rules, addresses and commands to copy are none."""
    lines = (line for line in render_text(digest, messages).splitlines() if not TO_COPY.match(line))
    return sum(any(each.isalnum() for each in word) for line in lines for word in line.split())


def _cuts(digest: Digest, teller: Teller) -> Iterator[Digest]:
    """Ever smaller digests."""
    stages: tuple[Callable[[Digest], Iterator[Digest]], ...] = (
        lambda page: _change_stories(page, _keep_one_quote, every=True),
        lambda page: _change_stories(page, _keep_one_place, every=True),
        _drop_terms,
        lambda page: _change_stories(page, _drop_quotes, every=False),
        lambda page: _drop_stories(page, teller, least=1),
        lambda page: _change_stories(page, _drop_quotes, every=True),
        _drop_examples,
        lambda page: _drop_stories(page, teller, least=0),
    )
    for stage in stages:
        for smaller in stage(digest):
            digest = smaller
            yield digest


def _keep_one_quote(story: Story) -> Story:
    return replace(story, quotes=story.quotes[:1])


def _keep_one_place(story: Story) -> Story:
    return replace(story, also_in=story.also_in[:1])


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
