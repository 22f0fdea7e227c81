"""What a watchlist changes of the Scrapy settings. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from importlib.metadata import version
from urllib.parse import urlsplit

from watchlists.model import Source, Watchlist

Setting = str | float | dict[str, dict[str, float]] | list[str] | list[tuple[str, str, int | None]]


def make_overrides(watchlist: Watchlist) -> dict[str, Setting]:
    """Settings of a watch, over crawlers.settings."""
    crawl = watchlist.crawl
    return {
        "USER_AGENT": name_agent(watchlist.contact),
        "DOWNLOAD_DELAY": crawl.delay,
        "DOWNLOAD_SLOTS": _slots(watchlist.sources),
        "VEILLEUR_SOURCE_DEADLINE": crawl.source_deadline.total_seconds(),
        "VEILLEUR_ALLOW_PRIVATE": _private_hosts(watchlist),
        "VEILLEUR_HOSTS": [(entry.host, entry.address, entry.port) for entry in crawl.hosts],
        "VEILLEUR_PROXY": crawl.proxy,
    }


def name_agent(contact: str) -> str:
    """The User-Agent: name, version and whom to write to."""
    agent = f"Veilleur/{version('veilleur')}"
    tidy = "".join(
        each for each in contact if each.isprintable() and each.isascii() and each not in "()"
    ).strip()
    return f"{agent} (+{tidy})" if tidy else agent


def _slots(sources: Iterable[Source]) -> dict[str, dict[str, float]]:
    """Delays of hosts that a source sets; the longest wins where several sources share one host."""
    delays: defaultdict[str, list[float]] = defaultdict(list)
    for source in sources:
        if source.enabled and source.delay is not None and (host := _host(source.url)):
            delays[host].append(source.delay)
    return {host: {"delay": max(asked)} for host, asked in delays.items()}


def _private_hosts(watchlist: Watchlist) -> list[str]:
    hosts = {_host(source.url) for source in watchlist.sources if source.allow_private}
    if watchlist.crawl.proxy:
        hosts.add(_host(watchlist.crawl.proxy))
    return sorted(filter(None, hosts))


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
