"""Subjects nobody listed: posts grouped by meaning, in both languages, online in one deterministic pass.

Posts are taken in the order of publishing (then id). Each joins the group whose members of the eight weeks
before it are nearest in meaning on average, or begins one under its own id. A group is a subject while at
least three of its recent posts, from two voices, speak of it; it is then given a label
(pipelines.subject_labels) and keeps it until that support is lost, or hardly a post holds it any more. What
a post is given depends on the posts before it alone, so that a pass over the last days, told what was
given before, gives what a pass over everything gives. Vectors are whole numbers here: their sums are
exact, whatever was added and taken away in between.

Limits: groups are as coarse as the sentence encoder, which sees themes better than events.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from pipelines.subject_labels import NO_LABEL, Label, TermBook, Wording

LOOK_BACK = timedelta(weeks=8)
JOINS = 0.48
"""Nearness to the mean of a group from which a post belongs to it."""
LEAST_POSTS, LEAST_VOICES = 3, 2
_FINE = 2.0**14
"""Vectors are rounded to this fraction."""
_SILENT = Wording({})
Vector = NDArray[np.float32]
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a post was given when it came: its group, and the group's label at that moment."""

    group: str
    label: Label = NO_LABEL


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectPost:
    """A post as subjects see it; `told` is given where it was told before."""

    id: str
    published: datetime
    vector: Vector
    wording: Wording = _SILENT
    voice: str = ""
    """Who speaks: the author, or the source where it names none."""
    counts: bool = True
    """False of copies: they belong to a group and say nothing new about it."""
    told: Told | None = None


@dataclass(slots=True)
class _Group:
    """The recent posts of one group, in order."""

    id: str
    row: int
    posts: list[SubjectPost] = field(default_factory=list)
    label: Label = NO_LABEL

    def is_supported(self) -> bool:
        """Whether enough posts and voices speak of it."""
        telling = [post for post in self.posts if post.counts]
        return len(telling) >= LEAST_POSTS and len({post.voice for post in telling}) >= LEAST_VOICES


@dataclass(slots=True)
class SubjectDesk:
    """Takes posts in order and tells the group and label of each."""

    language: str
    """The reader's: labels are in it where they can be."""
    groups: dict[str, _Group] = field(default_factory=dict)
    subjects: dict[str, str] = field(default_factory=dict)
    """Label of each post taken: the last its group had while the post was recent, as it is written."""
    _book: TermBook = field(default_factory=TermBook)
    _recent: list[tuple[SubjectPost, _Group]] = field(default_factory=list)
    _start: int = 0
    _sums: Numbers = field(default_factory=lambda: np.zeros((0, 0)))
    _lengths: Numbers = field(default_factory=lambda: np.zeros(0))
    _rows: list[_Group] = field(default_factory=list)

    def take(self, post: SubjectPost) -> Told:
        """The group of a post, and its label now."""
        self._forget(post.published - LOOK_BACK)
        fine = np.rint(post.vector.astype(np.float64) * _FINE)
        group = self._find(post, fine)
        had = group.label if group.is_supported() else NO_LABEL
        group.posts.append(post)
        self._recent.append((post, group))
        self._add(group, fine, 1.0)
        if post.counts:
            self._book.add(post.wording)
        group.label = post.told.label if post.told else self._label(group, had)
        for each in group.posts:
            self.subjects[each.id] = group.label.written or self.subjects.get(each.id, "")
        return Told(group=group.id, label=group.label)

    def _label(self, group: _Group, had: Label) -> Label:
        if not group.is_supported():
            return NO_LABEL
        wordings = [post.wording for post in group.posts if post.counts]
        return self._book.choose(wordings, language=self.language, had=had)

    def _find(self, post: SubjectPost, fine: Numbers) -> _Group:
        id = post.told.group if post.told else self._nearest(fine)
        if id is None or id not in self.groups:
            id = id or post.id
            group = _Group(id=id, row=self._row(fine.size))
            self.groups[id] = group
            self._rows[group.row :] = [group]
        return self.groups[id]

    def _nearest(self, fine: Numbers) -> str | None:
        length = float(np.sqrt(fine @ fine))
        if not self._rows or not length:
            return None
        count = len(self._rows)
        # Exact: whole numbers far below what a double holds, so that no order of summing shows.
        near = (self._sums[:count] @ fine) / (self._lengths[:count] * length)
        best = float(near.max())
        return min(self._rows[row].id for row in np.flatnonzero(near == best)) if best >= JOINS else None

    def _row(self, size: int) -> int:
        row = len(self._rows)
        if row >= len(self._sums):
            grown = np.zeros((max(64, 2 * row), size))
            grown[:row] = self._sums[:row] if row else 0.0
            lengths = np.ones(len(grown))
            lengths[:row] = self._lengths[:row]
            self._sums, self._lengths = grown, lengths
        return row

    def _add(self, group: _Group, fine: Numbers, sign: float) -> None:
        row = self._sums[group.row]
        row += sign * fine
        self._lengths[group.row] = np.sqrt(row @ row) or 1.0

    def _forget(self, before: datetime) -> None:
        while self._start < len(self._recent) and self._recent[self._start][0].published < before:
            post, group = self._recent[self._start]
            self._start += 1
            group.posts.pop(0)  # posts come and go in one order
            self._add(group, np.rint(post.vector.astype(np.float64) * _FINE), -1.0)
            if post.counts:
                self._book.forget(post.wording)
            if not group.posts:
                self._drop(group)

    def _drop(self, group: _Group) -> None:
        """Give the row of an empty group to the last one."""
        last = self._rows.pop()
        del self.groups[group.id]
        if last is not group:
            self._sums[group.row], self._lengths[group.row] = self._sums[last.row], self._lengths[last.row]
            self._rows[group.row] = last
            last.row, free = group.row, last.row
            self._sums[free], self._lengths[free] = 0.0, 1.0


def tell_subjects(posts: Iterable[SubjectPost], *, language: str) -> tuple[dict[str, Told], dict[str, str]]:
    """What each post is given as it comes, and the subject it ends with."""
    desk = SubjectDesk(language=language)
    told = {post.id: desk.take(post) for post in _in_order(posts)}
    return told, desk.subjects


def _in_order(posts: Iterable[SubjectPost]) -> Iterator[SubjectPost]:
    ordered: Sequence[SubjectPost] = sorted(posts, key=lambda post: (post.published, post.id))
    yield from ordered
