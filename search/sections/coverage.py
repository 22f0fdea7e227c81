"""What the digest rests on: sources read, for what time, and every source that was not."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.document import Document
from search.editions.digest import Coverage, CoverageIssue, More
from search.insights.coverage import Readings, SourceReading
from search.insights.scope import LATE
from search.sections.story import explain, tell_story
from search.sections.teller import Teller
from search.window import query_stamp
from search.wording.plain import plain

MOST_ISSUES = 6
MOST_LATE = 3
TROUBLES = ("failed", "walled", "blocked_by_robots", "gone", "silent", "not_read")


def tell_coverage(teller: Teller, readings: Readings, late: Sequence[Document]) -> Coverage:
    """The coverage box: always there, so that silence is never mistaken for calm."""
    issues = _issues(teller, readings)
    strands = teller.weave(tuple(late))
    read = len(readings.of_state("read", "waiting", "silent"))
    return Coverage(
        read=read,
        total=len(readings.sources),
        sentences=_sentences(teller, readings, read=read, late=len(late)),
        issues=issues[:MOST_ISSUES],
        more=tell_more_issues(teller, len(issues) - MOST_ISSUES),
        late=tuple(tell_story(teller, each, why=explain(teller, each, None)) for each in strands[:MOST_LATE]),
        late_more=teller.more(len(strands) - MOST_LATE, _late_query(teller)),
        late_count=len(late),
    )


def _late_query(teller: Teller) -> str:
    """What `veilleur search` is asked for the rest."""
    threshold = query_stamp(teller.scope.window.start - LATE)
    return f"backfill:false AND published:[* TO {threshold}]"


def _issues(teller: Teller, readings: Readings) -> tuple[CoverageIssue, ...]:
    troubled = [each for state in TROUBLES for each in readings.of_state(state)]  # type: ignore[arg-type]
    gaps = [each for each in readings.sources if each.has_gap]
    ignoring = [each for each in readings.of_state("read") if each.source.robots == "ignore"]
    return (
        *(_issue(teller, each, _trouble_phrase(teller, each)) for each in troubled),
        *(_issue(teller, each, _gap_phrase(teller), state="gap") for each in gaps),
        *(_issue(teller, each, _robots_phrase(teller, each), state="robots_ignored") for each in ignoring),
    )


def _issue(teller: Teller, reading: SourceReading, phrase: str, *, state: str = "") -> CoverageIssue:
    return CoverageIssue(
        source=reading.source.id,
        name=teller.source_name(reading.source.id),
        state=state or reading.state,
        since=reading.since,
        sentence=phrase,
    )


def _trouble_phrase(teller: Teller, reading: SourceReading) -> str:
    voice = teller.voice
    phrases = {
        "failed": voice.gettext("could not be read"),
        "walled": voice.gettext("is behind a wall (login, payment or a check for robots)"),
        "blocked_by_robots": voice.gettext("is closed to us by its robots.txt"),
        "gone": voice.gettext("is gone for good"),
        "silent": voice.gettext("has published nothing"),
        "not_read": voice.gettext("has not been read yet"),
    }
    phrase = phrases[reading.state]
    if reading.since is not None:
        phrase = f"{phrase} {voice.since(reading.since, seen_from=teller.end)}"
    if reading.state == "silent" or not reading.reason:
        return phrase
    reason = plain(voice.messages.gettext(reading.reason), limit=120)
    return f"{phrase} ({reason})"


def _gap_phrase(teller: Teller) -> str:
    return teller.voice.gettext("may have published more than it still shows")


def _robots_phrase(teller: Teller, reading: SourceReading) -> str:
    why = plain(reading.source.robots_reason, limit=100)
    return teller.voice.gettext("is read against its robots.txt ({why})", why=why)


def tell_more_issues(teller: Teller, count: int) -> More | None:
    """The line that says where further troubles are told."""
    if count <= 0:
        return None
    sentence = teller.voice.ngettext("and {n} more source", "and {n} more sources", count)
    return More(count=count, sentence=sentence, command="veilleur sources")


def _sentences(teller: Teller, readings: Readings, *, read: int, late: int) -> tuple[str, ...]:
    voice, window = teller.voice, teller.scope.window
    total = len(readings.sources)
    sentences = [
        voice.gettext(
            "{read} of {total} sources read, from {start} to {end} ({timezone}).",
            read=read,
            total=total,
            start=voice.zoned(window.start),
            end=voice.zoned(window.end),
            timezone=window.timezone,
        )
    ]
    if late:
        text = voice.ngettext(
            "{n} text arrived late: published before, seen only now.",
            "{n} texts arrived late: published before, seen only now.",
            late,
        )
        sentences.append(text)
    return tuple(sentences)


def lacking_sources(readings: Readings) -> tuple[SourceReading, ...]:
    """Sources that should have been read and were not; what is closed for long is said below only."""
    closed = readings.of_state("blocked_by_robots", "gone")
    new = tuple(each for each in closed if each.is_new_trouble)
    return (*readings.of_state("failed", "walled", "not_read"), *new)


def lack_sentence(teller: Teller, readings: Readings) -> str:
    """For the top of the page: what could not be read; empty when all was."""
    voice = teller.voice
    lacking = lacking_sources(readings)
    fresh = [each for each in readings.of_state("silent") if each.is_new_trouble]
    parts = []
    if lacking:
        names = voice.listed([teller.source_name(each.source.id) for each in lacking[:2]])
        text = voice.ngettext(
            "{n} source of {total} could not be read: {names}",
            "{n} sources of {total} could not be read: {names}",
            len(lacking),
            total=len(readings.sources),
            names=names if len(lacking) < 3 else f"{names}…",
        )
        parts.append(text)
    if fresh:
        names = voice.listed([teller.source_name(each.source.id) for each in fresh[:2]])
        parts.append(voice.gettext("newly silent: {names}", names=names))
    return voice.apart(parts)
