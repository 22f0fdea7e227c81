"""What every command is given: the watch's folder, the time, the language, and a way to speak."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

import click

from watchlists.load import load_watchlist
from watchlists.messages import Messages, load_messages
from watchlists.model import Watchlist

STATE_FOLDER = ".veilleur"


def machine_language(environ: Mapping[str, str]) -> str:
    """The language to speak when no watchlist could say it: VEILLEUR_LANG, else the machine's."""
    names = ("VEILLEUR_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    asked = next((value for name in names if (value := environ.get(name))), "")
    return "fr" if asked.lower().startswith("fr") else "en"


@dataclass(frozen=True, kw_only=True)
class Context:
    """One invocation of the command line. `now` is aware, in UTC."""

    folder: Path
    now: datetime
    language: str | None = None
    """Asked for with --lang; None follows the watchlist."""
    is_quiet: bool = False
    is_verbose: bool = False

    @property
    def watchlist_path(self) -> Path:
        """Where this watch's watchlist.toml is, or would be."""
        return self.folder / "watchlist.toml"

    @property
    def state(self) -> Path:
        """The folder of the three files, the index and the digests."""
        return self.folder / STATE_FOLDER

    @cached_property
    def watchlist(self) -> Watchlist:
        """The loaded watchlist; raises WatchlistError with every error at once."""
        return load_watchlist(self.watchlist_path)

    @cached_property
    def messages(self) -> Messages:
        """Texts in the language asked for, else the watch's."""
        return load_messages(self.language or self.watchlist.language)

    def say(self, text: str = "") -> None:
        """Data for the reader or the next program: stdout."""
        click.echo(text)

    def note(self, text: str) -> None:
        """What happens meanwhile: stderr, silenced by --quiet."""
        if not self.is_quiet:
            click.echo(text, err=True)

    def emit(self, record: Mapping[str, object]) -> None:
        """One line of JSON on stdout."""
        click.echo(json.dumps(record, ensure_ascii=False, default=str))


pass_context = click.make_pass_decorator(Context)


def reader_messages(ctx: click.Context | None) -> Messages:
    """The texts for help: in the language asked for on the line so far, else the machine's."""
    known = ctx.find_object(Context) if ctx else None
    return load_messages((known and known.language) or machine_language(os.environ))
