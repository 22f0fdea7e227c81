"""What commands say of sources and of how reading them went, in the reader's words."""

from __future__ import annotations

from collections.abc import Iterable

from crawlers.items import Outcome
from crawlers.progress import Progress
from watchlists.errors import WatchlistError
from watchlists.messages import Messages
from watchlists.model import Watchlist


def check_sources(watchlist: Watchlist, sources: Iterable[str]) -> None:
    """Refuse ids that no source of the watch has."""
    for id in sources:
        if watchlist.source(id) is None:
            raise WatchlistError(
                "No source is called {id}.",
                why="The watchlist has these: {known}.",
                remedy="`veilleur sources` lists them.",
                id=id,
                known=", ".join(source.id for source in watchlist.sources) or "-",
            )


def name_state(state: str, messages: Messages) -> str:
    """The state of a source in the reader's words."""
    gettext = messages.gettext
    return {
        "ok": gettext("read"),
        "unchanged": gettext("unchanged"),
        "partial": gettext("read in part"),
        "not_due": gettext("not due"),
        "blocked_by_robots": gettext("refused by robots.txt"),
        "walled": gettext("behind a wall"),
        "failed": gettext("failed"),
        "silent": gettext("silent"),
        "gone": gettext("gone"),
        "disabled": gettext("disabled"),
        "never_read": gettext("never read"),
    }[state]


def tell_outcome(outcome: Outcome, messages: Messages) -> str:
    """How reading a source ended: "read, 12 new", or why it could not be."""
    counts = messages.ngettext("{new} new", "{new} new", outcome.new).format(new=outcome.new)
    has_counts = outcome.new > 0 or outcome.state in {"ok", "partial"}
    reason = f" ({outcome.reason})" if outcome.reason and outcome.state != "not_due" else ""
    return name_state(outcome.state, messages) + (f", {counts}" if has_counts else "") + reason


def tell_progress(progress: Progress, messages: Messages) -> str:
    """What a source is doing, in a few words."""
    gettext = messages.gettext
    stage = {
        "queued": gettext("queued"),
        "fetching": gettext("fetching"),
        "waiting": gettext("waiting for its host"),
        "done": gettext("done"),
    }[progress.stage]
    if not progress.new:
        return stage
    counts = messages.ngettext("{new} new", "{new} new", progress.new).format(new=progress.new)
    return f"{stage}, {counts}"
