"""The archive: everything that was read, kept in one SQLite file."""

from crawlers.archive.archive import Archive
from crawlers.archive.identity import native_address

__all__ = ["Archive", "native_address"]
