"""Stories: posts that tell one event, across sources and languages, grouped online in one deterministic pass.

Posts are taken in the order of publishing (then id). A near-duplicate of a post joins its story; any other
joins the story whose recent members are most like it on average, or begins one under its own id. All that
a post is compared with lies in the five days before it, so that a pass over the last days, given the
stories before them, gives the same ids as a pass over everything. Average link, and a limit on members,
keep stories from growing into one another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from pipelines.duplicates import COPY, DuplicateFinder
from pipelines.story_signals import Affixes, Signals, read_signals, strip_affixes
from pipelines.story_window import Window

LOOK_BACK = timedelta(days=5)
MOST_MEMBERS = 200
"""Recent members from which a story takes in near-duplicates only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryPost:
    """A post as stories see it; `story` is given where it was told before and is to stay."""

    id: str
    published: datetime
    title: str
    text: str
    language: str
    source: str = ""
    vector: NDArray[np.float32] | None = None
    story: str | None = None
    copy_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryAssignment:
    """The story of a post: the id of its first post. `copy_of` is the earlier text it repeats."""

    id: str
    story: str
    copy_of: str | None = None


def assign_stories(
    posts: Iterable[StoryPost], *, look_back: timedelta | None = LOOK_BACK
) -> tuple[StoryAssignment, ...]:
    """The story of each post, in order of publishing and id; without `look_back` all earlier posts count."""
    ordered = sorted(posts, key=lambda post: (post.published, post.id))
    desk = _Desk(look_back=look_back)
    return tuple(desk.take(post) for post in ordered)


@dataclass(slots=True)
class _Desk:
    """What is known of the posts taken so far."""

    look_back: timedelta | None
    posts: list[StoryPost] = field(default_factory=list)
    stories: list[str] = field(default_factory=list)
    window: Window = field(default_factory=Window)
    finder: DuplicateFinder = field(default_factory=DuplicateFinder)
    affixes: dict[str, Affixes] = field(default_factory=dict)
    """Of each source."""

    def take(self, post: StoryPost) -> StoryAssignment:
        if self.look_back is not None:
            self._forget(post.published - self.look_back)
        signals = self._signals(post)
        near = self.finder.add(f"{post.title}\n{post.text}")
        like = self.window.compare(signals, post.language, is_short=len(signals.words) < 25)
        earlier = near.place if near and near.place >= self.window.start else None
        story = post.story or self._story(post, like, earlier)
        copied = self.posts[earlier].id if near and earlier is not None and near.share >= COPY else None
        self.posts.append(post)
        self.stories.append(story)
        self.window.add(signals, post.language)
        return StoryAssignment(
            id=post.id, story=story, copy_of=post.copy_of if post.story is not None else copied
        )

    def _story(self, post: StoryPost, like: Sequence[float], earlier: int | None) -> str:
        if earlier is not None:
            return self.stories[earlier]
        scores: dict[str, list[float]] = {}
        for story, score in zip(self.stories[self.window.start :], like, strict=True):
            scores.setdefault(story, []).append(score)
        means = {story: sum(each) / len(each) for story, each in scores.items() if len(each) <= MOST_MEMBERS}
        best = max(means, key=lambda story: means[story], default=None)
        return best if best is not None and means[best] >= 1 else post.id

    def _signals(self, post: StoryPost) -> Signals:
        title = post.title
        if post.source:
            title = strip_affixes(title, self.affixes.setdefault(post.source, Affixes()).add(title))
        return read_signals(title, post.text, language=post.language, vector=post.vector)

    def _forget(self, before: datetime) -> None:
        while self.window.start < len(self.posts) and self.posts[self.window.start].published < before:
            post = self.posts[self.window.start]
            if post.source:
                self.affixes[post.source].forget(post.title)
            self.finder.forget(self.window.start)
            self.window.forget()


def members(assignments: Sequence[StoryAssignment]) -> Mapping[str, tuple[str, ...]]:
    """Ids of each story's posts, in order."""
    found: dict[str, list[str]] = {}
    for each in assignments:
        found.setdefault(each.story, []).append(each.id)
    return {story: tuple(ids) for story, ids in found.items()}
