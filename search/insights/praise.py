"""What is praised and what is complained of: the key phrases that set such texts apart.

Each voice counts once for a phrase, so that neither a loud author nor copies make one. A phrase is
told when at least three voices used it in texts of that kind, and its log-odds ratio between these
and all other texts about the organisation (the period and eight weeks before it), with an informative
Dirichlet prior made of all of them (Monroe, Colaresi and Quinn 2008), lies at least 1.64 deviations
above 0: by chance less than once in twenty. The other kind alone would be too few to compare with:
where one complains, hardly anybody praises. Negative is what `grievances` says; positive is a glad
tone towards it, or praise in its own place.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipelines.document import Document
from search.insights.grievances import concerning, is_said_by_people, speaks_badly
from search.insights.quotes import Quote, quote_phrase
from search.insights.scope import Scope
from search.insights.strands import voice_of
from search.insights.terms import watched_names
from search.window import between
from watchlists.model import Organisation

FEWEST_VOICES = 3
LEAST_DEVIATIONS = 1.64
PRIOR_VOICES = 50.0
"""Uses' worth of belief that such texts are worded as all texts are."""
BACKGROUND = timedelta(days=56)
"""How far before the period the prior is learnt."""
MOST = 8

Uses = AbstractSet[tuple[str, str]]
"""Phrases, which are in lower case, each with a voice that used it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distinction:
    """A phrase of one kind of texts, how many used it there and elsewhere, and a sentence that holds it."""

    phrase: str
    voices: int
    others: int
    """Voices that used it in other texts about the organisation."""
    deviations: float
    """How far its log-odds ratio lies from 0, in standard deviations."""
    quote: Quote | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Praise:
    """What sets glad and angry texts about an organisation apart, and how many of each there are."""

    organisation: Organisation
    praised: tuple[Distinction, ...]
    blamed: tuple[Distinction, ...]
    positive: int
    negative: int
    """Texts of either kind."""


def find_praise(scope: Scope, organisation: Organisation, *, since: datetime, until: datetime) -> Praise:
    """What people praise and what they complain of in texts published in [since, until)."""
    query = scope.known(concerning(organisation.id), between("published", since - BACKGROUND, until))
    texts = [each for each in scope.index.scan(query) if is_said_by_people(each)]
    recent = [each for each in texts if each.published >= since]
    bad = [each for each in recent if speaks_badly(each, organisation.id)]
    glad = [each for each in recent if speaks_well(each, organisation.id)]
    without = watched_names(scope.watchlist) | frozenset(scope.decided("mute"))
    prior = _uses(texts, without)
    return Praise(
        organisation=organisation,
        praised=_tell_apart(glad, texts, prior=prior, without=without),
        blamed=_tell_apart(bad, texts, prior=prior, without=without),
        positive=len(glad),
        negative=len(bad),
    )


def speaks_well(document: Document, organisation: str) -> bool:
    """Glad towards it; or praise, or a glad text, in its own place; nothing that speaks badly."""
    if speaks_badly(document, organisation):
        return False
    tones = {each.tone for each in document.mentions if each.organisation == organisation}
    is_at_home = document.community.organisation == organisation
    return "positive" in tones or (
        is_at_home and (document.intent == "praise" or document.tone == "positive")
    )


def _tell_apart(
    chosen: Sequence[Document], texts: Sequence[Document], *, prior: Uses, without: frozenset[str]
) -> tuple[Distinction, ...]:
    """The phrases that set the chosen texts apart from all others about the organisation."""
    ids = {each.id for each in chosen}
    mine, theirs = (_uses(each, without) for each in (chosen, [each for each in texts if each.id not in ids]))
    counts = [Counter(phrase for phrase, _ in uses) for uses in (mine, theirs, prior)]
    scores = score_phrases(*counts)
    passing = [each for each, voices in counts[0].items() if voices >= FEWEST_VOICES]
    passing = [each for each in passing if scores[each] >= LEAST_DEVIATIONS]
    passing.sort(key=lambda each: (-scores[each], -counts[0][each], each))
    told = _without_parts(passing, mine)[:MOST]
    quotes = _quote_each(told, chosen)
    return tuple(
        Distinction(
            phrase=phrase,
            voices=counts[0][phrase],
            others=counts[1][phrase],
            deviations=scores[phrase],
            quote=quotes[phrase],
        )
        for phrase in told
    )


def _uses(texts: Iterable[Document], without: frozenset[str]) -> Uses:
    spoken = ((voice_of(each), each.phrases) for each in texts)
    return {(phrase, voice) for voice, phrases in spoken for phrase in phrases if phrase not in without}


def score_phrases(
    mine: Mapping[str, int], theirs: Mapping[str, int], prior: Mapping[str, int]
) -> dict[str, float]:
    """Each phrase's log-odds ratio of the first counts to the second, in deviations (Monroe et al.)."""
    if len(prior) < 2:  # one phrase alone is all there is on either side: its odds are no number
        return dict.fromkeys(mine, 0.0)
    believed = sum(prior.values())
    all_mine, all_theirs = sum(mine.values()), sum(theirs.values())
    scores = {}
    for phrase in mine:
        belief = PRIOR_VOICES * prior[phrase] / believed
        here, there = mine[phrase] + belief, theirs.get(phrase, 0) + belief
        odds = math.log(here / (all_mine + PRIOR_VOICES - here))
        elsewhere = math.log(there / (all_theirs + PRIOR_VOICES - there))
        scores[phrase] = (odds - elsewhere) / math.sqrt(1 / here + 1 / there)
    return scores


def _without_parts(phrases: Sequence[str], uses: Uses) -> list[str]:
    """One of each set of phrases that lie within one another and that the same voices use."""
    users = {phrase: {voice for used, voice in uses if used == phrase} for phrase in phrases}
    kept: list[str] = []
    for phrase in phrases:
        if not any((phrase in each or each in phrase) and users[phrase] <= users[each] for each in kept):
            kept.append(phrase)
    return kept


def _quote_each(phrases: Sequence[str], texts: Sequence[Document]) -> dict[str, Quote | None]:
    """One sentence for each phrase, each of somebody not quoted yet."""
    quotes: dict[str, Quote | None] = {}
    quoted: frozenset[str] = frozenset()
    for phrase in phrases:
        quote = quote_phrase(phrase, (each for each in texts if phrase in each.phrases), without=quoted)
        quoted |= {quote.voice} if quote else set()
        quotes[phrase] = quote
    return quotes
