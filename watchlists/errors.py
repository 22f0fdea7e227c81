"""The errors Veilleur raises on purpose.

    VeilleurError            what went wrong, why, and what to do about it
    ├── WatchlistError       the watchlist cannot be used (exit code 2)
    │   └── QueryError       a query is not understood; knows its column
    ├── AddressRefused       an address we will not connect to, never retried
    ├── CrawlBroken          the crawl's process ended before its job did
    ├── ArchiveError         archive.db cannot be used
    ├── UnderstandingError   understood.db or a language part cannot be used
    ├── IndexUnavailable     the index cannot be reached
    │   └── IndexDamaged     the index cannot be read as it is; being derived, it may be built anew
    ├── LockHeld             another run works on this watch
    └── DeliveryError        a digest or an alert could not be handed over

Only cli.py turns one into a message on stderr and an exit code.
"""

from __future__ import annotations

from collections.abc import Callable


class VeilleurError(Exception):
    """Root of every error raised on purpose: what, why, what to do.

    The three parts are English keys of the catalogues; `values` fill their {places} after
    translation. Without values a part is taken as it is, braces included.
    """

    exit_code = 1

    def __init__(self, what: str, *, why: str = "", remedy: str = "", **values: object) -> None:
        super().__init__(what, why, remedy)
        self.what = what
        self.why = why
        self.remedy = remedy
        self.values = values

    def parts(self, translate: Callable[[str], str] = str) -> tuple[str, ...]:
        """What, why and remedy as a reader gets them; empty ones left out."""
        texts = (translate(part) for part in (self.what, self.why, self.remedy) if part)
        return tuple(text.format(**self.values) if self.values else text for text in texts)

    def __str__(self) -> str:
        return " — ".join(self.parts())


class WatchlistError(VeilleurError):
    """The watchlist cannot be used."""

    exit_code = 2


class QueryError(WatchlistError):
    """A query is not understood; `column` counts characters from 1."""

    def __init__(self, what: str, *, column: int, why: str = "", remedy: str = "", **values: object) -> None:
        super().__init__(what, why=why, remedy=remedy, **values)
        self.column = column


class AddressRefused(VeilleurError):
    """An address the watch does not allow connections to; never retried."""


class CrawlBroken(VeilleurError):
    """The crawl's process ended before its job did; what had landed is kept."""


class ArchiveError(VeilleurError):
    """archive.db cannot be used."""


class UnderstandingError(VeilleurError):
    """understood.db or a language part cannot be used."""


class IndexUnavailable(VeilleurError):
    """The index cannot be reached, or is damaged."""


class IndexDamaged(IndexUnavailable):
    """The index cannot be read as it is; being derived, it may be built anew."""


class IndexOfAnother(IndexUnavailable):
    """The index is another watch's; nothing was written."""


class LockHeld(VeilleurError):
    """Another run works on this watch; nothing was done."""

    exit_code = 0


class DeliveryError(VeilleurError):
    """A digest or an alert could not be handed over."""
