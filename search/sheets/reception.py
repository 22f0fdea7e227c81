"""The sheet of `veilleur reception`: what works, by hour of the week, kind, subject and place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_date

from search.insights.reception import DAY_HOURS, FEWEST, Cell, Facet, Reception, measure_reception
from search.sections.teller import Teller
from search.sheet import Line, Sheet, draw_bar, heading, label, note
from search.sheets.asked import choose_organisations, coverage_lines, name_of, period_of, read_period
from search.wording.charts import BLOCKS, NOT_COVERED
from search.wording.plain import plain
from search.wording.voice import Voice

A_MONDAY = date(2024, 1, 1)
WEEK = 7
FULL = 4.0
"""The reception that fills a bar: four times the usual."""
MOST = 8
VALUE = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class CellRow:
    """The reception of posts that have one thing in common, flat."""

    type: str = "cell"
    organisation: str
    facet: str
    value: str
    posts: int
    is_telling: bool
    reception: float | None
    low: float | None
    high: float | None
    is_good: bool | None
    """None where there are too few posts to say."""


def make_reception_sheet(teller: Teller, wanted: Sequence[str]) -> Sheet:
    """Reception in the places of us and competitors, or of those wanted, in the teller's window."""
    scope, voice = teller.scope, teller.voice
    organisations = choose_organisations(scope, wanted, "own", "competitor")
    measured = [
        measure_reception(scope, each, since=scope.window.start, until=scope.window.end)
        for each in organisations
    ]
    head = heading(voice.gettext("Reception of posts, {period}", period=period_of(teller)))
    means = note(
        voice.gettext(
            "1 is usual in that place for posts of that age; medians; hours of {zone}", zone=voice.timezone
        )
    )
    lines = [line for each in measured for line in _lines(teller, each)]
    return Sheet(
        lines=(head, means, *lines, *coverage_lines(teller, read_period(scope))),
        row=CellRow,
        rows=tuple(_row(each, cell) for each in measured for cell in each.cells),
    )


def _lines(teller: Teller, measured: Reception) -> Iterator[Line]:
    voice = teller.voice
    yield Line()
    yield heading(f"{name_of(measured.organisation)} · {_base(voice, measured)}")
    if measured.posts < FEWEST:
        yield Line(text="  " + voice.gettext("too few to say"))
        return
    for title, facet in _facets(voice):
        told = sorted(
            (each for each in measured.of(facet) if each.middle is not None), key=lambda each: each.weight
        )
        for number, each in enumerate(told[:MOST]):
            yield Line(text=f"  {title if number == 0 else '':<10} {_tell(teller, each)}")
    yield from _week(voice, measured)
    yield Line(text="  " + _best(teller, measured))


def _base(voice: Voice, measured: Reception) -> str:
    known = voice.ngettext("{n} post", "{n} posts", measured.posts)
    if not measured.unknown:
        return known
    return voice.gettext("{known}, {n} without counts or norm", known=known, n=measured.unknown)


def _facets(voice: Voice) -> tuple[tuple[str, Facet], ...]:
    return (
        (voice.gettext("day"), "weekday"),
        (voice.gettext("hour"), "hour"),
        (voice.gettext("kind"), "kind"),
        (voice.gettext("topic"), "topic"),
        (voice.gettext("subject"), "subject"),
        (voice.gettext("place"), "place"),
    )


def _tell(teller: Teller, cell: Cell) -> str:
    voice = teller.voice
    middle = cell.middle or 0.0
    posts = voice.ngettext("{n} post", "{n} posts", cell.posts)
    span = ""
    if cell.interval:
        low, high = voice.number(cell.interval.low), voice.number(cell.interval.high)
        span = f", {voice.gettext('between {low} and {high}', low=low, high=high)}"
    bar = draw_bar(min(1.0, middle / FULL))
    return f"{label(_name(teller, cell))} {bar} {voice.number(middle)} ({posts}{span})"


def _name(teller: Teller, cell: Cell) -> str:
    voice = teller.voice
    if cell.facet == "weekday":
        return weekday_name(voice, int(cell.value))
    if cell.facet == "hour":
        return voice.gettext("{hour}:00", hour=cell.value)
    if cell.facet == "slot":
        day, hour = divmod(int(cell.value), DAY_HOURS)
        return f"{weekday_name(voice, day)} {voice.gettext('{hour}:00', hour=f'{hour:02}')}"
    if cell.facet == "place":
        return teller.source_name(cell.value)
    topics = {each.id: each.name for each in teller.scope.watchlist.topics}
    return plain(topics.get(cell.value, cell.value) if cell.facet == "topic" else cell.value, limit=VALUE)


def weekday_name(voice: Voice, weekday: int) -> str:
    """Monday is 0."""
    return str(format_date(A_MONDAY + timedelta(days=weekday), "EEEE", locale=voice.language))


def _week(voice: Voice, measured: Reception) -> Iterator[Line]:
    """The hours of the week as seven rows of blocks; a dot is too few posts."""
    cells = {int(each.value): each for each in measured.of("slot")}
    if not any(each.middle is not None for each in cells.values()):
        return
    yield note(f"  {label('')} 0     6     12    18")
    for day in range(WEEK):
        row = "".join(_block(cells.get(day * DAY_HOURS + hour)) for hour in range(DAY_HOURS))
        yield Line(text=f"  {label(weekday_name(voice, day))} {row}")


def _block(cell: Cell | None) -> str:
    if cell is None or cell.middle is None:
        return NOT_COVERED
    return BLOCKS[min(len(BLOCKS) - 1, round(cell.middle / FULL * (len(BLOCKS) - 1)))]


def _best(teller: Teller, measured: Reception) -> str:
    voice, slots = teller.voice, measured.best_slots
    if not slots:
        return voice.gettext("No hour stands out beyond chance yet.")
    names = voice.listed([_name(teller, each) for each in slots])
    return voice.gettext("Well received beyond chance: {slots}", slots=names)


def _row(measured: Reception, cell: Cell) -> CellRow:
    return CellRow(
        organisation=measured.organisation.id,
        facet=cell.facet,
        value=cell.value,
        posts=cell.posts,
        is_telling=cell.middle is not None,
        reception=cell.middle,
        low=cell.interval.low if cell.interval else None,
        high=cell.interval.high if cell.interval else None,
        is_good=cell.is_good if cell.middle is not None else None,
    )
