"""Canonical addresses, ids made of them, and refusals."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request
from twisted.web.client import URI

from crawlers.urls import canonical_url, domain_of_host, item_id, origin, registrable_domain
from watchlists.errors import AddressRefused


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("HTTPS://Forum.Example.ORG:443/a", "https://forum.example.org/a"),
        ("http://example.org.:80", "http://example.org/"),
        ("https://bücher.example/été", "https://xn--bcher-kva.example/%C3%A9t%C3%A9"),
        ("https://example.org/a/./b/../c", "https://example.org/a/c"),
        ("https://example.org/?b=2&a=1", "https://example.org/?a=1&b=2"),
        ("https://example.org/a?utm_source=rss&id=4&fbclid=x", "https://example.org/a?id=4"),
        ("https://example.org/a?at_medium=mail&xtor=RSS-3", "https://example.org/a"),
        ("https://example.org/a#xtor=RSS-3208", "https://example.org/a"),
        ("https://example.org/a#comments", "https://example.org/a"),
        ("https://example.org/t/5#p77", "https://example.org/t/5#p77"),
        ("https://example.org/feed#tag%3Aexample", "https://example.org/feed#tag%3Aexample"),
        ("https://example.org/a;jsessionid=3F?x=1", "https://example.org/a?x=1"),
        ("https://example.org/t?sid=0123456789abcdef0123456789abcdef&t=5", "https://example.org/t?t=5"),
        ("https://example.org/t?sid=news", "https://example.org/t?sid=news"),
        ("  https://example.org/lo\nng  ", "https://example.org/long"),
        ("http://[2001:DB8::0:1]:8080/a", "http://[2001:db8::1]:8080/a"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000/"),
    ],
)
def test_an_address_has_one_canonical_form(written: str, canonical: str) -> None:
    assert canonical_url(written) == canonical


@pytest.mark.parametrize(
    "written",
    [
        "",
        "panne",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://",
        "http:///example.org/",
        "https:example.org",
        "https://user:secret@example.org/",
        "https://example.org@evil.example/",
        "https://example.org\\@evil.example/",
        "https:\\\\example.org/",
        "https://exa\tmple.org/",
        "https://exa%00mple.org/",
        "https://example%2eorg/",
        "https://example。org/",
        "https://ｅxample.org/",
        "https://faß.example/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://127.1/",
        "http://0177.0.0.1/",
        "http://[::1%25eth0]/",
        "http://[::1/",
        "http://[::1]evil/",
        "http://example.org:99999/",
        "http://example.org:0/",
        "http://example.org:ftp/",
        "http://a..b/",
        "https://example.org/" + "a" * 9000,
        "https://example.org/\ud800",
    ],
)
def test_what_clients_read_in_different_ways_is_refused(written: str) -> None:
    with pytest.raises(AddressRefused) as refusal:
        canonical_url(written)

    assert all(refusal.value.parts())
    assert len(refusal.value.parts()) == 3


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ("../b?x", "https://example.org/b?x="),
        ("//cdn.example.net/a", "https://cdn.example.net/a"),
        ("#p4", "https://example.org/a/#p4"),
        ("", "https://example.org/a/"),
    ],
)
def test_a_reference_is_read_from_its_base(reference: str, found: str) -> None:
    assert canonical_url(reference, "https://example.org/a/") == found


@pytest.mark.parametrize("reference", ["///evil.example/", "/\t/evil.example", "\\\\evil.example/"])
def test_a_reference_that_hides_a_host_is_refused(reference: str) -> None:
    with pytest.raises(AddressRefused):
        canonical_url(reference, "https://example.org/a/")


def test_an_id_is_short_lower_case_and_stable() -> None:
    id = item_id("https://blog.acme.example/panne")

    assert re.fullmatch("[a-z2-7]{20}", id)
    assert id == "g7ictavtk4qos7on6yy3"


@pytest.mark.parametrize(
    "other",
    [
        "http://example.org/a",
        "https://example.org/a/",
        "https://EXAMPLE.org/a?utm_campaign=x",
        "https://example.org:443/a#top",
    ],
)
def test_the_same_page_has_the_same_id(other: str) -> None:
    assert item_id(other) == item_id("https://example.org/a")


@pytest.mark.parametrize(
    "other",
    [
        "https://example.org/A",
        "https://www.example.org/a",
        "https://example.org/a?p=2",
        "https://example.org/a#p2",
    ],
)
def test_another_page_has_another_id(other: str) -> None:
    assert item_id(other) != item_id("https://example.org/a")


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.bbc.co.uk/news", "bbc.co.uk"),
        ("https://acme.github.io/", "acme.github.io"),
        ("https://blog.acme.example/", "acme.example"),
        ("http://127.0.0.1:8000/", "127.0.0.1"),
        ("http://[::1]/", "::1"),
        ("http://localhost/", "localhost"),
    ],
)
def test_the_registrable_domain_is_what_somebody_could_register(url: str, domain: str) -> None:
    assert registrable_domain(url) == domain


def test_an_origin_has_no_path_and_no_default_port() -> None:
    assert origin("HTTPS://Example.org:443/a?b#c") == "https://example.org"
    assert origin("http://example.org:8080/a") == "http://example.org:8080"


ADDRESSES = st.one_of(
    st.text(max_size=60),
    st.builds(
        "{}://{}{}{}".format,
        st.sampled_from(["http", "https", "HTTP"]),
        st.text(alphabet="aZ09-._é:@[]%\\ß。\t", min_size=1, max_size=20),
        st.text(alphabet="/?#", max_size=1),
        st.text(max_size=30),
    ),
    st.from_regex(
        r"https?://[a-z]{1,9}\.example(:[0-9]{1,5})?/[a-z%/.;]{0,9}(\?[a-z&=%+]{0,9})?(#[a-z0-9]{0,4})?"
    ),
)


@given(ADDRESSES)
def test_any_text_is_canonical_at_once_or_refused_and_clients_agree_on_the_host(text: str) -> None:
    try:
        canonical = canonical_url(text)
    except AddressRefused:
        return

    assert canonical_url(canonical) == canonical
    host = urlsplit(canonical).hostname
    request = Request(text.strip())
    assert urlsplit(request.url).hostname.removesuffix(".") == host or host.count(":")
    assert URI.fromBytes(canonical.encode()).host.decode().strip("[]") == host


@pytest.mark.corpora
@pytest.mark.parametrize(
    "name", ["urltestdata.json", "urltestdata-javascript-only.json", "ada_extra_urltestdata.json"]
)
def test_the_web_platforms_addresses_are_read_as_browsers_read_them_or_refused(
    corpora: Path, name: str
) -> None:
    [path] = corpora.glob(f"urls-wpt/**/{name}")
    cases = [case for case in json.loads(path.read_text("utf-8")) if not isinstance(case, str)]
    wrong = [case["input"] for case in cases if not _is_fine(case)]

    assert cases
    assert wrong == []


def _is_fine(case: dict[str, str]) -> bool:
    base = case.get("base")
    try:
        canonical = canonical_url(case["input"], base if base != "about:blank" else None)
    except AddressRefused:
        return True
    host = urlsplit(canonical).hostname
    return "failure" not in case and host == case["hostname"].strip("[]").removesuffix(".")


@pytest.mark.corpora
def test_the_public_suffix_list_is_followed(corpora: Path) -> None:
    [path] = corpora.glob("psl/**/test_psl.txt")
    lines = re.findall(
        r"^checkPublicSuffix\('(.*?)', (?:'(.*?)'|null)\)", path.read_text("utf-8"), re.MULTILINE
    )
    wrong = [(host, domain) for host, domain in lines if domain_of_host(host.lower()) != domain]

    assert len(lines) > 70
    assert wrong == []
