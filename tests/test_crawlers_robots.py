"""robots.txt: the rules, pure; and what a crawl does with them, for real."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from crawlers.robots_rules import LARGEST, matches, read_robots
from tests.conftest import NOW
from tests.crawling import Watch, rss
from tests.web import Answer, Web

FRESH = ("/a", "Alpha", "Fri, 20 Nov 2026 05:00:00 GMT")
HOST = "https://site.example"


def is_allowed(robots: str, path: str, agent: str = "Veilleur/0.1 (+https://example.org)") -> bool:
    return read_robots(robots.encode(), agent=agent).judge(HOST + path).is_allowed


def test_an_empty_file_allows_everything() -> None:
    assert is_allowed("", "/any")


def test_our_own_groups_together_replace_the_group_for_everybody() -> None:
    robots = (
        "User-agent: *\nDisallow: /\n\nUser-agent: veilleur\nDisallow: /a\n\n"
        "User-agent: VEILLEUR\nDisallow: /b\n"
    )

    assert [is_allowed(robots, path) for path in ("/a", "/b", "/c")] == [False, False, True]


def test_the_longest_pattern_decides_and_allow_wins_a_tie() -> None:
    robots = "User-agent: *\nDisallow: /news\nAllow: /news/feed\nDisallow: /x\nAllow: /x\n"

    assert [is_allowed(robots, path) for path in ("/news/1", "/news/feed.xml", "/x")] == [False, True, True]


def test_the_verdict_names_the_rule_and_its_line() -> None:
    verdict = read_robots(b"User-agent: *\n\n# no\nDisallow: /private # really\n", agent="veilleur").judge(
        HOST + "/private/x"
    )

    assert not verdict.is_allowed
    assert verdict.rule is not None
    assert (str(verdict.rule), verdict.rule.line) == ("Disallow: /private", 4)


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("/fish*", "/fishheads", True),
        ("/*.php", "/a/b.php5", True),
        ("/*.php$", "/a/b.php", True),
        ("/*.php$", "/a.php?x", False),
        ("/a*b*c$", "/axxbxxc", True),
        ("/a*b*c$", "/axxbxxcd", False),
        ("/$", "/", True),
        ("/$", "/x", False),
        ("/a$b", "/a$b", True),
        ("/aba*ba$", "/aba", False),
        ("*", "/any", True),
    ],
)
def test_stars_and_dollars_match_as_the_standard_says(pattern: str, path: str, expected: bool) -> None:
    assert matches(path, pattern) is expected


def test_only_the_first_500_kibibytes_count() -> None:
    body = b"User-agent: *\n" + b"# padding\n" * (LARGEST // 10) + b"Disallow: /\n"

    assert read_robots(body, agent="veilleur").judge(HOST + "/x").is_allowed


def test_the_longest_crawl_delay_of_our_groups_is_kept_and_nonsense_is_none() -> None:
    robots = b"User-agent: veilleur\nCrawl-delay: 2.5\n\nUser-agent: *\nCrawl-delay: 9\n"

    assert read_robots(robots, agent="veilleur").delay == 2.5
    assert read_robots(b"User-agent: *\nCrawl-delay: soon\n", agent="veilleur").delay is None


def test_bytes_that_are_no_text_do_no_harm() -> None:
    body = bytes(range(256)) * 40 + b"\nUser-agent: *\nDisallow: /caf\xc3\xa9\n"

    rules = read_robots(body, agent="veilleur")

    assert not rules.judge(HOST + "/caf%C3%A9").is_allowed


@pytest.mark.corpora
def test_the_verdicts_are_those_of_the_reference_matcher(corpora: Path) -> None:
    from benchmarks.quality.robots import judge, read_assertions

    source = corpora / "robots-google" / "robots_test.cc"
    cases = list(read_assertions(source.read_text(encoding="utf-8")))
    different = [case for case in cases if judge(case) != case.is_allowed]

    assert len(cases) > 140
    # The reference finds no token in "Foo Bar"; we are given whole User-Agents, and find `foo`.
    assert [case.agent for case in different] == ["Foo Bar"]


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as running:
        yield running


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    return Watch(folder=tmp_path)


def test_a_forbidden_source_is_not_fetched_and_the_rule_is_told(web: Web, watch: Watch) -> None:
    web.page("/private/feed", rss(FRESH))
    web.robots("User-agent: *\nDisallow: /private\n")
    watch.add("blog", web.url("/private/feed"))

    outcome = watch.read(NOW).outcomes["blog"]

    assert outcome.state == "blocked_by_robots"
    assert "Disallow: /private" in outcome.reason
    assert "line 2" in outcome.reason
    assert web.asked("/private/feed") == []


def test_a_source_may_ignore_robots_with_a_reason(web: Web, watch: Watch) -> None:
    web.page("/feed", rss(FRESH))
    web.robots("User-agent: *\nDisallow: /\n")
    watch.add("blog", web.url("/feed"), robots="ignore", robots_reason="our own site")

    assert watch.read(NOW).outcomes["blog"].state == "ok"
    assert web.asked("/robots.txt") == []


def test_robots_are_asked_once_a_host_and_remembered_for_a_day(web: Web, watch: Watch) -> None:
    web.page("/one", rss(FRESH))
    web.page("/two", rss(FRESH))
    web.robots("User-agent: *\nDisallow: /x\n")
    watch.add("one", web.url("/one"))
    watch.add("two", web.url("/two"))

    watch.read(NOW)
    watch.read(NOW + timedelta(hours=23), force=True)
    asked_within_a_day = len(web.asked("/robots.txt"))
    watch.read(NOW + timedelta(hours=25), force=True)

    assert asked_within_a_day == 1
    assert len(web.asked("/robots.txt")) == 2


def test_a_missing_robots_file_allows_everything(web: Web, watch: Watch) -> None:
    web.page("/feed", rss(FRESH))
    statuses = {f"127.0.0.{status - 390}": status for status in (401, 403, 404, 410)}
    for host, status in statuses.items():
        web.status("/robots.txt", status, host=host)
        watch.add(f"blog-{status}", web.url("/feed", host=host))

    outcomes = watch.read(NOW).outcomes

    assert {id: outcome.state for id, outcome in outcomes.items()} == dict.fromkeys(outcomes, "ok")


def test_a_failing_robots_file_forbids_everything_until_it_answers_again(web: Web, watch: Watch) -> None:
    web.page("/feed", rss(FRESH))
    statuses = {"127.0.0.29": 429, "127.0.0.50": 500, "127.0.0.53": 503}
    for host, status in statuses.items():
        web.status("/robots.txt", status, host=host)
        watch.add(f"blog-{status}", web.url("/feed", host=host))

    failed = watch.read(NOW).outcomes
    asked_while_failing = len(web.asked("/feed"))
    for host in statuses:
        web.robots("", host=host)
    read = watch.read(NOW + timedelta(hours=1), force=True).outcomes

    assert [(outcome.state, id.split("-")[1] in outcome.reason) for id, outcome in failed.items()] == [
        ("failed", True)
    ] * 3
    assert asked_while_failing == 0
    assert {outcome.state for outcome in read.values()} == {"ok"}


def test_an_unreachable_robots_file_keeps_the_site_unread(web: Web, watch: Watch) -> None:
    web.page("/feed", rss(FRESH))
    web.status("/robots.txt", 0)
    watch.add("blog", web.url("/feed"))

    assert watch.read(NOW).outcomes["blog"].state == "failed"
    assert web.asked("/feed") == []


def test_the_crawl_delay_is_kept_between_requests(web: Web, watch: Watch) -> None:
    web.page("/one", rss(FRESH))
    web.page("/two", rss(FRESH))
    web.robots("User-agent: *\nCrawl-delay: 0.6\n")
    watch.add("one", web.url("/one"))
    watch.add("two", web.url("/two"))

    watch.read(NOW)

    first, second = sorted(each.at for path in ("/one", "/two") for each in web.asked(path))
    assert second - first >= 0.55


def test_redirected_robots_count_for_the_host_that_was_asked(web: Web, watch: Watch) -> None:
    web.page("/feed", rss(FRESH))
    web.redirect("/robots.txt", "/elsewhere.txt", status=302)
    web.answer("/elsewhere.txt", lambda _: Answer(body=b"User-agent: *\nDisallow: /feed\n"))
    watch.add("blog", web.url("/feed"))

    assert watch.read(NOW).outcomes["blog"].state == "blocked_by_robots"
