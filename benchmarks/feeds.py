"""Feeds a second through a crawl, delay of 1 s and robots on, one feed a host, against the reader library.

python benchmarks/feeds.py [--feeds 300]

Both read the same feeds of the same loopback hosts, served by a process of its own: ours by a whole crawl in
its child (start-up included), reader by update_feeds, which asks for no robots.txt and keeps no delay, with
one worker (its default) and with ten. First all feeds are new, then none has changed (304). Once with
a server that answers at once, once with one that takes 100 ms as hosts far away do.
Goals: at least reader's rate on the first read, at least three times it on the unchanged one.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter

from crawlers.archive import Archive
from crawlers.items import Outcome
from crawlers.run import CrawlJob, start_crawl

NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
ENTRIES = 20
GOALS = {"first": 1.0, "unchanged": 3.0}
WORKERS = (1, 10)
LATENCIES = (0.0, 0.1)


WORDS = {
    "fr": "La panne de paiement d’Acme a duré deux heures hier soir, selon les clients de Lyon. ",
    "en": "The outage at Acme lasted for two hours last night, customers in Bristol said today. ",
}


def make_feed(host: str, language: str) -> bytes:
    """Twenty entries of some forty words."""
    items = "".join(
        f"<item><title>Note {number} of {host}</title><link>http://{host}/{number}</link>"
        f"<guid>http://{host}/{number}</guid><pubDate>Thu, 19 Nov 2026 {number:02}:00:00 GMT</pubDate>"
        f"<description>{WORDS[language] * 3}</description></item>"
        for number in range(ENTRIES)
    )
    title = f"<title>{host}</title><link>http://{host}/</link><description>News</description>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{title}{items}</channel></rss>'.encode()


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, latency: float) -> None:
    """One connection: robots.txt that allows all, a feed with an ETag, 304 where it is known."""
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            await asyncio.sleep(latency)
            writer.write(respond(head.lower()))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


def respond(head: bytes) -> bytes:
    """The answer to a request."""
    if head.startswith(b"get /robots.txt"):
        return pack("200 OK", "text/plain", b"User-agent: *\nAllow: /\n")
    if b'if-none-match: "1"' in head:
        return pack("304 Not Modified", "application/rss+xml", b"")
    host = head.partition(b"\r\nhost:")[2].partition(b":")[0].strip().decode()
    return pack(
        "200 OK", "application/rss+xml", make_feed(host, "fr" if head.startswith(b"get /fr") else "en")
    )


def pack(status: str, kind: str, body: bytes) -> bytes:
    """Head and body of an answer."""
    length = "" if status.startswith("304") else f"Content-Length: {len(body)}\r\n"
    return f'HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nETag: "1"\r\n{length}\r\n'.encode() + body


def serve(told: Connection, latency: float) -> None:
    """Serve on every loopback host until ended."""

    async def run() -> None:
        server = await asyncio.start_server(partial(answer, latency=latency), "0.0.0.0", 0, backlog=2048)
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


@contextmanager
def server(latency: float = 0.0) -> Iterator[int]:
    """The port of the server, which runs in a process of its own and answers after so many seconds."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(there, latency), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        process.terminate()
        process.join()


def make_urls(number: int, port: int) -> list[str]:
    """One feed on each of so many hosts."""
    return [f"http://127.9.{each // 250}.{1 + each % 250}:{port}/feed.xml" for each in range(number)]


def write_watch(folder: Path, urls: list[str]) -> Path:
    """A watchlist of all the feeds, with the default delay of one second."""
    sources = "".join(
        f'[[source]]\nid = "s{number}"\nurl = "{url}"\nallow_private = true\nfull_text = "never"\n'
        for number, url in enumerate(urls)
    )
    path = folder / "watchlist.toml"
    path.write_text(
        f'[watch]\nname = "Bench"\ncontact = "https://example.org"\n{sources}[crawl]\ndelay = 1.0\n'
    )
    return path


def crawl(folder: Path, now: datetime, state: str) -> None:
    """One crawl in its child, to its end; every source must have ended in that state."""
    job = CrawlJob(
        watchlist=folder / "watchlist.toml", archive=folder / "state" / "archive.db", now=now, force=True
    )
    process = start_crawl(job)
    outcomes = [event for event in process.events() if isinstance(event, Outcome)]
    process.wait()
    others = {f"{each.state}: {each.reason}" for each in outcomes if each.state != state}
    assert not others, others


def measure_ours(folder: Path, urls: list[str]) -> dict[str, float]:
    """Seconds for all feeds, first and unchanged."""
    write_watch(folder, urls)
    seconds = {
        "first": time(lambda: crawl(folder, NOW, "ok")),
        "unchanged": time(lambda: crawl(folder, NOW + timedelta(hours=1), "unchanged")),
    }
    with closing(Archive.open(folder / "state" / "archive.db", readonly=True)) as archive:
        assert archive.count() == len(urls) * ENTRIES
    return seconds


def measure_reader(folder: Path, urls: list[str], workers: int) -> dict[str, float]:
    """Seconds for all feeds, first and unchanged."""
    from reader import make_reader

    with closing(make_reader(str(folder / f"reader-{workers}.sqlite"))) as reader:
        for url in urls:
            reader.add_feed(url)
        first = time(lambda: reader.update_feeds(scheduled=False, workers=workers))
        assert reader.get_entry_counts().total == len(urls) * ENTRIES
        return {
            "first": first,
            "unchanged": time(lambda: reader.update_feeds(scheduled=False, workers=workers)),
        }


def time(act: Callable[[], None]) -> float:
    """Seconds an act takes."""
    begun = perf_counter()
    act()
    return perf_counter() - begun


def compare(number: int, latency: float) -> None:
    """Measure both at one latency, tell rates and ratios."""
    with server(latency) as port, tempfile.TemporaryDirectory() as temporary:
        urls, folder = make_urls(number, port), Path(temporary)
        ours = measure_ours(folder, urls)
        theirs = [measure_reader(folder, urls, workers) for workers in WORKERS]
    for kind, goal in GOALS.items():
        place = f"hosts that answer in {latency * 1000:.0f} ms"
        print(f"{kind} read of {number} feeds, {place}: {number / ours[kind]:.0f}/s")
        for workers, each in zip(WORKERS, theirs, strict=True):
            rate, ratio = number / each[kind], each[kind] / ours[kind]
            print(f"  reader with {workers} workers: {rate:.0f}/s; ratio {ratio:.2f}, goal {goal:.0f}")


def main() -> None:
    """Compare, near and far."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--feeds", type=int, default=300)
    number = parser.parse_args().feeds
    warnings.simplefilter("ignore")
    for latency in LATENCIES:
        compare(number, latency)


if __name__ == "__main__":
    main()
