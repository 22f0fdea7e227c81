"""The report of a week or a month: its window, its renderings, and its way to everybody at most once."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import cli
from pipelines.document import Document
from search.backends import open_index
from search.editions.report import Report
from search.insights.measured import MEASURES
from search.press.reporting import build_report
from search.render.report_formats import REPORT_FORMATS, ReportFormat, read_report, render_report
from search.render.report_mail import render_report_mail
from search.window import Window, month_before, week_before
from search.wording.charts import draw_share
from tests.delivering import in_order
from tests.documents import document, mention
from tests.hostile_titles import HOSTILE_TITLES
from tests.memory_index import MemoryIndex
from tests.morning import END, history, news, outcomes, watchlist
from tests.test_search_accessibility import axe, examine
from tests.test_search_communities import answered_and_not, read_daily
from tests.test_search_compare import WATCHLIST
from tests.test_search_render_hostile import Reader
from watchlists.messages import load_messages
from watchlists.model import IndexSettings

__all__ = ["axe"]  # the fixture
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PARIS = "Europe/Paris"
MONDAY = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
WEEK = week_before(MONDAY, timezone=PARIS)


def report(
    documents: list[Document] | None = None,
    *,
    language: str = "fr",
    now: datetime = MONDAY,
    window: Window = WEEK,
    **changes: object,
) -> Report:
    world = [*history(), *news(), *answered_and_not()] if documents is None else documents
    return build_report(
        MemoryIndex(world, [*outcomes(), *read_daily(60)]),
        watchlist(language=language, **changes),
        kind="week",
        window=window,
        now=now,
        messages=load_messages(language),
    )


def rendered(found: Report) -> dict[ReportFormat, str]:
    messages = load_messages(found.language)
    return {format: render_report(found, format, messages).decode() for format in REPORT_FORMATS}


# the window


def test_a_week_goes_from_monday_to_monday_by_the_wall_clock() -> None:
    across = week_before(datetime(2026, 10, 28, 12, 0, tzinfo=UTC), timezone=PARIS)

    assert across.start == datetime(2026, 10, 18, 22, 0, tzinfo=UTC)  # summer time
    assert across.end == datetime(2026, 10, 25, 23, 0, tzinfo=UTC)  # winter time
    assert week_before(across.end, timezone=PARIS) == across
    assert week_before(across.end - HOUR, timezone=PARIS).end == across.start


def test_a_month_is_a_whole_one() -> None:
    october = month_before(datetime(2026, 11, 23, 7, 0, tzinfo=UTC), timezone=PARIS)
    february = month_before(datetime(2028, 2, 29, 23, 30, tzinfo=UTC), timezone=PARIS)  # March in Paris

    assert (october.start, october.end) == (
        datetime(2026, 9, 30, 22, 0, tzinfo=UTC),
        datetime(2026, 10, 31, 23, 0, tzinfo=UTC),
    )
    assert (february.end - february.start) == 29 * DAY


# what it says


def test_the_gaps_name_the_best_rival_with_both_values_and_both_counts() -> None:
    found = report(language="en")

    assert found.gaps == (
        (
            "Half get a reply within: Acme Vélo leads, with 30 minutes (21 threads);"
            " we have 15 hours (22 threads)."
        ),
        "Replies by staff: Acme Vélo leads, with 100% of 20 replies; we have 0% of 22 replies.",
        "Solved: Acme Vélo leads, with 100% of 20 threads; we have 0% of 20 threads.",
    )


def test_without_a_place_of_our_own_there_are_no_gaps_and_it_says_why() -> None:
    found = report(sources=tuple(each for each in watchlist().sources if each.organisation != "nimbo"))

    assert found.gaps == ()
    assert found.gaps_note == "Aucun lieu à nous n’est lu\u00a0: rien n’est comparé aux rivaux."


def test_a_week_of_nothing_says_so() -> None:
    found = report([], language="en")

    assert found.glance == ("Nothing new was published.",)
    assert found.voice is None
    assert found.tone is None
    assert found.stories == ()
    assert found.gaps_note == "No difference from the best rival is greater than chance explains."
    assert "No trends yet" in rendered(found)["text"]


def test_share_of_voice_states_its_base_and_its_interval() -> None:
    one_more = document("more", source="gazette", published=END, mentions=(mention("bolide"),))

    found = report([*news(), one_more], language="en")
    assert found.voice is not None
    row = next(each for each in found.voice.rows if each[0] == "Nimbo")

    assert row[1] == "2 of 5 (40%)"
    assert row[2] == "12% and 77%"  # Wilson for 2 of 5
    assert found.voice.sentence.startswith("5 mentions by others of these organisations")


def test_the_weeks_before_are_drawn_as_far_as_they_were_read() -> None:
    found = report(language="en")
    trend = next(each for each in found.trends if each.organisation == "Acme Vélo")
    posts = trend.charts[1]

    assert 4 <= len(posts.counts) <= 12
    assert posts.last == posts.counts[-1]
    assert f"{posts.last} posts in its own places" in posts.sentence
    assert posts.days[-1].isoformat() == "2026-11-16"  # the Monday its last week begins


def test_a_report_of_a_past_week_knows_nothing_of_later() -> None:
    later = document(
        "later", source="gazette", published=END, first_seen=MONDAY + HOUR, mentions=(mention("nimbo"),)
    )

    then = report()
    now = report([*history(), *news(), *answered_and_not(), later], now=MONDAY + 30 * DAY)

    assert replace(now, built_at=then.built_at) == then


# its renderings


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_rendering_tells_the_same_in_the_same_order(language: str) -> None:
    found = report(language=language)
    pages = rendered(found)
    assert len(found.stories) > 3

    for format in ("html", "markdown", "text"):
        body = flat(pages[format])
        assert in_order([flat(each.title)[:30] for each in found.stories], body), format
        for sentence in found.gaps:
            assert flat(sentence) in body, format
    assert read_report(pages["json"]) == found


def flat(text: str) -> str:
    """Letters and digits alone: how lines are broken and marked is each rendering's own."""
    plain = re.sub(r"<[^>]+>", " ", text).replace("&#39;", "'").replace("&#34;", '"')
    return re.sub(r"[\W_]+", " ", plain)


def test_the_table_of_figures_holds_every_measure_once() -> None:
    rows = list(csv.DictReader(StringIO(rendered(report())["csv"])))
    counts = Counter((row["organisation"], row["measure"]) for row in rows)

    assert set(counts.values()) == {1}
    assert {measure for who, measure in counts if who == "acme"} == {
        *(each.id for each in MEASURES),
        *("voice_mentions", "voice_stories", "net_tone"),
        *("mentions_negative", "mentions_neutral", "mentions_positive"),
    }
    (staff,) = (row for row in rows if (row["organisation"], row["measure"]) == ("acme", "staff_share"))
    assert (staff["value"], staff["count"], staff["since"]) == ("1.0", "20", "2026-11-15T23:00:00+00:00")


def test_the_page_loads_nothing_and_runs_nothing() -> None:
    page = rendered(report())["html"]
    mail = render_report_mail(report(), load_messages("fr"))

    for body in (page, mail):
        reader = Reader()
        reader.feed(body)
        assert not {"script", "img", "iframe", "link", "object"} & set(reader.tags)
        assert all(name not in {"src", "srcset", "background"} for name, _ in reader.attributes)
    assert "default-src &#39;none&#39;" in page
    assert "<svg" not in mail
    assert "{{" not in page + mail


@pytest.mark.parametrize("title", HOSTILE_TITLES[::4])
def test_hostile_titles_are_text(title: str) -> None:
    hostile = document(
        "hostile", title=title, source="acme-blog", owner="acme", published=END, mentions=(mention("nimbo"),)
    )

    found = report([hostile], name=title)
    pages = rendered(found)
    reader = Reader()
    reader.feed(pages["html"])

    assert len(found.subject) <= 65
    assert "script" not in reader.tags
    assert not any(name.startswith("on") for name, _ in reader.attributes)
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x1b]", "".join(pages.values()))


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 500)])
def test_axe_finds_nothing_on_the_page(axe: str, tmp_path: Path, scheme: str, width: int) -> None:
    found = examine(rendered(report())["html"], axe, tmp_path, width=width, scheme=scheme)

    assert found["violations"] == []
    assert found["passes"] > 10
    assert found["overflow"] <= 0


@pytest.mark.browser
@pytest.mark.slow
def test_axe_finds_nothing_in_the_mail(axe: str, tmp_path: Path) -> None:
    mail = render_report_mail(report(), load_messages("fr"), link="https://veille.example/report.html")

    assert examine(mail, axe, tmp_path, width=600, scheme="light")["violations"] == []


def test_a_share_is_drawn_as_wide_as_it_is() -> None:
    assert 'class="part" width="32"' in draw_share(0.5)
    assert 'class="part" width="64"' in draw_share(1.0)
    assert 'class="part" width="2"' in draw_share(0.001)
    assert draw_share(None) == ""


# the command


@pytest.fixture
def watch(tmp_path: Path) -> Path:
    (tmp_path / "watchlist.toml").write_text(WATCHLIST, encoding="utf-8")
    index = open_index(IndexSettings(), folder=tmp_path / ".veilleur" / "index", environ={})
    index.put(answered_and_not())
    index.put_outcomes(read_daily(40))
    index.commit()
    index.close()
    return tmp_path


def run(folder: Path, *arguments: str, at: datetime = MONDAY) -> Result:
    return CliRunner().invoke(
        cli.veilleur,
        ["--watch", str(folder), "--now", at.isoformat(), "report", *arguments],
        obj=cli.start_context(),
    )


def test_the_report_of_last_week_goes_to_stdout_in_the_watchs_language(watch: Path) -> None:
    told = run(watch)

    assert told.exit_code == 0, told.output
    assert "LA VEILLE DE LA SEMAINE DU 16 NOVEMBRE AU 22 NOVEMBRE 2026" in told.stdout
    assert "veilleur report --week --at 2026-11-23" in told.stdout
    assert (
        max(len(line) for line in told.stdout.split("LIENS")[0].splitlines() if "veilleur" not in line) <= 78
    )


def test_a_past_day_gives_the_report_of_the_week_before_it(watch: Path) -> None:
    asked = json.loads(run(watch, "--at", "2026-11-20", "--format", "json").stdout)

    assert (asked["start"], asked["end"]) == ("2026-11-08T23:00:00Z", "2026-11-15T23:00:00Z")


def test_a_month_becomes_a_file_where_one_is_named(watch: Path, tmp_path: Path) -> None:
    path = tmp_path / "octobre.csv"

    told = run(watch, "--month", "--format", "csv", "-o", str(path))

    assert told.stdout.strip() == str(path)
    rows = list(csv.DictReader(StringIO(path.read_text(encoding="utf-8"))))
    assert {row["until"] for row in rows} == {"2026-10-31T23:00:00+00:00"}


def test_what_is_no_day_is_a_usage_error(watch: Path) -> None:
    assert run(watch, "--at", "yesterday").exit_code == 2


def test_a_file_that_cannot_be_written_is_told_in_three_parts(watch: Path) -> None:
    refused = run(watch, "-o", str(watch / "watchlist.toml" / "report.txt"))

    assert refused.exit_code != 0
    assert refused.exception is not None
    assert "cannot be written" in str(refused.exception.args[0])
