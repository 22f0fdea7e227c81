"""A watchlist.toml becomes records, or every error in it is said at once, each with its line."""

from __future__ import annotations

from datetime import date, time, timedelta
from pathlib import Path

import pytest

from watchlists.errors import WatchlistError
from watchlists.load import MAX_BYTES, load_watchlist, parse_watchlist
from watchlists.messages import load_messages
from watchlists.problems import InvalidWatchlist, Problem

WATCH = '[watch]\nname = "Veille"\n'


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(InvalidWatchlist) as caught:
        parse_watchlist(text)
    return caught.value.problems


def only_problem(text: str) -> tuple[int, str, str]:
    (problem,) = problems(text)
    return (problem.line, *problem.texts())


def test_the_smallest_watchlist_has_every_default() -> None:
    watchlist = parse_watchlist(WATCH)

    assert watchlist.name == "Veille"
    assert watchlist.timezone == "Europe/Paris"
    assert watchlist.delivery.hour == time(8, 0)
    assert watchlist.crawl.source_deadline == timedelta(minutes=10)


def test_tables_become_records() -> None:
    watchlist = parse_watchlist(
        WATCH
        + """
[[organisation]]
name = "Âme & Sœur"
aliases = ["Âme"]

[[source]]
url = "https://www.forum.example.org/c/aide.html"
organisation = "âme & sœur"
every = "90m"

[[campaign]]
name = "Rentrée"
start = 2026-09-01
end = 2026-09-30

[delivery]
hour = "7h30"
days = ["lun", "Friday", 6]

[[delivery.webhook]]
url_env = "HOOK"

[[crawl.host]]
host = "forum.example.org"
address = "127.0.0.1"
port = 8080
"""
    )

    (organisation,), (source,), (campaign,) = (
        watchlist.organisations,
        watchlist.sources,
        watchlist.campaigns,
    )
    assert (organisation.id, organisation.aliases) == ("ame-soeur", ("Âme",))
    assert (source.id, source.organisation) == ("forum-example-org-c-aide", "ame-soeur")
    assert source.every == timedelta(minutes=90)
    assert campaign.end == date(2026, 9, 30)
    assert watchlist.delivery.hour == time(7, 30)
    assert watchlist.delivery.days == (0, 4, 6)
    assert watchlist.delivery.webhooks[0].id == "json"
    assert watchlist.crawl.hosts[0].port == 8080


def test_an_id_made_from_a_name_is_not_changed_by_what_is_added_later() -> None:
    first = '[[source]]\nname = "Blog"\nurl = "https://a.example/"\n'
    second = '[[source]]\nname = "Blog"\nurl = "https://b.example/"\n'

    alone = parse_watchlist(WATCH + first).sources
    both = parse_watchlist(WATCH + first + second).sources

    assert both[0].id == alone[0].id == "blog"
    assert both[1].id != "blog"
    assert both == parse_watchlist(WATCH + first + second).sources


def test_a_written_id_outweighs_one_made_from_a_name() -> None:
    text = '[[topic]]\nname = "Prix"\nquery = "a"\n[[topic]]\nid = "prix"\nname = "Autre"\nquery = "b"\n'

    made, written = parse_watchlist(WATCH + text).topics

    assert written.id == "prix"
    assert made.id.startswith("prix-")


def test_every_error_comes_at_once_in_the_order_of_lines() -> None:
    text = """[watch]
name = "Veille"
timezone = "Europe/Pari"

[[source]]
url = "https://x.com/acme"
organisaton = "acme"

[[source]]
url = "file:///etc/passwd"
robots = "ignore"
every = "soon"

[[topic]]
name = "Pannes"
query = "panne AND (bug"
"""
    found = [(problem.line, problem.texts()[0]) for problem in problems(text)]

    assert [line for line, _ in found] == [3, 6, 7, 10, 11, 12, 16]
    assert "Europe/Pari" in found[0][1]
    assert "X gives no lasting public access" in found[1][1]
    assert found[2][1] == "Unknown key `organisaton` in [[source]]."
    assert "file:" in found[3][1]
    assert 'robots = "ignore"' in found[4][1]
    assert "duration" in found[5][1]
    assert "Column 11" in found[6][1]


@pytest.mark.parametrize(
    ("lines", "line", "said", "remedy"),
    [
        pytest.param('[[sources]]\nurl = "x"', 3, "`sources`", "`source`", id="mistyped-table"),
        pytest.param('[index]\nbckend = "embedded"', 4, "`bckend`", "`backend`", id="mistyped-key"),
        pytest.param('[index]\nbackend = "elastik"', 4, '"elastik"', '"elasticsearch"', id="mistyped-choice"),
        pytest.param("[alerts]\nmin_volume = true", 4, "whole number", "", id="wrong-type"),
        pytest.param("[alerts]\nmin_volume = 0", 4, "0", "1 to", id="too-small"),
        pytest.param("[crawl]\ndelay = nan", 4, "must be a number", "", id="not-a-number"),
        pytest.param('[delivery]\nhour = "25:00"', 4, "time of day", "", id="no-such-hour"),
        pytest.param('[delivery]\ndays = ["someday"]', 4, "days of the week", "", id="no-such-day"),
        pytest.param("[delivery]\ndays = [7]", 4, "no day 7", "0 to 6", id="no-such-day-number"),
        pytest.param('[[topic]]\nname = "A"', 3, "`query` is missing", "", id="missing-key"),
        pytest.param('[[topic]]\nquery = "a"', 3, "`name` is missing", "", id="missing-name"),
        pytest.param('[[topic]]\nname = "A"\nquery = " "', 5, "empty", "", id="blank-query"),
        pytest.param('[[topic]]\nid = "A b"\nname = "A"\nquery = "a"', 4, "A b", '"a-b"', id="bad-id"),
        pytest.param(
            '[[source]]\nurl = "https://a.example/"\norganisation = "bolt"',
            5,
            "bolt",
            "[[organisation]]",
            id="unknown-organisation",
        ),
        pytest.param(
            '[[organisation]]\nname = "Bolt"\ndomains = ["https://bolt.example"]',
            5,
            "not a domain",
            "alone",
            id="address-for-domain",
        ),
        pytest.param(
            '[[organisation]]\nname = "Bolt"\nhandles = ["bolt"]', 5, "no @ or #", "sign", id="bare-handle"
        ),
        pytest.param(
            '[[organisation]]\nname = "Bolt"\nambiguous = ["Volt"]', 5, "Volt", "Bolt", id="unknown-ambiguous"
        ),
        pytest.param(
            '[[source]]\nurl = "https://a.example/"\nauthors = "keep"',
            5,
            "reason",
            "authors_reason",
            id="keep",
        ),
        pytest.param('[[source]]\nurl = "a.example/feed"', 4, "https://", "in full", id="bare-address"),
        pytest.param('[[source]]\nurl = "javascript:alert(1)"', 4, "javascript:", "http", id="javascript"),
        pytest.param('[[source]]\nurl = "https://u:p@a.example/"', 4, "password", "token_env", id="login"),
        pytest.param(
            '[[source]]\nurl = "https://fr.linkedin.com/company/a"',
            4,
            "LinkedIn",
            "newsletter",
            id="linkedin",
        ),
        pytest.param(
            '[[campaign]]\nname = "A"\nstart = 2026-11-20\nend = 2026-11-01', 6, "before", "dates", id="dates"
        ),
        pytest.param('[index]\nbackend = "elasticsearch"', 3, "no address", "url", id="no-server"),
        pytest.param(
            '[index]\npassword = "s3cret"', 4, "is a secret", 'password_env = "VARIABLE"', id="written-secret"
        ),
        pytest.param(
            '[index]\napi_key_env = "not a name"', 4, "environment variable", "capitals", id="secret-as-name"
        ),
        pytest.param('[[crawl.host]]\nhost = "a"\naddress = "b"', 5, "IP address", "127.0.0.1", id="no-ip"),
        pytest.param('[alerts]\nquiet_from = "22:00"', 4, "go together", "both", id="half-quiet"),
    ],
)
def test_an_error_names_its_line_and_its_remedy(lines: str, line: int, said: str, remedy: str) -> None:
    at, message, help = only_problem(WATCH + lines + "\n")

    assert at == line
    assert said in message
    assert remedy in help


def test_the_secret_of_a_webhook_is_refused_with_the_key_to_use() -> None:
    text = WATCH + '[[delivery.webhook]]\nurl = "https://hooks.example/x"\n'

    remedies = [problem.texts()[1] for problem in problems(text)]

    assert any('url_env = "VARIABLE"' in remedy for remedy in remedies)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("[watch\n", 1, id="bracket"),
        pytest.param(WATCH + 'name = "twice"\n', 3, id="twice"),
        pytest.param(WATCH + 'timezone = "Europe\n', 3, id="quote"),
        pytest.param("x = " + "[" * 20_000, 1, id="deep"),
    ],
)
def test_broken_toml_is_an_error_with_its_line(text: str, line: int) -> None:
    at, message, remedy = only_problem(text)

    assert at == line
    assert message
    assert remedy


def test_a_second_source_for_the_same_place_is_told() -> None:
    source = '[[source]]\nurl = "https://a.example/"\n'

    line, message, _ = only_problem(WATCH + source + source)

    assert line == 6
    assert "a-example" in message


def test_two_written_ids_alike_are_told() -> None:
    topic = '[[topic]]\nid = "a"\nname = "A"\nquery = "x"\n'

    assert only_problem(WATCH + topic + topic)[:2] == (8, 'Two [[topic]] have the id "a".')


def test_company_blogs_on_the_domain_of_a_closed_network_are_readable() -> None:
    text = WATCH + '[[source]]\nurl = "https://engineering.fb.com/feed/"\n'

    assert len(parse_watchlist(text).sources) == 1


def test_errors_are_said_in_french_too() -> None:
    with pytest.raises(InvalidWatchlist) as caught:
        parse_watchlist(WATCH + "[sources]\n")

    what, problem, remedy = caught.value.parts(load_messages("fr").gettext)

    assert what == "watchlist.toml est inutilisable\u00a0; erreurs\u00a0: 1."
    assert problem.startswith("watchlist.toml, ligne 3\u00a0: Clé inconnue `sources`")
    assert "veilleur check" in remedy


def test_a_file_that_is_missing_or_unreadable_is_told(tmp_path: Path) -> None:
    with pytest.raises(WatchlistError, match="no watchlist"):
        load_watchlist(tmp_path / "watchlist.toml")
    with pytest.raises(WatchlistError, match="cannot be read"):
        load_watchlist(tmp_path)


def test_a_file_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "watchlist.toml"
    path.write_bytes(b"#" * (MAX_BYTES + 1))

    with pytest.raises(WatchlistError, match="5 MB"):
        load_watchlist(path)


def test_bytes_that_are_no_utf8_are_told_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "watchlist.toml"
    path.write_bytes('[watch]\nname = "Été"\n'.encode("latin-1"))

    with pytest.raises(InvalidWatchlist) as caught:
        load_watchlist(path)

    assert caught.value.problems[0].line == 2


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    path = tmp_path / "watchlist.toml"
    path.write_bytes(b"\xef\xbb\xbf" + WATCH.replace("\n", "\r\n").encode())

    assert load_watchlist(path).name == "Veille"
