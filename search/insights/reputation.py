"""What others say: mentions, stories and tone of each organisation, as counts.

What is said in an organisation's own places is not a mention of it, nor is what bots write, spam or
trolling. Copies count as mentions, but neither as stories nor in the tone: who passes a text on has
not judged once more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipelines.document import Tone
from search.insights.activity import said_of
from search.insights.scope import Scope
from search.window import between
from watchlists.model import Organisation
from watchlists.query import And, Has, Keyword, Not, Query


@dataclass(frozen=True, slots=True, kw_only=True)
class Reputation:
    """Mentions of one organisation by others between two times."""

    organisation: Organisation
    mentions: int
    stories: int
    authors: int
    negative: int
    neutral: int
    positive: int

    @property
    def has_tone(self) -> bool:
        """Whether any mention was given a tone other than neutral."""
        return self.negative + self.positive > 0


def measure_reputation(
    scope: Scope, organisation: Organisation, *, since: datetime, until: datetime
) -> Reputation:
    """Mentions by others published in [since, until), as counts."""
    query = scope.known(said_of(organisation), between("published", since, until))
    index = scope.index

    def count(part: Query) -> int:
        return index.count(And((query, part)))

    def bearing(tone: Tone) -> int:
        return count(bears(organisation, tone))

    alone = And((Not(Has("story")), Keyword("copy", "false")))
    return Reputation(
        organisation=organisation,
        mentions=index.count(query),
        stories=index.distinct(query, "story") + count(alone),
        authors=index.distinct(query, "author"),
        negative=bearing("negative"),
        neutral=bearing("neutral"),
        positive=bearing("positive"),
    )


def bears(organisation: Organisation, tone: Tone) -> Query:
    """Texts of this tone towards the organisation that are no copies of another."""
    return And((Keyword("stance", f"{organisation.id}|{tone}"), Keyword("copy", "false")))
