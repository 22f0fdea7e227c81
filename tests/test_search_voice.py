"""Share of voice and tone: counts worked out by hand over a week of mentions."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from pipelines.document import Document, Tone
from search.insights.intervals import FEWEST as FEWEST_MENTIONS
from search.insights.intervals import Share, share_interval
from search.insights.scope import Scope
from search.insights.tone import FEWEST, NetTone, measure_tone
from search.insights.voice import measure_voice
from search.window import Window, wall_clock
from tests.documents import document, mention
from tests.memory_index import MemoryIndex
from tests.morning import ACME, BOLIDE, END, NIMBO, WINDOW, watchlist

DAY = timedelta(days=1)
WEEK_START = END - 7 * DAY


def scope_of(documents: list[Document], *, window: Window = WINDOW) -> Scope:
    return Scope(index=MemoryIndex(documents), watchlist=watchlist(), window=window)


def said(
    number: int, *organisations: str, tone: Tone = "neutral", days: float = 1.0, **values: object
) -> Document:
    """A text of the press that names organisations, so many days before the morning."""
    return document(
        f"said{number:03}",
        mentions=tuple(mention(each, tone) for each in organisations),
        published=END - days * DAY,
        author=f"voice-{number}",
        **values,
    )


def test_shares_are_of_the_mentions_of_all_that_are_compared() -> None:
    texts = [
        *(said(n, "nimbo") for n in range(6)),
        *(said(10 + n, "acme") for n in range(3)),
        said(20, "acme", "nimbo"),  # counts for both
    ]

    nimbo, acme, bolide = measure_voice(scope_of(texts), (NIMBO, ACME, BOLIDE), since=WEEK_START, until=END)

    assert nimbo.mentions == Share(hits=7, base=11)
    assert acme.mentions == Share(hits=4, base=11)
    assert bolide.mentions == Share(hits=0, base=11)
    assert nimbo.mentions.value == pytest.approx(7 / 11)
    assert nimbo.mentions.interval == share_interval(7, 11)


def test_own_places_are_no_mentions_and_copies_no_stories() -> None:
    texts = [
        said(1, "nimbo", story="fees"),
        said(2, "nimbo", story="fees", is_copy=True),
        said(3, "nimbo"),
        said(4, "nimbo", is_copy=True),  # of something not read
        said(5, "nimbo", source="nimbo-forum", owner="nimbo"),
        said(6, "acme"),
    ]

    nimbo, acme = measure_voice(scope_of(texts), (NIMBO, ACME), since=WEEK_START, until=END)

    assert nimbo.mentions == Share(hits=4, base=5)
    assert nimbo.stories == Share(hits=2, base=3)
    assert (nimbo.authors, acme.authors) == (4, 1)


def test_below_the_floor_counts_are_said_and_no_share() -> None:
    texts = [said(n, "nimbo") for n in range(FEWEST_MENTIONS - 1)]

    (nimbo,) = measure_voice(scope_of(texts), (NIMBO,), since=WEEK_START, until=END)

    assert nimbo.mentions == Share(hits=4, base=4)
    assert nimbo.mentions.value is None
    assert not nimbo.mentions.is_telling


def test_a_share_changed_when_both_intervals_lie_apart() -> None:
    before = [said(n, "acme", days=10) for n in range(20)] + [
        said(30 + n, "nimbo", days=10) for n in range(2)
    ]
    now = [said(50 + n, "nimbo") for n in range(20)] + [said(80 + n, "acme") for n in range(2)]

    nimbo, acme = measure_voice(scope_of(before + now), (NIMBO, ACME), since=WEEK_START, until=END)

    assert (nimbo.before, nimbo.mentions) == (Share(hits=2, base=22), Share(hits=20, base=22))
    assert nimbo.is_changed
    assert acme.is_changed


def test_a_few_more_mentions_are_no_change() -> None:
    texts = [said(n, "nimbo" if n % 2 else "acme", days=10) for n in range(8)]
    texts += [said(20 + n, "nimbo" if n < 6 else "acme") for n in range(9)]

    nimbo, _ = measure_voice(scope_of(texts), (NIMBO, ACME), since=WEEK_START, until=END)

    assert not nimbo.is_changed


def test_weeks_are_whole_and_end_with_the_period() -> None:
    texts = [
        said(1, "nimbo", days=1),
        said(2, "nimbo", days=9),
        said(3, "acme", days=9),
        said(4, "nimbo", days=15),
    ]

    nimbo, acme = measure_voice(scope_of(texts), (NIMBO, ACME), since=END - 16 * DAY, until=END)

    assert nimbo.weeks == (Share(hits=1, base=2), Share(hits=1, base=1))
    assert acme.weeks == (Share(hits=1, base=2), Share(hits=0, base=1))


def test_a_week_with_a_change_of_clock_is_still_one_week() -> None:
    end = datetime.fromisoformat("2026-10-30T08:00+01:00")
    since = wall_clock(end, -14, timezone="Europe/Paris")
    window = Window(start=since, end=end, timezone="Europe/Paris")
    text = document("one", mentions=(mention("nimbo"),), published=since + timedelta(minutes=5))

    (nimbo,) = measure_voice(scope_of([text], window=window), (NIMBO,), since=since, until=end)

    assert [each.hits for each in nimbo.weeks] == [1, 0]


def test_what_was_read_later_is_not_known_yet() -> None:
    late = said(1, "nimbo", days=2, first_seen=END + DAY)

    (nimbo,) = measure_voice(scope_of([late]), (NIMBO,), since=WEEK_START, until=END)

    assert nimbo.mentions.hits == 0


# tone


def toned(positive: int, neutral: int, negative: int, *, days: float = 1.0, first: int = 0) -> list[Document]:
    tones: list[Tone] = ["positive"] * positive + ["neutral"] * neutral + ["negative"] * negative
    return [said(first + n, "nimbo", tone=tone, days=days) for n, tone in enumerate(tones)]


def test_net_tone_is_positive_less_negative_of_all() -> None:
    measured = measure_tone(scope_of(toned(8, 10, 2)), NIMBO, since=WEEK_START, until=END)

    assert measured.now == NetTone(positive=8, neutral=10, negative=2)
    assert measured.now.value == pytest.approx(0.3)
    # by hand: (9 - 3) / 22 -+ 1.96 sqrt((12/22 - (6/22)^2) / 22)
    assert measured.now.interval.low == pytest.approx(-0.0141, abs=1e-3)
    assert measured.now.interval.high == pytest.approx(0.5595, abs=1e-3)


def test_a_few_mentions_have_counts_and_no_net_tone() -> None:
    measured = measure_tone(scope_of(toned(0, 0, FEWEST - 1)), NIMBO, since=WEEK_START, until=END)

    assert measured.now.negative == FEWEST - 1
    assert measured.now.value is None
    assert measured.change is None
    assert not measured.is_changed


def test_a_turn_for_the_worse_is_a_change_and_a_wobble_is_none() -> None:
    before = toned(10, 10, 0, days=10, first=100)

    worse = measure_tone(scope_of(before + toned(0, 10, 10)), NIMBO, since=WEEK_START, until=END)
    wobble = measure_tone(scope_of(before + toned(8, 10, 1)), NIMBO, since=WEEK_START, until=END)

    assert worse.before == NetTone(positive=10, neutral=10, negative=0)
    assert worse.is_changed
    assert worse.change is not None
    assert worse.change.high < 0
    assert not wobble.is_changed


def test_tone_is_told_by_place_and_by_kind_of_place() -> None:
    texts = [
        said(1, "nimbo", tone="negative", source="gazette"),
        said(2, "nimbo", tone="positive", source="gazette"),
        said(3, "nimbo", tone="negative", source="cyclist"),
        said(4, "nimbo", tone="negative", source="gone-since"),
        said(5, "nimbo", tone="negative", source="nimbo-forum", owner="nimbo"),  # not others
    ]

    measured = measure_tone(scope_of(texts), NIMBO, since=WEEK_START, until=END)

    assert [(each.source, each.tone.cells) for each in measured.sources] == [
        ("gazette", (1, 1, 2)),
        ("cyclist", (0, 1, 1)),
        ("gone-since", (0, 1, 1)),
    ]
    assert [(kind, tone.cells) for kind, tone in measured.kinds] == [("", (0, 1, 1)), ("feed", (1, 2, 3))]
