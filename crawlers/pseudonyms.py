"""Names of people, as they leave the archive: a word and a number made with the watch's own key.

The same name gives the same pseudonym in one watch, and another in the next. Without the key
nobody can go back from pseudonym to name, nor try names out.
"""

from __future__ import annotations

import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path
from unicodedata import normalize

from watchlists.errors import ArchiveError

KEY_FILE = "key"
KEY_SIZE = 32

WORDS = (
    "acacia agate alto amande ambre ancolie anis ardoise argile aster aurore azur balsa basalte bouleau"
    " brise cactus calcite camomille canyon caramel cascade citron colza corail cosmos cumulus dahlia"
    " delta dune fjord flore galet geyser glacier granite iris jade jasmin lagon lavande lilas lotus"
    " mangue menthe mimosa nacre oasis olivier opale orchis pampa papaye pivoine quartz safran saule silex"
    " thym topaze tulipe vanille zephyr"
)


def pseudonym(name: str, *, key: bytes) -> str:
    """A readable stand-in such as `opale-3f9a2c1`, the same however the name is written."""
    digest = hmac.digest(key, b"author\0" + plain_name(name).encode("utf-8", "replace"), "sha256")
    words = WORDS.split()
    return f"{words[digest[0] % len(words)]}-{digest[1:5].hex()[:7]}"


def plain_name(name: str) -> str:
    """The name without what people write in different ways: letter case, width, a leading @."""
    return normalize("NFKC", name).strip().removeprefix("@").casefold()


def load_key(state: Path) -> bytes:
    """The watch's key, made on first use, readable by its owner only."""
    path = state / KEY_FILE
    try:
        return _checked(path.read_bytes(), path)
    except FileNotFoundError:
        return _make_key(path)
    except OSError as error:
        raise _unusable(path, "The system says: {error}.", error=error.strerror) from error


def _make_key(path: Path) -> bytes:
    """A new key, whole or not at all: two processes that start together get the same one."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
            target.write(secrets.token_bytes(KEY_SIZE))
            target.flush()
            os.fsync(target.fileno())
        with suppress(FileExistsError):  # another process was faster
            path.hardlink_to(draft)
        return _checked(path.read_bytes(), path)
    except OSError as error:
        raise _unusable(path, "The system says: {error}.", error=error.strerror) from error
    finally:
        draft.unlink(missing_ok=True)


def _checked(key: bytes, path: Path) -> bytes:
    if len(key) < KEY_SIZE:
        raise _unusable(path, "{path} is too short to be a key.")
    return key


def _unusable(path: Path, why: str, **values: object) -> ArchiveError:
    return ArchiveError(
        "The watch's key cannot be used.",
        why=why,
        remedy="Restore the file {path} from a backup: without it, pseudonyms change.",
        path=path,
        **values,
    )
