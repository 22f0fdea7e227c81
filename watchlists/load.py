"""watchlist.toml -> Watchlist; every error at once, each with its line and its remedy."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchlists.errors import WatchlistError
from watchlists.lines import Layout
from watchlists.model import Watchlist
from watchlists.problems import Fault, InvalidWatchlist, Problem

if TYPE_CHECKING:
    from watchlists.tables import Tables

MAX_BYTES = 5 * 1024 * 1024
FILE_NAME = "watchlist.toml"


def load_watchlist(path: Path) -> Watchlist:
    """The watchlist at a path; raises InvalidWatchlist with every problem, WatchlistError when unreadable."""
    return parse_watchlist(read_watchlist_text(path), name=path.name)


def read_watchlist_text(path: Path) -> str:
    """The text of a watchlist, line ends kept; raises WatchlistError when it cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise _missing(path) from None
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    if len(data) > MAX_BYTES:
        raise _unreadable(path, "It is larger than 5 MB.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InvalidWatchlist(path.name, [_not_utf8(line)]) from None


def parse_watchlist(text: str, *, name: str = FILE_NAME) -> Watchlist:
    """The watchlist a text says; `name` is the file's name in error messages."""
    from watchlists.checks import check_tables
    from watchlists.draft import draft_tables
    from watchlists.prepare import prepare_tables

    draft = draft_tables(prepare_tables(_parse_toml(text, name)))
    faults = (*draft.faults, *check_tables(draft))
    if faults:
        raise InvalidWatchlist(name, _place(faults, text))
    return _assemble(draft.tables)


def _parse_toml(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidWatchlist(name, [_explain_toml(str(error), text)]) from None
    except RecursionError:
        problem = Problem(line=1, message="Lists or tables are nested too deep.", remedy="Keep them flat.")
        raise InvalidWatchlist(name, [problem]) from None


def _explain_toml(said: str, text: str) -> Problem:
    found = re.search(r" \(at line (\d+), column (\d+)\)$", said)
    line = int(found[1]) if found else text.count("\n") + 1
    return Problem(
        line=line,
        message="This is not valid TOML at column {column}: {said}.",
        remedy='Look there for a missing quote, bracket or "=", or for a key given twice.',
        values={"column": found[2] if found else 1, "said": said.rpartition(" (at ")[0] or said},
    )


def _place(faults: tuple[Fault, ...], text: str) -> list[Problem]:
    layout = Layout(text)
    return [fault.at(layout.find_line(fault.path)) for fault in faults]


def _assemble(tables: Tables) -> Watchlist:
    watch = tables.watch
    return Watchlist(
        name=watch.name,
        language=watch.language,
        languages=watch.languages,
        timezone=watch.timezone,
        contact=watch.contact,
        organisations=tables.organisation,
        sources=tables.source,
        topics=tables.topic,
        campaigns=tables.campaign,
        searches=tables.search,
        decisions=tables.decision,
        alerts=tables.alerts,
        delivery=tables.delivery,
        privacy=tables.privacy,
        crawl=tables.crawl,
        index=tables.index,
    )


def _not_utf8(line: int) -> Problem:
    return Problem(
        line=line,
        message="This line holds bytes that are not UTF-8.",
        remedy="Save the file again as UTF-8 in your editor.",
    )


def _missing(path: Path) -> WatchlistError:
    return WatchlistError(
        "There is no watchlist at {path}.",
        why="A watch is a folder with a watchlist.toml in it.",
        remedy="Make one with: veilleur init. Or name the watch's folder: --watch FOLDER",
        path=path,
    )


def _unreadable(path: Path, why: str) -> WatchlistError:
    return WatchlistError(
        "The watchlist at {path} cannot be read.",
        why=why,
        remedy="Check the file and your rights on it, then try again.",
        path=path,
    )
