"""An organisation's weeks as small charts, each with its numbers in a sentence."""

from __future__ import annotations

from search.editions.digest import Chart
from search.editions.report import Trend
from search.insights.activity import own_sources, owned_by, said_of
from search.insights.coverage import Readings
from search.insights.weeks import Weeks, measure_weeks
from search.sections.teller import Teller
from search.wording.plain import plain
from watchlists.model import Organisation


def tell_trend(teller: Teller, organisation: Organisation, readings: Readings) -> Trend:
    """Mentions by others, and where it has places of its own, what is written there."""
    scope = teller.scope
    own = own_sources(scope, organisation)
    others = [each.id for each in scope.watchlist.sources if each.enabled and each.id not in own]
    mentions = measure_weeks(scope, said_of(organisation), sources=others, readings=readings)
    charts = [_mentions(teller, organisation, mentions)]
    if own:
        posts = measure_weeks(scope, owned_by(organisation), sources=own, readings=readings)
        charts.append(_posts(teller, organisation, posts))
    return Trend(organisation=plain(organisation.name, limit=60), charts=tuple(charts))


def _mentions(teller: Teller, organisation: Organisation, weeks: Weeks) -> Chart:
    voice = teller.voice
    title = voice.gettext("Mentions of {name} a week", name=plain(organisation.name, limit=60))
    return _chart(teller, title, weeks, voice.ngettext("{n} mention", "{n} mentions", weeks.last))


def _posts(teller: Teller, organisation: Organisation, weeks: Weeks) -> Chart:
    voice = teller.voice
    title = voice.gettext("Posts in the places of {name} a week", name=plain(organisation.name, limit=60))
    said = voice.ngettext("{n} post in its own places", "{n} posts in its own places", weeks.last)
    return _chart(teller, title, weeks, said)


def _chart(teller: Teller, title: str, weeks: Weeks, said: str) -> Chart:
    low, high = weeks.usual or (None, None)
    return Chart(
        title=title,
        days=tuple(teller.voice.local(bound).date() for bound in weeks.bounds[:-1]),
        counts=weeks.counts,
        last=weeks.last,
        low=low,
        high=high,
        sentence=teller.voice.apart((said, _usual(teller, weeks))),
    )


def _usual(teller: Teller, weeks: Weeks) -> str:
    voice = teller.voice
    if weeks.usual is None:
        return voice.gettext("too early to say what is usual")
    low, high = weeks.usual
    if low == high:
        return voice.gettext("usually {n} a week", n=low)
    return voice.gettext("usually {low} to {high} a week", low=low, high=high)
