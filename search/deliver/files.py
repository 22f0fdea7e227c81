"""The digest as files of a folder, with its feeds: for a web server, a shared disk, a feed reader."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from search.deliver.parcel import SENT, Parcel, Receipt, refused
from watchlists.errors import VeilleurError


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderChannel:
    """A folder. Writing again is harmless: each file is replaced whole."""

    folder: Path
    make_feeds: Callable[[], Mapping[str, bytes]]
    """The feeds by their file's name; they hold past digests, too."""

    @property
    def recipient(self) -> str:
        """As the ledger calls it."""
        return "files"

    def preview(self, parcel: Parcel) -> str:
        """Where the page would be."""
        return str(self.folder / next((name for name in parcel.files() if name.endswith(".html")), ""))

    def send(self, parcel: Parcel) -> Receipt:
        """Write every rendering, then the feeds."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for name, body in self._files(parcel):
                _write_whole(self.folder / name, body)
        except OSError as error:
            return refused(error.strerror or error)
        except VeilleurError as error:  # a feed could not be made; the digest's own files are there
            return refused(error)
        return SENT

    def _files(self, parcel: Parcel) -> Iterator[tuple[str, bytes]]:
        yield from parcel.files().items()
        yield from self.make_feeds().items()


def _write_whole(path: Path, body: bytes) -> None:
    """The file whole or not at all: a web server may read it meanwhile."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
