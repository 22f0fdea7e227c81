"""Subscription lists of any reader are read, well-formed or not; ours are read by any reader."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchlists.errors import WatchlistError
from watchlists.model import Organisation, Source, Watchlist
from watchlists.opml import OpmlEntry, read_opml, write_opml

LIST = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="1.0"><head><title>Été</title></head><body>
<outline text="Veille &amp; co">
  <outline type="rss" text="Été" xmlUrl="https://a.example/?x=1&y=2" />
</outline>
<outline text="R&D" xmlUrl="https://b.example/feed">
<outline text="Again" xmlUrl="https://b.example/feed"/>
<outline text="Quotes" description="see <a href="https://q.example/">us</a>" xmlUrl="https://c.example/rss"/>
<!-- <outline text="Gone" xmlUrl="https://gone.example/"/> -->
</body></opml>
"""


def test_a_list_that_is_not_well_formed_is_read_whole() -> None:
    entries = read_opml(LIST.encode())

    assert [entry.url for entry in entries] == [
        "https://a.example/?x=1&y=2",
        "https://b.example/feed",
        "https://c.example/rss",
    ]
    assert entries[0] == OpmlEntry(url="https://a.example/?x=1&y=2", title="Été", categories=("Veille & co",))
    assert entries[2].title == "Quotes"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1", "cp1252"])
def test_declared_and_marked_encodings_are_followed(encoding: str) -> None:
    text = LIST.replace('"UTF-8"', f'"{encoding}"')

    assert read_opml(text.encode(encoding))[0].title == "Été"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('<!DOCTYPE o [<!ENTITY a "aaaa">]><opml><body/></opml>', id="bomb"),
        pytest.param('<!doctype opml SYSTEM "https://a.example/x.dtd"><opml/>', id="dtd"),
        pytest.param("<html><body>No list</body></html>", id="page"),
        pytest.param("", id="empty"),
        pytest.param("x" * (10 * 1024 * 1024 + 1), id="large"),
    ],
)
def test_what_is_no_list_or_a_trap_is_refused(text: str) -> None:
    with pytest.raises(WatchlistError, match="cannot be read"):
        read_opml(text.encode())


def test_an_empty_list_is_a_list() -> None:
    assert read_opml(b'<opml version="2.0"><body></body></opml>') == ()


def test_our_own_list_is_well_formed_and_read_back() -> None:
    watchlist = Watchlist(
        name='A "watch" & <more>',
        organisations=(Organisation(id="acme", name="Acme & fils"),),
        sources=(
            Source(id="a", url="https://a.example/?x=1&y=2", name="Été \x00<b>", organisation="acme"),
            Source(id="b", url="https://b.example/feed"),
            Source(id="c", url="https://c.example/", kind="discourse"),
        ),
    )

    text = write_opml(watchlist)

    assert ET.fromstring(text).findtext("head/title") == watchlist.name
    assert read_opml(text.encode()) == (
        OpmlEntry(url="https://a.example/?x=1&y=2", title="Été <b>", categories=("Acme & fils",)),
        OpmlEntry(url="https://b.example/feed", title="b"),
    )


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: f"<opml>{text}</opml>".encode()))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        entries = read_opml(data)
    except WatchlistError:
        return

    assert len({entry.url for entry in entries}) == len(entries)


@pytest.mark.corpora
def test_public_lists_are_read_whole(corpora: Path) -> None:
    paths = sorted((corpora / "opml-feeds").rglob("*.opml"))
    written = {
        unescape(url).strip()
        for path in paths
        for url in re.findall(r'xmlUrl="([^"]*)"', path.read_text("utf-8"))
    }

    found = {entry.url for path in paths for entry in read_opml(path.read_bytes())}

    assert len(paths) == 118
    assert found == written
    assert len(found) == 781
