"""Malfunctions people report about an organisation, told by story: what breaks, for how many, since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipelines.document import Document
from search.insights.grievances import concerning, is_said_by_people
from search.insights.scope import Scope
from search.insights.strands import Strand, weave
from search.window import between
from watchlists.model import Organisation
from watchlists.query import Keyword


@dataclass(frozen=True, slots=True, kw_only=True)
class Malfunction:
    """One trouble, by the texts that report it."""

    strand: Strand
    first: Document
    is_answered: bool
    """The team wrote in the thread of one of its reports."""
    is_solved: bool

    @property
    def reports(self) -> int:
        """Texts that report it."""
        return len(self.strand.documents)


def find_malfunctions(
    scope: Scope, organisation: Organisation, *, since: datetime, until: datetime
) -> tuple[Malfunction, ...]:
    """What was reported in [since, until) as not working, most authors first."""
    about = (concerning(organisation.id), Keyword("intent", "malfunction"))
    found = scope.index.scan(scope.known(*about, between("published", since, until)))
    strands = weave((each for each in found if is_said_by_people(each)), find=scope.index.get)
    return tuple(_tell(scope, each) for each in strands)


def _tell(scope: Scope, strand: Strand) -> Malfunction:
    openings = [strand.lead, *strand.documents]
    threads = sorted({each.thread for each in openings if each.thread})
    staffed = (
        scope.index.count(scope.known(Keyword("thread", thread), Keyword("staff", "true")))
        for thread in threads
    )
    return Malfunction(
        strand=strand,
        first=strand.documents[0],
        is_answered=any(staffed),
        is_solved=any(each.measures is not None and bool(each.measures.is_solved) for each in openings),
    )
