"""The map of presence: accounts from the watchlist, sources, pages and links, each once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from crawlers.archive.states import AccountSeen
from crawlers.urls import host_of
from pipelines.document import Document
from search.insights.presence import Presence, bare_address, map_presence, networks_of
from search.insights.scope import Scope
from tests.documents import document
from tests.memory_index import MemoryIndex
from tests.morning import ACME, END, NIMBO, SOURCES, WINDOW, watchlist
from watchlists.model import Organisation, Source

DAY = timedelta(days=1)


def seen(
    network: str, url: str, *, organisation: str = "acme", days: float = 5, is_readable: bool = True
) -> AccountSeen:
    return AccountSeen(
        organisation=organisation,
        network=network,
        url=url,
        is_readable=is_readable,
        first_seen=END - days * DAY,
    )


def presence(
    *,
    organisation: Organisation = ACME,
    documents: list[Document] | None = None,
    accounts: tuple[AccountSeen, ...] = (),
    sources: tuple[Source, ...] = SOURCES,
) -> Presence:
    scope = Scope(index=MemoryIndex(documents or []), watchlist=watchlist(sources=sources), window=WINDOW)
    (found,) = map_presence(scope, (organisation,), seen=accounts)
    return found


def test_accounts_of_pages_carry_when_they_were_first_seen() -> None:
    found = presence(
        accounts=(
            seen("X", "https://x.com/acme", is_readable=False),
            seen("YouTube", "https://youtube.com/@acme"),
        )
    )

    assert [(each.network, each.is_readable, each.first_seen) for each in found.accounts] == [
        ("X", False, END - 5 * DAY),
        ("YouTube", True, END - 5 * DAY),
    ]
    assert found.unreadable == ("X",)


def test_what_was_seen_later_or_of_others_is_not_on_the_map() -> None:
    accounts = (
        seen("X", "https://x.com/acme", days=-1),
        seen("X", "https://x.com/nimbo", organisation="nimbo"),
    )

    assert presence(accounts=accounts).accounts == ()


def test_the_watchlist_names_accounts_and_networks_are_told_by_their_address() -> None:
    acme = replace(ACME, accounts=("https://www.linkedin.com/company/acme", "https://www.reddit.com/r/acme"))

    found = presence(organisation=acme)

    assert [(each.network, each.ways, each.is_readable) for each in found.accounts] == [
        ("LinkedIn", ("watchlist",), False),
        ("Reddit", ("watchlist",), True),
    ]


def test_one_account_known_from_several_sides_is_one() -> None:
    source = Source(id="acme-tube", url="https://www.youtube.com/@acme", kind="youtube", organisation="acme")
    acme = replace(ACME, accounts=("https://youtube.com/@Acme/",))
    video = document("video", source="acme-tube", owner="acme", published=END - 9 * DAY)

    found = presence(
        organisation=acme,
        sources=(*SOURCES, source),
        documents=[video],
        accounts=(seen("YouTube", "https://www.youtube.com/@acme"),),
    )

    (account,) = found.accounts
    assert account.ways == ("watchlist", "source", "page")
    assert account.source == "acme-tube"
    assert account.first_seen == video.first_seen


def test_an_own_forum_is_a_place_of_its_own_and_a_blog_is_none() -> None:
    forum = Source(id="f", url="https://forum.acme.example", kind="discourse", organisation="acme")
    server = Source(id="m", url="https://social.acme.example/@acme", kind="mastodon", organisation="acme")
    blog = Source(id="b", url="https://blog.acme.example/feed", kind="feed", organisation="acme")

    found = presence(sources=(forum, server, blog))

    assert [(each.network, each.source) for each in found.accounts] == [("Fediverse", "m"), ("Forum", "f")]


def post(id: str, *links: str, **values: object) -> Document:
    domains = tuple(host_of(link) for link in links)
    defaults: dict[str, object] = {"source": "acme-blog", "owner": "acme", "author_is_staff": True}
    return document(id, links=links, link_domains=domains, **{**defaults, **values})


def test_links_of_own_posts_tell_accounts_when_they_come_again() -> None:
    again, once = "https://www.tiktok.com/@acme", "https://x.com/somebody"
    share = "https://x.com/intent/tweet?text=Acme"
    documents = [
        post("one", again, once, share, published=END - 8 * DAY),
        post("two", f"{again}/", share),
        post("reader", once, source="acme-forum", author_is_staff=False, parent="x"),
    ]

    found = presence(documents=documents)

    assert [(each.network, each.url, each.ways) for each in found.accounts] == [("TikTok", again, ("links",))]
    assert found.accounts[0].first_seen == documents[0].first_seen


def test_networks_of_most_organisations_come_first() -> None:
    scope = Scope(index=MemoryIndex(), watchlist=watchlist(), window=WINDOW)
    accounts = (
        seen("X", "https://x.com/acme"),
        seen("Bluesky", "https://bsky.app/profile/acme.example"),
        seen("X", "https://x.com/nimbo", organisation="nimbo"),
    )

    assert networks_of(map_presence(scope, (NIMBO, ACME), seen=accounts)) == ("X", "Bluesky")


@pytest.mark.parametrize(
    "url", ["https://www.youtube.com/@Acme/", "http://youtube.com/@acme", "https://m.youtube.com/@ACME?x=1"]
)
def test_spellings_of_one_address_are_one(url: str) -> None:
    assert bare_address(url) == "youtube.com/@acme"
