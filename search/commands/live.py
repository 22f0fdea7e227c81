"""One line a source while a run goes on: live on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

from watchlists.commands.context import Context

if TYPE_CHECKING:
    from rich.live import Live as RichLive
    from rich.table import Table

    from crawlers.items import Outcome
    from crawlers.progress import Progress

MOST_ROWS = 24
"""Rows shown at once, so that the table fits a terminal; those still busy come first."""


class Live:
    """Shows events on stderr; `is_silent` shows nothing."""

    def __init__(self, context: Context, *, is_silent: bool) -> None:
        self._context = context
        self._is_silent = is_silent
        self._rows: dict[str, tuple[bool, str]] = {}
        self._live: RichLive | None = None

    def __enter__(self) -> Self:
        if not self._is_silent and sys.stderr.isatty():
            from rich.console import Console
            from rich.live import Live as RichLive

            self._live = RichLive(console=Console(stderr=True), refresh_per_second=8, transient=True)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, event: Progress | Outcome) -> None:
        """Take one event; plain lines tell only how a source ended."""
        if self._is_silent:
            return
        from crawlers.commands.telling import tell_outcome, tell_progress
        from crawlers.items import Outcome

        messages = self._context.messages
        is_ended = isinstance(event, Outcome)
        text = tell_outcome(event, messages) if isinstance(event, Outcome) else tell_progress(event, messages)
        if self._live is None:
            if isinstance(event, Outcome) and event.state != "not_due":
                self._context.note(f"{event.source}: {text}")
            return
        self._rows[event.source] = (is_ended, text)
        self._live.update(self._table())

    def _table(self) -> Table:
        from rich.markup import escape
        from rich.table import Table

        table = Table.grid(padding=(0, 2))
        for source, (is_ended, text) in sorted(self._rows.items(), key=lambda row: row[1][0])[:MOST_ROWS]:
            table.add_row(escape(source), escape(text), style="dim" if is_ended else "")
        hidden = len(self._rows) - MOST_ROWS
        if hidden > 0:
            table.add_row(f"+ {hidden}", "", style="dim")
        return table
