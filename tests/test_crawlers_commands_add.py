"""`veilleur add` and `veilleur sources`, as a user runs them, against a loopback web."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import cli
from tests.conftest import NOW
from tests.crawling import Watch, rss
from tests.web import Web
from watchlists.load import load_watchlist

FRESH = ("/a", "Alpha", "Fri, 20 Nov 2026 05:00:00 GMT")
OLDER = ("/b", "Beta", "Thu, 19 Nov 2026 05:00:00 GMT")
PAGE = b"""<!doctype html><html lang="fr"><head><title>Le blog d'Acme</title>
<link rel="alternate" type="application/rss+xml" title="Commentaires" href="/comments/feed">
<link rel="alternate" type="application/rss+xml" title="Articles" href="/feed.xml">
</head><body>Bonjour</body></html>"""


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as running:
        yield running


@pytest.fixture
def watch(tmp_path: Path, web: Web) -> Watch:
    """A watch that reaches one fictional site."""
    watch = Watch(folder=tmp_path, hosts=[("blog.acme.example", "127.0.0.1", web.port)])
    watch.write()
    return watch


def veilleur(watch: Watch, *arguments: str) -> Result:
    options = ["--watch", str(watch.folder), "--now", NOW.isoformat()]
    return CliRunner().invoke(cli.veilleur, [*options, *arguments], obj=cli.start_context())


def test_a_feed_is_shown_with_its_newest_entries_and_added_with_the_comments_kept(
    web: Web, watch: Watch
) -> None:
    web.page("/feed.xml", rss(FRESH, OLDER))
    path = watch.folder / "watchlist.toml"
    path.write_text(path.read_text() + "# a comment of mine\n")

    result = veilleur(watch, "add", "http://blog.acme.example/feed.xml", "--yes")

    assert result.exit_code == 0, result.output
    assert "It is a feed." in result.output
    assert "2026-11-20  Alpha" in result.output
    assert "robots.txt: allows it" in result.output
    assert "# a comment of mine" in path.read_text()
    source = load_watchlist(path).sources[0]
    assert (source.url, source.kind, source.name) == ("http://blog.acme.example/feed.xml", "feed", "Blog")


def test_the_main_feed_a_page_names_is_taken_and_not_that_of_its_comments(web: Web, watch: Watch) -> None:
    web.page("/", PAGE, headers={"Content-Type": "text/html"})
    web.page("/feed.xml", rss(FRESH))

    result = veilleur(watch, "add", "http://blog.acme.example/", "--yes")

    assert result.exit_code == 0, result.output
    assert [source.url for source in load_watchlist(watch.folder / "watchlist.toml").sources] == [
        "http://blog.acme.example/feed.xml"
    ]
    assert len([each for each in web.requests if each.path != "/robots.txt"]) == 2


def test_without_a_terminal_nothing_is_written_unless_told(web: Web, watch: Watch) -> None:
    web.page("/feed.xml", rss(FRESH))

    result = veilleur(watch, "add", "http://blog.acme.example/feed.xml")

    assert result.exit_code == 0
    assert "--yes" in result.output
    assert load_watchlist(watch.folder / "watchlist.toml").sources == ()


def test_a_site_without_any_feed_is_watched_as_a_page_after_at_most_four_requests(
    web: Web, watch: Watch
) -> None:
    web.page("/", b"<!doctype html><html><title>Acme</title><body>No feed</body></html>")

    result = veilleur(watch, "add", "http://blog.acme.example/", "--yes")

    assert result.exit_code == 0, result.output
    (source,) = load_watchlist(watch.folder / "watchlist.toml").sources
    assert source.kind == "page"
    assert len([each for each in web.requests if each.path != "/robots.txt"]) == 4


def test_an_address_that_robots_forbid_is_told_with_the_rule_and_not_added(web: Web, watch: Watch) -> None:
    web.page("/feed.xml", rss(FRESH))
    web.robots("User-agent: *\nDisallow: /feed\n")

    result = veilleur(watch, "add", "http://blog.acme.example/feed.xml", "--yes")

    assert "Disallow: /feed" in str(result.exception)
    assert web.asked("/feed.xml") == []
    assert load_watchlist(watch.folder / "watchlist.toml").sources == ()


@pytest.mark.parametrize(
    "url", ["https://x.com/acme", "https://www.facebook.com/acme", "https://www.linkedin.com/c/a"]
)
def test_a_closed_network_is_refused_with_something_to_do_instead(url: str, watch: Watch) -> None:
    result = veilleur(watch, "add", url, "--yes")

    assert "no lasting public access" in str(result.exception)
    assert "veilleur import" in str(result.exception)


def test_a_private_address_needs_to_be_permitted(web: Web, watch: Watch) -> None:
    web.page("/feed.xml", rss(FRESH))

    refused = veilleur(watch, "add", web.url("/feed.xml"), "--yes")
    added = veilleur(watch, "add", web.url("/feed.xml"), "--yes", "--allow-private")

    assert "private network" in str(refused.exception)
    assert added.exit_code == 0, added.output
    assert load_watchlist(watch.folder / "watchlist.toml").sources[0].allow_private


def test_an_address_that_is_watched_already_is_named(watch: Watch) -> None:
    watch.add("blog", "http://blog.acme.example/feed.xml")
    watch.write()

    result = veilleur(watch, "add", "https://blog.acme.example/feed.xml")

    assert result.exit_code == 0
    assert "as blog" in result.output


def test_the_finding_can_be_had_as_json(web: Web, watch: Watch) -> None:
    web.page("/feed.xml", rss(FRESH))

    result = veilleur(watch, "-q", "add", "http://blog.acme.example/feed.xml", "--json")

    finding = json.loads(result.stdout)["finding"]
    assert (finding["kind"], finding["latest"][0]["title"]) == ("feed", "Alpha")


def test_sources_lists_what_each_one_is_and_why(web: Web, watch: Watch) -> None:
    web.page("/feed.xml", rss(FRESH, OLDER))
    watch.add("good", web.url("/feed.xml", host="127.0.0.2"))
    watch.add("absent", web.url("/nothing", host="127.0.0.3"))
    watch.add("asleep", web.url("/feed.xml", host="127.0.0.4"), enabled=False)
    watch.read(NOW)
    watch.read(NOW + timedelta(minutes=1))
    watch.add("later", web.url("/feed.xml", host="127.0.0.5"))
    watch.write()

    result = veilleur(watch, "sources", "--json")

    told = {line["source"]: line for line in map(json.loads, result.stdout.splitlines())}
    assert [told[id]["new"] for id in ("good", "absent", "asleep", "later")] == [2, 0, None, None]
    assert [told[id]["state"] for id in ("good", "asleep", "later")] == ["ok", "disabled", "never_read"]
    assert told["absent"]["backing_off_until"] > NOW.isoformat(" ")
    assert "404" in told["absent"]["why"]


def test_sources_is_a_table_for_people(web: Web, watch: Watch) -> None:
    web.status("/gone", 410)
    watch.add("old", web.url("/gone"))
    watch.read(NOW)

    result = veilleur(watch, "sources")

    head, line, why = result.stdout.splitlines()
    assert head.split() == ["Source", "State", "Last", "read", "New", "Next"]
    assert line.split()[:2] == ["old", "gone"]
    assert "410" in why
