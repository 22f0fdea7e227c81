"""Feeds: golden pairs, the permalink rule, dates that cannot be, and bodies made to harm."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.items import Item
from crawlers.parsers.feed import parse_feed
from crawlers.parsers.parsed_feed import NotAFeed, ParsedFeed
from crawlers.parsers.screening import MOST_ENTRIES
from tests.conftest import NOW
from tests.golden import DATA, as_json, read_golden
from watchlists.model import Source

URL = "https://blog.acme.example/feed.xml"
SOURCE = Source(id="blog", url=URL)


def parse(body: bytes | str, *, url: str = URL, content_type: str = "") -> ParsedFeed:
    data = body.encode() if isinstance(body, str) else body
    return parse_feed(data, url=url, source=SOURCE, now=NOW, content_type=content_type)


def rss(*items: str) -> str:
    entries = "".join(f"<item>{each}</item>" for each in items)
    return f'<rss version="2.0"><channel><title>T</title>{entries}</channel></rss>'


def atom(*entries: str) -> str:
    inner = "".join(f"<entry>{each}</entry>" for each in entries)
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>{inner}</feed>'


def one(body: bytes | str) -> Item:
    (item,) = parse(body).items
    return item


@pytest.mark.parametrize(
    ("given", "url"),
    [("feed/blog.xml", URL), ("jsonfeed/changes.json", "https://tool.example/changes.json")],
    ids=["rss", "json-feed"],
)
def test_a_feed_becomes_the_expected_items(given: str, url: str) -> None:
    expected = read_golden(given.rpartition(".")[0] + ".expected.json")

    assert as_json(parse((DATA / given).read_bytes(), url=url)) == expected


def test_an_atom_entry_keeps_its_own_dates_language_and_base() -> None:
    item = one(
        atom(
            '<id>tag:acme.example,2026:1</id><title type="html">A &amp;lt;b&amp;gt; tag</title>'
            '<link href="/posts/1"/><published>2026-11-18T10:00:00Z</published>'
            "<updated>2026-11-19T10:00:00Z</updated>"
            "<author><name>Sacha</name><uri>https://acme.example/sacha</uri></author>"
            '<category term="x" label="Label"/>'
            '<content type="html" xml:lang="de" xml:base="https://cdn.acme.example/a/">'
            '&lt;a href="b"&gt;b&lt;/a&gt;</content>'
        )
    )

    assert item.permalink == "https://blog.acme.example/posts/1"
    assert item.title == "A <b> tag"
    assert (item.published, item.edited) == (
        datetime(2026, 11, 18, 10, tzinfo=UTC),
        datetime(2026, 11, 19, 10, tzinfo=UTC),
    )
    assert (item.language, item.tags) == ("de", ("Label",))
    assert item.links == ("https://cdn.acme.example/a/b",)
    assert item.author is not None
    assert (item.author.name, item.author.url) == ("Sacha", "https://acme.example/sacha")


def test_an_rdf_feed_is_read_with_its_only_date() -> None:
    body = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://a.example/"><title>T</title></channel>'
        '<item rdf:about="https://a.example/1"><title>One</title><link>https://a.example/1</link>'
        "<dc:date>2026-11-01T00:00:00Z</dc:date></item></rdf:RDF>"
    )

    item = one(body)

    assert (item.title, item.published, item.edited) == ("One", datetime(2026, 11, 1, tzinfo=UTC), None)


@pytest.mark.parametrize(
    ("entry", "permalink"),
    [
        (
            "<link>https://a.example/1?utm_source=rss</link><guid>https://a.example/g</guid>",
            "https://a.example/1",
        ),
        ("<link>/relative</link>", "https://blog.acme.example/relative"),
        ("<guid>https://a.example/g</guid>", "https://a.example/g"),
        ('<guid isPermaLink="false">https://a.example/g</guid>', f"{URL}#https%3A%2F%2Fa.example%2Fg"),
        (
            '<guid isPermaLink="false">7</guid><enclosure url="https://cdn.example/7.mp3" type="audio/mp3"/>',
            "https://cdn.example/7.mp3",
        ),
        ('<guid isPermaLink="false">7</guid>', f"{URL}#7"),
        ("<link>javascript:alert(1)</link><guid isPermaLink='false'>8</guid>", f"{URL}#8"),
    ],
    ids=[
        "link",
        "relative link",
        "guid",
        "guid that is no link",
        "enclosure",
        "feed and guid",
        "no web address",
    ],
)
def test_the_permalink_is_the_link_else_the_guid_else_the_enclosure_else_made_up(
    entry: str, permalink: str
) -> None:
    assert one(rss(entry)).permalink == permalink


def test_a_counted_link_gives_way_to_the_one_it_stands_for() -> None:
    body = rss(
        "<link>https://count.example/x</link><feedburner:origLink>https://a.example/1</feedburner:origLink>"
    )
    body = body.replace("<rss", '<rss xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"')

    assert one(body).permalink == "https://a.example/1"


def test_an_entry_whose_link_changes_keeps_an_alias_by_its_guid() -> None:
    before = one(
        rss("<link>https://a.example/old</link><guid isPermaLink='false'>tag:a.example,2026:1</guid>")
    )
    after = one(
        rss("<link>https://a.example/new</link><guid isPermaLink='false'>tag:a.example,2026:1</guid>")
    )

    assert before.id != after.id
    assert set(before.aliases) & set(after.aliases) == {"guid:blog.acme.example:tag:a.example,2026:1"}


def test_a_bare_guid_is_only_known_within_its_feed() -> None:
    body = rss("<link>https://a.example/1</link><guid isPermaLink='false'>1</guid>").encode()

    topics, posts = (
        parse(body, url=f"https://a.example/{name}.rss").items[0] for name in ("topics", "posts")
    )

    assert set(topics.aliases).isdisjoint(posts.aliases)


def test_the_address_in_a_guid_is_an_alias_unless_it_names_another_site_or_a_front_page() -> None:
    second, foreign, front = parse(
        rss(
            "<link>https://a.example/1</link><guid isPermaLink='false'>https://a.example/?p=1</guid>",
            "<link>https://a.example/2</link><guid isPermaLink='false'>https://b.example/?p=2</guid>",
            "<link>https://a.example/3</link><guid isPermaLink='false'>https://a.example/</guid>",
        )
    ).items

    assert "https://a.example/?p=1" in second.aliases
    assert [alias for each in (foreign, front) for alias in each.aliases if alias.startswith("http")] == []


def test_entries_that_share_an_address_are_told_apart_by_their_guids() -> None:
    items = parse(
        rss(
            "<link>https://status.example/</link><guid isPermaLink='false'>a</guid><title>Down</title>",
            "<link>https://status.example/</link><guid isPermaLink='false'>b</guid><title>Up</title>",
        )
    ).items

    assert [item.permalink for item in items] == ["https://status.example/#a", "https://status.example/#b"]
    assert len({item.id for item in items}) == 2


def test_a_guid_used_for_different_entries_is_nobodys_alias() -> None:
    items = parse(
        rss(
            "<link>https://a.example/1</link><guid isPermaLink='false'>same</guid><title>One</title>",
            "<link>https://a.example/2</link><guid isPermaLink='false'>same</guid><title>Two</title>",
        )
    ).items

    assert [item.permalink for item in items] == ["https://a.example/1", "https://a.example/2"]
    assert [item.aliases for item in items] == [(), ()]


def test_entries_with_nothing_of_their_own_but_a_title_are_told_apart_by_it() -> None:
    items = parse(rss("<title>One</title>", "<title>Two</title>", "<title>Two</title>")).items

    assert len({item.id for item in items}) == 2
    assert len(items) == 3


@pytest.mark.parametrize(
    ("written", "published", "raw"),
    [
        ("Thu, 19 Nov 2026 08:00:00 GMT", datetime(2026, 11, 19, 8, tzinfo=UTC), ""),
        ("Thu, 19 Nov 2026 08:00:00 +0200", datetime(2026, 11, 19, 6, tzinfo=UTC), ""),
        ("19 novembre 2026 08:00", datetime(2026, 11, 19, 8, tzinfo=UTC), ""),
        ("Thu, 19 Nov 2096 08:00:00 GMT", NOW, "Thu, 19 Nov 2096 08:00:00 GMT"),
        ("Thu, 01 Jan 1970 00:00:00 GMT", NOW, "Thu, 01 Jan 1970 00:00:00 GMT"),
        ("whenever", NOW, "whenever"),
        ("9" * 500, NOW, "9" * 200),
        ("", NOW, ""),
    ],
    ids=["plain", "offset", "French words", "future", "epoch", "no date", "endless", "absent"],
)
def test_a_date_that_cannot_be_true_is_the_time_of_reading_and_its_text_is_kept(
    written: str, published: datetime, raw: str
) -> None:
    item = one(rss(f"<title>x</title><pubDate>{written}</pubDate>"))

    assert (item.published, item.published_raw) == (published, raw)


@pytest.mark.parametrize(
    ("description", "is_teaser"),
    [
        ("Short.", True),
        ("Long text. " * 100, False),
        ("Long text. " * 100 + "[&amp;#8230;]", True),
        ("Long text. " * 100 + "Lire la suite »", True),
        ("Long text. " * 100 + "Continue reading", True),
        ("", True),
    ],
    ids=["short", "long", "ellipsis", "lire la suite", "continue reading", "empty"],
)
def test_a_summary_that_is_only_a_beginning_is_a_teaser(description: str, is_teaser: bool) -> None:
    assert one(rss(f"<title>x</title><description>{description}</description>")).is_teaser is is_teaser


def test_full_content_is_no_teaser_however_short() -> None:
    assert not one(atom("<id>1</id><title>x</title><content>Short.</content>")).is_teaser


def test_counts_that_are_not_shown_are_none_and_not_zero() -> None:
    silent, counted = parse(
        rss("<title>a</title>", "<title>b</title><slash:comments>0</slash:comments>").replace(
            "<rss", '<rss xmlns:slash="http://purl.org/rss/1.0/modules/slash/"'
        )
    ).items

    assert (silent.engagement.replies, counted.engagement.replies) == (None, 0)


def test_only_web_links_of_a_body_are_kept() -> None:
    body = rss(
        "<title>x</title><description>&lt;a href='javascript:x()'&gt;1&lt;/a&gt;"
        "&lt;a href='mailto:a@b.example'&gt;2&lt;/a&gt; &lt;a href='//c.example/d'&gt;3&lt;/a&gt;"
        "&lt;a href='data:text/html,x'&gt;4&lt;/a&gt;</description>"
    )

    assert one(body).links == ("https://c.example/d",)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"", "empty"),
        (b"  \r\n\t", "empty"),
        (b"<!DOCTYPE html><html><head></head><body>Hi</body></html>", "a web page (HTML)"),
        (b"<?xml version='1.0'?><urlset><url/></urlset>", "XML, but no feed"),
        (b"just some words", "neither XML nor JSON"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "neither XML nor JSON"),
        (b'{"hello": "world"}', "JSON, but no JSON Feed"),
        (b'{"version": "https://jsonfeed.org/version/1", "items": [', "JSON that cannot be read"),
        (b"[" * 100_000, "JSON that cannot be read"),
    ],
)
def test_what_is_no_feed_is_named(body: bytes, found: str) -> None:
    with pytest.raises(NotAFeed) as caught:
        parse(body)

    assert caught.value.found == found


def test_a_page_in_place_of_a_feed_names_the_feeds_it_links_to() -> None:
    page = (
        '<!DOCTYPE html><html><head><base href="https://a.example/blog/">'
        '<link rel="alternate" type="application/rss+xml" title="Comments" href="comments">'
        '<link rel="ALTERNATE stylesheet" type="application/atom+xml; charset=utf-8" href="atom.xml">'
        '<link rel="alternate" hreflang="fr" href="/fr"></head><body></body></html>'
    )

    with pytest.raises(NotAFeed) as caught:
        parse(page)

    assert caught.value.feeds == ("https://a.example/blog/atom.xml", "https://a.example/blog/comments")
    assert "https://a.example/blog/atom.xml" in str(caught.value)


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1252", "utf-16", "utf-8-sig"])
def test_letters_survive_every_usual_charset(charset: str) -> None:
    name = {"utf-8-sig": "utf-8"}.get(charset, charset)
    body = f'<?xml version="1.0" encoding="{name}"?>' + rss(
        "<title>Été à Nîmes, œuf</title>".replace("œ", "oe")
    )

    assert one(body.encode(charset)).title == "Été à Nîmes, oeuf"


def test_the_charset_that_is_sent_counts_before_the_one_that_is_written() -> None:
    body = ('<?xml version="1.0" encoding="utf-8"?>' + rss("<title>Été</title>")).encode("iso-8859-1")

    feed = parse(body, content_type="text/xml; charset=ISO-8859-1")

    assert feed.items[0].title == "Été"


def test_a_feed_that_is_broken_off_gives_what_it_has_and_says_so() -> None:
    feed = parse(rss("<title>One</title>", "<title>Two & three</title><description>and")[:-30])

    assert [item.title for item in feed.items] == ["One", "Two & three"]
    assert feed.problems


def test_a_body_that_is_the_name_of_a_file_is_not_opened(tmp_path: Path) -> None:
    secret = tmp_path / "feed.xml"
    secret.write_text(rss("<title>secret</title>"))

    with pytest.raises(NotAFeed):
        parse(str(secret))


BOMBS = {
    "laughs": '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>',
    "quadratic": f'<!DOCTYPE rss [<!ENTITY c "{"c" * 100_000}">]>',
    "file": '<!DOCTYPE rss [<!ENTITY c SYSTEM "file:///etc/passwd">]>',
    "parameter": '<!DOCTYPE rss [<!ENTITY % c SYSTEM "http://127.0.0.1:9/x.dtd"> %c;]>',
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "utf-7"])
def test_entities_neither_multiply_nor_read_files(bomb: str, charset: str) -> None:
    body = f'<?xml version="1.0" encoding="{charset}"?>{bomb}' + rss(
        "<title>x&c;y</title>" + "<a>&c;</a>" * 5000
    )

    try:
        feed = parse(body.encode(charset))
    except NotAFeed:
        return

    assert sum(len(item.title) + len(item.html) for item in feed.items) < 10_000
    assert "root:" not in json.dumps(as_json(feed))


HARMFUL = {
    "nested elements": '<rss version="2.0"><channel><item>' + "<a>" * 200_000,
    "added up bases": '<rss version="2.0"><channel><item>' + '<a xml:base="x/">' * 40_000,
    "empty entries": '<rss version="2.0"><channel>' + "<item/>" * 100_000,
    "open angles": '<rss version="2.0"><channel><item><title>' + "<" * 200_000,
    "impossible characters": rss("<title>&#99999999999;&#xFFFFFFFFFF;&#xD800;ok</title>") + "<",
    "no end of markup": rss("<description><![CDATA[" + "<div>" * 50_000 + "]]></description>"),
}


@pytest.mark.parametrize("body", HARMFUL.values(), ids=HARMFUL.keys())
def test_a_document_made_to_cost_is_cut_and_still_read(body: str) -> None:
    feed = parse(body)

    assert 1 <= len(feed.items) <= MOST_ENTRIES
    assert all("\ud800" not in item.title for item in feed.items)


@given(st.binary(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_a_feed_or_said_to_be_none(body: bytes) -> None:
    for start in (b"", b"<rss><channel><item>", b'{"items": [', b"<?xml version='1.0'?><feed><entry>"):
        try:
            feed = parse(start + body)
        except NotAFeed:
            continue
        assert all(item.published is not None and item.published <= NOW for item in feed.items)


JSON_KEYS = ["id", "url", "title", "tags", "authors", "name", "content_html", "attachments", "date_published"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.integers(),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(JSON_KEYS), inner, max_size=4)
        ),
        max_leaves=20,
    )
)
@settings(max_examples=100, deadline=None)
def test_any_json_in_the_items_of_a_json_feed_is_survived(value: object) -> None:
    body = json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "title": value, "items": [value, {"id": value}]}
    )

    feed = parse(body)

    assert 1 <= len(feed.items) <= 2


def test_how_long_not_to_come_back_is_read_from_ttl_and_from_the_update_period() -> None:
    period = "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>"
    by_period = (
        rss()
        .replace("<title>", f"{period}<title>")
        .replace("<rss", '<rss xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"')
    )

    assert parse(rss().replace("<title>", "<ttl>90</ttl><title>")).ttl == timedelta(minutes=90)
    assert parse(by_period).ttl == timedelta(hours=6)
    assert parse(rss()).ttl is None


@pytest.mark.corpora
def test_public_feeds_give_every_entry_and_no_crash(corpora: Path) -> None:
    from benchmarks.quality.feeds import measure, read_feedparser, read_gofeed, unpack

    for name, read in (("feedparser-suite", read_feedparser), ("gofeed-testdata", read_gofeed)):
        counts = measure(read(unpack(corpora / name / f"{name}.tar.gz")))

        assert counts["crashes"] == 0
        assert counts["feeds"] > 500
        assert counts["right"] == counts["known"]


@pytest.mark.corpora
def test_the_public_xml_bombs_are_refused(corpora: Path) -> None:
    bombs = sorted((corpora / "hostile-inputs" / "tiran__defusedxml" / "xmltestdata").glob("*.x*"))

    for bomb in bombs:
        with pytest.raises(NotAFeed):
            parse(bomb.read_bytes())

    assert len(bombs) >= 13
