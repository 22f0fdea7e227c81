"""Where else an organisation is, as its pages say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from crawlers.accounts import find_accounts, see_accounts
from crawlers.archive import Archive
from crawlers.archive.states import AccountSeen
from tests.conftest import NOW
from watchlists.model import Source

HOME = "https://acme.example/"
PAGE = """<html><head>
<link rel="me" href="https://social.example/@acme">
<script type="application/ld+json">{"@graph": [{"@type": "Organization",
 "sameAs": ["https://www.linkedin.com/company/acme", "https://www.youtube.com/@acme"]}]}</script></head>
<body><article><p>As <a href="https://bsky.app/profile/somebody.example">somebody</a> says.</p>
<a class="social" href="https://twitter.com/intent/tweet?text=Acme">Tweet this</a></article>
<footer><a href="https://x.com/acme">X</a> <a href="https://github.com/acme/widget">Code</a>
<a href="https://forum.acme.example/">Forum</a> <a href="https://www.instagram.com/acme/">Photos</a>
<a href="https://www.youtube.com/@acme">Films</a> <a href="https://www.facebook.com/sharer.php?u=x">Share</a></footer>
</body></html>"""


def test_accounts_are_found_by_rel_me_same_as_and_footer_links() -> None:
    accounts = find_accounts(PAGE.encode(), url=HOME)

    assert [(account.network, account.is_readable) for account in accounts] == [
        ("Fediverse", True),
        ("LinkedIn", False),
        ("YouTube", True),
        ("X", False),
        ("GitHub", True),
        ("Instagram", False),
    ]


@pytest.mark.parametrize(
    "body", [b"", b"\0\xff", b'<script type="application/ld+json">[[[[[[[[{"sameAs": 3}]]]]]]]]</script>']
)
def test_pages_that_say_nothing_have_no_accounts(body: bytes) -> None:
    assert find_accounts(body, url=HOME) == ()


def test_an_account_keeps_its_first_sight(tmp_path: Path) -> None:
    first = AccountSeen(
        organisation="acme", network="X", url="https://x.com/acme", is_readable=False, first_seen=NOW
    )
    later = AccountSeen(
        organisation="acme",
        network="X",
        url="https://x.com/acme",
        is_readable=False,
        first_seen=NOW + timedelta(days=9),
    )
    with Archive.open(tmp_path / "archive.db") as archive:
        archive.put_accounts([first])
        archive.put_accounts([later])

        assert archive.accounts() == (first,)


OWN = Source(id="acme-site", url="https://www.acme.example/news", kind="page", organisation="acme")


def test_a_page_of_an_own_place_tells_whose_the_accounts_are_and_when() -> None:
    seen = see_accounts(PAGE.encode(), url=HOME, source=OWN, now=NOW)

    assert {(each.organisation, each.first_seen) for each in seen} == {("acme", NOW)}
    assert "X" in {each.network for each in seen}


@pytest.mark.parametrize(
    "source",
    [
        replace(OWN, organisation=None),
        replace(OWN, url="https://www.youtube.com/@acme"),
        replace(OWN, url="https://acme.elsewhere.example/"),
    ],
    ids=["nobody’s place", "a network’s own footer", "a page of another site"],
)
def test_other_pages_tell_nothing_of_an_organisation(source: Source) -> None:
    assert see_accounts(PAGE.encode(), url=HOME, source=source, now=NOW) == ()
