"""Communities side by side in words: a value with its count, what it was before, or why nothing is said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

from search.editions.comparison import Cell, Comparison, Row, ThreadLine, TidyRow
from search.insights.communities import Community
from search.insights.contention import Thread
from search.insights.measured import MEASURES, Measure, Measured, Reading
from search.insights.noise import measure_noise
from search.sections.noise import tell_noise
from search.sections.story import title_of
from search.sections.teller import Teller
from search.sheet import percent
from search.window import Window
from search.wording.plain import plain, safe_url
from search.wording.voice import Voice

LONGEST_NAME = 40


def tell_communities(teller: Teller, communities: Sequence[Community]) -> Comparison:
    """The table of every measure, then the threads that stand out, then what it all rests on."""
    voice, window = teller.voice, teller.scope.window
    rows = tuple(_row(voice, measure, communities) for measure in MEASURES)
    return Comparison(
        title=voice.gettext(
            "Communities from {start} to {end}",
            start=voice.zoned(window.start),
            end=voice.zoned(window.end),
        ),
        columns=tuple(column_name(voice, each) for each in communities),
        rows=tuple(row for row in rows if row.is_telling),
        best=tuple(
            _thread_line(voice, each, thread, _tell_best) for each in communities for thread in each.best[:1]
        ),
        controversial=tuple(
            _thread_line(voice, each, thread, _tell_divided)
            for each in communities
            for thread in each.controversial[:1]
        ),
        notes=(
            *_unsaid_rows(voice, rows),
            *_noise(teller, communities),
            *_coverage(voice, communities),
            *_compared_with(voice, communities),
        ),
    )


def column_name(voice: Voice, community: Community) -> str:
    """The organisation's name, and what it is to us unless it is a rival."""
    name = plain(community.organisation.name, limit=LONGEST_NAME)
    if community.organisation.role == "own":
        return voice.gettext("{name} (us)", name=name)
    if community.organisation.role == "partner":
        return voice.gettext("{name} (partner)", name=name)
    return name


def measure_name(voice: Voice, id: str) -> str:
    """What readers call a measure."""
    _ = voice.gettext
    names = {
        "posts": _("Posts"),
        "threads": _("Threads opened"),
        "authors": _("People who wrote"),
        "newcomers": _("Newcomers"),
        "newcomer_share": _("Newcomers among writers"),
        "members": _("Members gained"),
        "staff_share": _("Replies by staff"),
        "first_reply": _("Half get a reply within"),
        "answered_24h": _("Answered within a day"),
        "unanswered_24h": _("No reply after a day"),
        "unanswered_72h": _("No reply after three days"),
        "first_staff_reply": _("Half get staff within"),
        "staff_answered_24h": _("Staff within a day"),
        "staffed_hours": _("Hours with staff"),
        "staffed_days": _("Days with staff"),
        "solved": _("Solved"),
        "reception": _("Reception of a post"),
    }
    return names[id]


def _row(voice: Voice, measure: Measure, communities: Sequence[Community]) -> Row:
    figures = [each.figure(measure.id) for each in communities]
    said = [each.now.value or 0.0 for each in figures if each.is_telling]
    longest = max(said) if len(said) > 1 else 0.0  # a wait alone has nothing to be drawn against
    return Row(
        id=measure.id,
        name=measure_name(voice, measure.id),
        cells=tuple(
            _cell(voice, figure, community, longest)
            for figure, community in zip(figures, communities, strict=True)
        ),
    )


def _cell(voice: Voice, figure: Measured, community: Community, longest: float) -> Cell:
    if not figure.is_telling:
        return Cell(value=_unsaid(voice, figure), is_telling=False)
    value = tell_reading(voice, figure.measure, figure.now)
    if figure.measure.id == "staffed_hours" and community.staffing.usual:
        first, last = community.staffing.usual
        value = voice.gettext("{value}, usually {first}–{last} h", value=value, first=first, last=last + 1)
    return Cell(value=value, change=_change(voice, figure), bar=_bar(figure, longest))


def _unsaid(voice: Voice, figure: Measured) -> str:
    if figure.is_early:
        return voice.gettext("too early to say")
    if not figure.now.count:
        return "–"
    if figure.now.value is None and figure.now.count >= figure.measure.fewest:
        return voice.gettext("fewer than half so far ({n})", n=figure.now.count)
    return voice.gettext("too few to say ({n})", n=figure.now.count)


def _bar(figure: Measured, longest: float) -> float | None:
    """Shares fill their bar; waits are drawn against the longest of the row."""
    if figure.measure.unit == "share":
        return figure.now.value
    if figure.measure.unit == "minutes" and longest > 0:
        return (figure.now.value or 0.0) / longest
    return None


def tell_reading(voice: Voice, measure: Measure, reading: Reading) -> str:
    """A value with the count behind it: 19 % of 27 replies, 28 minutes (5 threads)."""
    if measure.unit == "share":
        return voice.gettext(
            "{share} of {base}", share=_bare(voice, measure, reading), base=_base(voice, measure, reading)
        )
    if measure.unit == "count" and measure.id != "members":
        return _bare(voice, measure, reading)
    return voice.gettext(
        "{value} ({base})", value=_bare(voice, measure, reading), base=_base(voice, measure, reading)
    )


def _bare(voice: Voice, measure: Measure, reading: Reading) -> str:
    value = reading.value or 0.0
    if measure.unit == "share":
        return percent(voice, value)
    if measure.unit == "minutes":
        return voice.span(timedelta(minutes=value))
    if measure.unit == "times":
        return voice.gettext("{times} × usual", times=voice.number(value))
    sign = "+" if measure.id == "members" and value > 0 else ""
    return sign + voice.number(value, digits=0 if value >= 10 else 1)


def _base(voice: Voice, measure: Measure, reading: Reading) -> str:
    """What is counted behind a figure."""
    bases: dict[str, Callable[[int], str]] = {
        "newcomer_share": lambda n: voice.ngettext("{n} person", "{n} people", n),
        "members": lambda n: voice.ngettext("now {n}", "now {n}", n),
        "staff_share": lambda n: voice.ngettext("{n} reply", "{n} replies", n),
        "reception": lambda n: voice.ngettext("{n} post", "{n} posts", n),
    }
    threads: Callable[[int], str] = lambda n: voice.ngettext("{n} thread", "{n} threads", n)  # noqa: E731
    return bases.get(measure.id, threads)(reading.count)


def _change(voice: Voice, figure: Measured) -> str:
    """Against the time before, in words; chance is not called a change."""
    if figure.change is None:
        return ""
    before = _bare(voice, figure.measure, figure.before)
    if figure.direction == "up":
        return voice.gettext("up from {before}", before=before)
    if figure.direction == "down":
        return voice.gettext("down from {before}", before=before)
    if figure.direction == "steady":
        return voice.gettext("steady, was {before}", before=before)
    return voice.gettext("was {before}", before=before)


def _thread_line(
    voice: Voice, community: Community, thread: Thread, tell: Callable[[Voice, Thread], str]
) -> ThreadLine:
    opening = thread.opening
    return ThreadLine(
        organisation=plain(community.organisation.name, limit=LONGEST_NAME),
        id=opening.id,
        title=title_of(opening) or voice.gettext("(untitled)"),
        url=safe_url(opening.url),
        language=opening.language,
        why=tell(voice, thread),
    )


def _tell_best(voice: Voice, thread: Thread) -> str:
    people = voice.ngettext("Most joined: {n} person", "Most joined: {n} people", thread.repliers)
    if thread.reception is None:
        return voice.apart((people,))
    times = voice.gettext("{times} times the usual reception", times=voice.number(thread.reception))
    return voice.apart((people, times))


def _tell_divided(voice: Voice, thread: Thread) -> str:
    up, down = thread.sides
    if thread.by_votes:
        return voice.gettext("Divides most: {up} votes for, {down} against.", up=up, down=down)
    return voice.gettext(
        "Divides most: {up} people replied in a positive tone, {down} in a negative one.", up=up, down=down
    )


def _unsaid_rows(voice: Voice, rows: Sequence[Row]) -> tuple[str, ...]:
    """The measures left out of the table, for there is too little of them everywhere."""
    names = [row.name for row in rows if not row.is_telling]
    if not names:
        return ()
    return (voice.gettext("Too little, or too early, everywhere: {names}.", names=", ".join(names)),)


def _noise(teller: Teller, communities: Sequence[Community]) -> tuple[str, ...]:
    """The share of spam and trolling, which none of the figures hold, of our own place."""
    if all(each.organisation.role != "own" for each in communities):
        return ()
    found = measure_noise(teller.scope, by="published")
    return (tell_noise(teller.voice, found),) if found and found.base else ()


def _coverage(voice: Voice, communities: Sequence[Community]) -> tuple[str, ...]:
    """How many days were read, by organisation; one line where it is the same for all."""
    read = {each.organisation.id: _days_read(voice, each) for each in communities}
    if len(set(read.values())) == 1:
        return (voice.gettext("Read: {days}.", days=next(iter(read.values()))),)
    return tuple(
        voice.gettext(
            "Read of {name}: {days}.",
            name=plain(each.organisation.name, limit=LONGEST_NAME),
            days=read[each.organisation.id],
        )
        for each in communities
    )


def _days_read(voice: Voice, community: Community) -> str:
    period, baseline = community.period, community.baseline
    return voice.gettext(
        "{now} of {days} days, and {before} of the {days_before} before",
        now=period.covered_days,
        days=period.days,
        before=baseline.covered_days,
        days_before=baseline.days,
    )


def _compared_with(voice: Voice, communities: Sequence[Community]) -> tuple[str, ...]:
    days = communities[0].baseline.days if communities else 0
    compared = voice.gettext(
        "Compared with the {days} days before, for the same length of time; days not read are left out.",
        days=days,
    )
    return (compared,)


def tidy_rows(communities: Iterable[Community], window: Window) -> tuple[TidyRow, ...]:
    """Every figure on a line of its own; of one below its floor the count alone, marked."""
    return tuple(
        _tidy_row(community.organisation.id, figure, window)
        for community in communities
        for figure in community.figures
    )


def _tidy_row(organisation: str, figure: Measured, window: Window) -> TidyRow:
    now = figure.now if figure.is_telling else Reading(count=figure.now.count)
    return TidyRow(
        organisation=organisation,
        measure=figure.measure.id,
        unit=figure.measure.unit,
        value=now.value,
        count=now.count,
        low=now.low,
        high=now.high,
        before=figure.before.value if figure.was_telling else None,
        before_count=figure.before.count,
        change=figure.change,
        is_telling=figure.is_telling,
        since=window.start,
        until=window.end,
    )
