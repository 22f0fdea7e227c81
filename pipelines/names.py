"""Watched names in a text: organisations by name, alias, handle, hashtag and link.

Exact, and before any model: words are folded (case, accents, typographic apostrophes) and looked
up in a table of word sequences, longest first. The rules, in their order:

1. addresses are read as links only, and @handles and #hashtags as a whole: listed ones by what
   the watchlist says, others where they spell a name as one word;
2. `ignore` phrases of an organisation take their words away from its names;
3. names and aliases match whole words, a plural included, across spaces, hyphens, apostrophes and
   "&", never across other punctuation;
4. names marked `ambiguous` take no plural and need context: see pipelines.context;
5. a link to one of its domains mentions an organisation, platforms excepted: a link to a
   video is not about the company that hosts it.

Limits: other inflections and misspellings are not found; add them as aliases.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Literal
from urllib.parse import urlsplit

from pipelines.context import Judge, Occurrence
from pipelines.folding import WORD, fold, fold_words
from watchlists.model import Organisation

MOST = 2_000
"""Occurrences looked at in one text: enough for any text that people write."""
Rule = Literal["name", "alias", "handle", "hashtag", "domain", "context", "own_source"]
Span = tuple[int, int]
_GAP = re.compile(r"[ \t]{0,2}[ \t\n&+/'.·–-]?[ \t]{0,2}")
"""What may stand between two words of one name."""
_ADDRESS = re.compile(
    r"(?:https?://|www\.)[^\s<>\"'()]+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"
)
_SIGNED = re.compile(r"(?<![\w@#/.])([@#])(\w[\w.-]*(?:@[\w.-]+)?)")
_SIGNS = frozenset("+#!*")
"""Signs that make a name another one: a "c" alone is not "C++"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NameHit:
    """One occurrence of a watched name; offsets are those of the text searched."""

    organisation: str
    name: str
    """The organisation's first name, for entities."""
    surface: str
    start: int
    end: int
    rule: Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pattern:
    """A name as a sequence of folded words."""

    organisation: Organisation
    words: tuple[str, ...]
    written: str
    rule: Rule | Literal["ignore"]
    is_ambiguous: bool = False

    @property
    def literal(self) -> str:
        """What must stand there letter by letter; empty when the words are enough."""
        return fold(self.written) if _SIGNS & set(self.written) else ""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A pattern met at a place, not yet judged."""

    pattern: _Pattern
    rule: Rule
    start: int
    end: int
    word: int
    """Place of its first word among the words of the text."""


@dataclass(slots=True)
class NameFinder:
    """Finds the names of one watchlist; keeps nothing between texts."""

    organisations: Sequence[Organisation]
    _table: dict[str, list[_Pattern]] = field(default_factory=dict, init=False)
    _joined: dict[str, list[_Pattern]] = field(default_factory=dict, init=False)
    _handles: dict[str, list[Organisation]] = field(default_factory=dict, init=False)
    _domains: dict[str, Organisation] = field(default_factory=dict, init=False)
    _judges: dict[str, Judge] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        for organisation in self.organisations:
            self._learn(organisation)
        for patterns in self._table.values():
            patterns.sort(key=lambda each: (-len(each.words), each.rule != "ignore", each.written))

    def find(self, text: str, *, links: Iterable[str] = (), owner: str | None = None) -> tuple[NameHit, ...]:
        """Every occurrence, by position; `owner` is the organisation whose place the text was read in.

        A link that the text does not show counts once for its organisation, at position 0.
        """
        folded = fold(text)
        words = [(each[0], each.start(), each.end()) for each in WORD.finditer(folded)]
        addresses = [each.span() for each in _ADDRESS.finditer(folded)]
        taken = _joined_spans((*addresses, *(each.span() for each in _SIGNED.finditer(folded))))
        candidates = list(islice(chain(self._signed(folded), self._named(folded, words, taken)), MOST))
        hits = [_hit(text, each, each.rule) for each in candidates if not each.pattern.is_ambiguous]
        hits += self._linked(text, addresses, links)
        known = {hit.organisation for hit in hits}
        for each in candidates:
            if each.pattern.is_ambiguous:
                hits += self._judged(
                    text, words, each, is_named=each.pattern.organisation.id in known, owner=owner
                )
        return tuple(sorted(hits, key=lambda hit: (hit.start, hit.end, hit.organisation)))

    def _learn(self, organisation: Organisation) -> None:
        ambiguous = {fold(name) for name in organisation.ambiguous}
        for name in (organisation.name, *organisation.aliases):
            rule: Rule = "name" if name == organisation.name else "alias"
            self._add(organisation, name, rule, is_ambiguous=fold(name) in ambiguous)
        for phrase in organisation.ignore:
            self._add(organisation, phrase, "ignore")
        for handle in organisation.handles:
            self._handles.setdefault(fold(handle), []).append(organisation)
        if organisation.role != "platform":
            for domain in organisation.domains:
                self._domains.setdefault(domain.lower().removeprefix("www."), organisation)
        self._judges[organisation.id] = Judge.of(organisation)

    def _add(
        self,
        organisation: Organisation,
        written: str,
        rule: Rule | Literal["ignore"],
        *,
        is_ambiguous: bool = False,
    ) -> None:
        words = tuple(fold_words(written))
        if not words:
            return
        pattern = _Pattern(
            organisation=organisation, words=words, written=written, rule=rule, is_ambiguous=is_ambiguous
        )
        self._table.setdefault(words[0], []).append(pattern)
        if rule != "ignore":
            self._joined.setdefault("".join(words), []).append(pattern)
            if len(words) == 1 and not is_ambiguous:
                for plural in _plurals(words[0]):
                    self._table.setdefault(plural, []).append(pattern)

    def _signed(self, folded: str) -> Iterator[_Candidate]:
        """Handles and hashtags, as a whole."""
        for found in _SIGNED.finditer(folded):
            sign, word = found[1], found[2].rstrip(".-")
            rule: Rule = "handle" if sign == "@" else "hashtag"
            end = found.start() + 1 + len(word)
            listed = self._handles.get(sign + word) or self._handles.get(sign + word.split("@")[0], [])
            for organisation in listed:
                pattern = _Pattern(organisation=organisation, words=(word,), written=word, rule=rule)
                yield _Candidate(pattern, rule, found.start(), end, -1)
            if not listed:
                for pattern in self._joined.get(re.sub(r"[_.-]", "", word), ()):
                    yield _Candidate(pattern, rule, found.start(), end, -1)

    def _named(
        self, folded: str, words: Sequence[tuple[str, int, int]], taken: Sequence[Span]
    ) -> Iterator[_Candidate]:
        """Names and aliases, longest first, each word used once per organisation."""
        used: dict[str, int] = {}
        for place, (word, start, _) in enumerate(words):
            for pattern in self._table.get(word, ()):
                end = _match(pattern, folded, words, place)
                id = pattern.organisation.id
                if end is None or start < used.get(id, 0) or _overlaps((start, end), taken):
                    continue
                used[id] = end
                if pattern.rule != "ignore":
                    yield _Candidate(pattern, pattern.rule, start, end, place)

    def _linked(self, text: str, addresses: Sequence[Span], links: Iterable[str]) -> Iterator[NameHit]:
        shown: set[str] = set()
        for start, end in addresses[:MOST]:
            owner = self._owner(text[start:end])
            if owner is not None:
                shown.add(owner.id)
                yield NameHit(
                    organisation=owner.id,
                    name=owner.name,
                    surface=text[start:end],
                    start=start,
                    end=end,
                    rule="domain",
                )
        for link in links:
            owner = self._owner(link)
            if owner is not None and owner.id not in shown:
                shown.add(owner.id)
                yield NameHit(
                    organisation=owner.id, name=owner.name, surface=_host(link), start=0, end=0, rule="domain"
                )

    def _owner(self, address: str) -> Organisation | None:
        parts = _host(address).split(".")
        hosts = (".".join(parts[at:]) for at in range(len(parts) - 1))
        return next((self._domains[host] for host in hosts if host in self._domains), None)

    def _judged(
        self,
        text: str,
        words: Sequence[tuple[str, int, int]],
        each: _Candidate,
        *,
        is_named: bool,
        owner: str | None,
    ) -> Iterator[NameHit]:
        id = each.pattern.organisation.id
        occurrence = Occurrence(
            start=each.start,
            end=each.end,
            word=each.word,
            width=len(each.pattern.words),
            written=each.pattern.written,
        )
        rule = self._judges[id].accept(text, words, occurrence, is_named=is_named, is_own_place=owner == id)
        if rule is not None:
            yield _hit(text, each, rule)


def _match(pattern: _Pattern, folded: str, words: Sequence[tuple[str, int, int]], place: int) -> int | None:
    """Where the pattern that begins at `place` ends; None when it does not stand there."""
    count = len(pattern.words)
    if place + count > len(words):
        return None
    for at in range(1, count):
        is_last = at == count - 1 and not pattern.is_ambiguous
        word = words[place + at][0]
        if word != pattern.words[at] and not (is_last and word in _plurals(pattern.words[at])):
            return None
        if not pattern.literal and not _GAP.fullmatch(folded, words[place + at - 1][2], words[place + at][1]):
            return None
    start, end = words[place][1], words[place + count - 1][2]
    if pattern.literal:
        at = start - pattern.literal.index(pattern.words[0])
        return max(end, at + len(pattern.literal)) if folded.startswith(pattern.literal, max(at, 0)) else None
    return end


def _plurals(word: str) -> tuple[str, ...]:
    return (word + "s", word + "x") if len(word) > 3 and word[-1] not in "sxz0123456789" else ()


def _joined_spans(spans: Iterable[Span]) -> list[Span]:
    """The same characters as spans in order, apart from each other."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _overlaps(span: Span, others: Sequence[Span]) -> bool:
    """Whether a span shares a character with one of `others`, which are in order and apart."""
    place = bisect_right(others, span[0], key=lambda other: other[1])
    return place < len(others) and others[place][0] < span[1]


def _hit(text: str, each: _Candidate, rule: Rule) -> NameHit:
    organisation = each.pattern.organisation
    return NameHit(
        organisation=organisation.id,
        name=organisation.name,
        surface=text[each.start : each.end],
        start=each.start,
        end=each.end,
        rule=rule,
    )


def _host(address: str) -> str:
    if "@" in address and "//" not in address:
        return address.rsplit("@", 1)[1].lower().rstrip(".")
    try:
        host = urlsplit(address if "//" in address else "//" + address).hostname
    except ValueError:
        return ""
    return (host or "").removeprefix("www.").rstrip(".")
