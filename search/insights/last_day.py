"""How much speaks badly of an organisation in the last day, beside what such hours usually hold. Pure.

Said of everybody, whether an alert is near or not: what an alert needs beyond (voices, rarity, share)
is judged elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from search.insights.badbuzz import FEWEST_PAST_DAYS, usual_past
from search.insights.hearing import GUARD_HOURS, Hours, listen
from search.insights.hourly_rates import expect, learn_profile


@dataclass(frozen=True, slots=True, kw_only=True)
class LastDay:
    """Texts of 24 hours about one organisation."""

    organisation: str
    said: int
    """By people, copies, spam and trolling left out."""
    negative: int
    """Those of them that speak badly."""
    usual: float | None
    """As many as such hours usually hold; None with fewer than seven covered days of past."""


def measure_last_day(hours: Hours, organisation: str) -> LastDay:
    """The 24 hours before the hours' end, as read by then."""
    hearing = listen(organisation, hours).only(hours.covered)
    stop = len(hearing.bad.counts)
    bad, said = usual_past(hearing, stop)
    usual = None
    if bad.covered_days >= FEWEST_PAST_DAYS:
        ahead = hearing.bad.slots[stop - GUARD_HOURS : stop]
        usual = expect(bad, ahead, profile=learn_profile(said)).mean
    return LastDay(
        organisation=organisation,
        said=int(hearing.said.counts[-GUARD_HOURS:].sum()),
        negative=int(hearing.bad.counts[-GUARD_HOURS:].sum()),
        usual=usual,
    )
