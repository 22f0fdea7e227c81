"""What doctor says of a server: each trouble by its name, with what mends it."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import which
from threading import Thread

import pytest
from click.testing import CliRunner
from elasticsearch import Elasticsearch

from cli import start_context, veilleur
from search.backends import open_index
from search.backends.elasticsearch_examining import examine_server
from search.finding import Finding
from tests.elasticsearch_server import fresh_settings
from tests.faulty_proxy import FaultyProxy, faulty_proxy
from watchlists.messages import load_messages
from watchlists.model import IndexSettings

pytestmark = pytest.mark.elasticsearch
HEADERS = {"Content-Type": "application/json", "X-elastic-product": "Elasticsearch"}


@pytest.fixture
def settings() -> Iterator[IndexSettings]:
    """An index of its own on the server, made."""
    with fresh_settings() as found:
        open_index(found, folder=Path(), environ={}).close()
        yield found


@pytest.fixture
def server(settings: IndexSettings) -> Iterator[Elasticsearch]:
    """A client of the server itself."""
    with closing(Elasticsearch(settings.url)) as client:
        yield client


def now() -> datetime:
    return datetime.now(UTC)


def findings(
    settings: IndexSettings, *, clock: Callable[[], datetime] = now, environ: dict[str, str] | None = None
) -> list[Finding]:
    """What doctor finds."""
    return list(examine_server(settings, environ or {}, clock=clock))


def troubles(settings: IndexSettings, **options: object) -> str:
    """Text and remedy of what is not well, but for a yellow cluster: the tests share it."""
    found = findings(settings, **options)  # type: ignore[arg-type]
    told = [each.fill(str) for each in found if each.state != "ok" and "yellow" not in each.text]
    return "\n".join(" → ".join(each) for each in told)


@contextmanager
def behind(settings: IndexSettings) -> Iterator[tuple[IndexSettings, FaultyProxy]]:
    """The same server behind a proxy."""
    with faulty_proxy(settings.url) as (url, proxy):
        yield IndexSettings(backend="elasticsearch", url=url, alias=settings.alias), proxy


def elsewhere(url: str, **keys: str) -> IndexSettings:
    return IndexSettings(backend="elasticsearch", url=url, **keys)


def test_a_sound_server_is_told_with_its_version_and_left_as_it_was(
    settings: IndexSettings, server: Elasticsearch
) -> None:
    before = set(server.indices.get(index=f"{settings.alias}*", expand_wildcards="all"))

    found = findings(settings)

    assert troubles(settings) == ""
    assert found[0].text == "Elasticsearch {version} at {url}"
    assert "every right" in found[1].text
    assert set(server.indices.get(index=f"{settings.alias}*", expand_wildcards="all")) == before
    assert not server.indices.exists_index_template(name=f"{settings.alias}-doctor")


class TestTheWay:
    """What keeps us from reaching it."""

    def test_nothing_there(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            told = troubles(elsewhere(f"http://127.0.0.1:{taken.getsockname()[1]}"))

        assert "no connection" in told
        assert "host, port" in told

    def test_an_address_that_is_none(self) -> None:
        assert "https://search.example.org:9200" in troubles(elsewhere("search:9200"))

    def test_a_certificate_that_is_not_there(self) -> None:
        told = troubles(elsewhere("https://127.0.0.1:1", ca_certificate="/nowhere/ca.pem"))

        assert "/nowhere/ca.pem" in told
        assert "ca_certificate" in told

    def test_a_server_that_speaks_no_tls(self, settings: IndexSettings) -> None:
        assert "http, not https" in troubles(elsewhere(settings.url.replace("http://", "https://")))

    def test_a_certificate_nobody_vouches_for(self, tmp_path: Path) -> None:
        with tls_server(tmp_path) as (url, certificate):
            untrusted = troubles(elsewhere(url))
            trusted = findings(elsewhere(url, ca_certificate=str(certificate)))

        assert "not trusted" in untrusted
        assert "ca_certificate" in untrusted
        assert trusted[0].values[0] == ("version", "8.19.0")

    def test_who_asks_is_not_known(self, settings: IndexSettings) -> None:
        with behind(settings) as (spoiled, proxy):
            proxy.answer = (401, HEADERS, b'{"error": {"type": "security_exception", "reason": "no"}}')
            told = troubles(spoiled)

        assert told.count("\n") == 0
        assert "API key" in told


@contextmanager
def tls_server(folder: Path) -> Iterator[tuple[str, Path]]:
    """A server of version 8.19.0 with a certificate it signed itself."""
    if not which("openssl"):
        pytest.skip("openssl is not installed")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    listening = ThreadingHTTPServer(("127.0.0.1", 0), OldServer)
    listening.socket = context.wrap_socket(listening.socket, server_side=True)
    thread = Thread(target=listening.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{listening.server_address[1]}", certificate
    finally:
        listening.shutdown()
        thread.join()
        listening.server_close()


class OldServer(BaseHTTPRequestHandler):
    """Says its version, and knows nothing else."""

    def do_GET(self) -> None:
        is_asked = self.path.startswith("/_nodes")
        body = json.dumps({"nodes": {"a": {"version": "8.19.0"}}} if is_asked else {}).encode()
        self.send_response(200 if is_asked else 404)
        for name, value in {**HEADERS, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_PUT = do_DELETE = do_POST = do_GET  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class TestRights:
    """Found by trying: nobody has to read a role."""

    @pytest.mark.parametrize(
        ("method", "part", "right"),
        [
            ("GET", "/_cluster/health", "monitor"),
            ("PUT", "/_index_template/", "manage_index_templates"),
            ("PUT", "-doctor-alias", "manage (alias)"),
            ("PUT", "/_doc/", "write"),
            ("DELETE", "-doctor-", "delete_index"),
        ],
    )
    def test_a_right_that_lacks_is_named(
        self, settings: IndexSettings, server: Elasticsearch, method: str, part: str, right: str
    ) -> None:
        with behind(settings) as (spoiled, proxy):
            proxy.refuse = lambda how, path: (403, "no") if how == method and part in path else None
            (finding,) = (each for each in findings(spoiled) if "rights" in each.text)

        for left in server.indices.get(index=f"{settings.alias}-doctor-*"):
            server.indices.delete(index=left)
        server.options(ignore_status=404).indices.delete_index_template(name=f"{settings.alias}-doctor")
        assert right in dict(finding.values)["rights"]
        assert f"{settings.alias}*" in dict(finding.values)["pattern"]


class TestHealth:
    """What keeps it from serving."""

    def test_an_index_without_a_node_is_red(self, settings: IndexSettings, server: Elasticsearch) -> None:
        name = f"{settings.alias}-v1-0badcafe"
        server.indices.create(
            index=name,
            settings={"index.routing.allocation.require._name": "nobody"},
            wait_for_active_shards="0",
            timeout="1s",
        )

        told = troubles(settings)

        assert name in told
        assert "reindex" in told

    def test_a_block_by_a_full_disk_is_told_with_how_to_lift_it(
        self, settings: IndexSettings, server: Elasticsearch
    ) -> None:
        (name,) = server.indices.get_alias(name=settings.alias)
        server.indices.put_settings(index=name, settings={"index.blocks.read_only_allow_delete": True})

        told = troubles(settings)

        assert f'PUT /{name}/_settings with the body {{"index.blocks.read_only_allow_delete": null}}' in told
        assert "disk" in told

    def test_a_disk_that_is_almost_full_is_told_before_the_block(self, settings: IndexSettings) -> None:
        node = {"name": "a", "fs": {"total": {"total_in_bytes": 1000, "available_in_bytes": 70}}}
        with behind(settings) as (spoiled, proxy):
            proxy.instead = {"/stats/fs": json.dumps({"nodes": {"x": node}}).encode()}
            told = troubles(spoiled)

        assert "Only 7 % of the disk of node a is free." in told

    def test_clocks_that_differ_are_told(self, settings: IndexSettings) -> None:
        told = troubles(settings, clock=lambda: now() + timedelta(minutes=10))

        assert "differ by 600 s" in told
        assert "NTP" in told

    def test_a_missing_analyzer_is_named(self, settings: IndexSettings) -> None:
        with behind(settings) as (spoiled, proxy):
            proxy.refuse = lambda how, path: (400, "no such analyzer") if path.endswith("_analyze") else None
            told = troubles(spoiled)

        assert "analyzer french" in told
        assert "analyzer english" in told

    def test_an_alias_of_two_indices_is_told(self, settings: IndexSettings, server: Elasticsearch) -> None:
        other = f"{settings.alias}-v1-0badcafe"
        server.indices.create(index=other, aliases={settings.alias: {}})

        told = troubles(settings)

        assert f"{settings.alias}-v1, {other}" in told
        assert "reindex" in told

    def test_an_index_in_the_place_of_the_alias_is_told(self, server: Elasticsearch) -> None:
        with fresh_settings() as bare:
            server.indices.create(index=bare.alias)
            told = troubles(bare)
            server.indices.delete(index=bare.alias)

        assert "is an index, where an alias should be" in told

    def test_a_server_without_an_index_says_what_makes_one(self) -> None:
        with fresh_settings() as bare:
            assert "no index on the server yet. → veilleur run" in troubles(bare)


def test_the_command_tells_of_the_server_in_the_readers_language(
    settings: IndexSettings, tmp_path: Path
) -> None:
    text = f'[watch]\nname = "A"\n[index]\nbackend = "elasticsearch"\nurl = "{settings.url}"\n'
    (tmp_path / "watchlist.toml").write_text(f'{text}alias = "{settings.alias}"\n')

    done = CliRunner().invoke(
        veilleur, ["doctor", "--lang", "fr", "--watch", str(tmp_path)], obj=start_context()
    )

    assert "Le compte a tous les droits qu’il lui faut." in done.stdout
    assert "Content-Type" not in done.stdout


def test_an_error_is_told_in_the_readers_language_with_its_remedy() -> None:
    (finding,) = findings(elsewhere("ftp://a"))

    text, remedy = finding.fill(load_messages("fr").gettext)

    assert "L’adresse" in text
    assert "https://search.example.org:9200" in remedy
