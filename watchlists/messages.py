"""Texts for people, in French and English: gettext catalogues read from .po files.

The English text is the key. Each package has a catalogue of its own,
`locale/fr/LC_MESSAGES/<package>.po`; all of them are read into one Messages.
"""

from __future__ import annotations

import gettext
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from typing import Protocol

CATALOGUES = ("cli", "watchlists", "crawlers", "pipelines", "search")


class Messages(Protocol):
    """What commands and templates need of gettext."""

    def gettext(self, message: str, /) -> str:
        """The text in the reader's language."""

    def ngettext(self, singular: str, plural: str, n: int, /) -> str:
        """The text in the reader's language, in the form `n` asks for."""


@lru_cache(maxsize=4)
def load_messages(language: str) -> Messages:
    """The catalogue of a language; English is the texts themselves."""
    translations: gettext.NullTranslations = gettext.NullTranslations()
    for name in reversed(CATALOGUES):
        found = _read_catalogue(language, name)
        if found is not None:
            found.add_fallback(translations)
            translations = found
    return translations


def _read_catalogue(language: str, name: str) -> gettext.GNUTranslations | None:
    path = files("watchlists") / "locale" / language / "LC_MESSAGES" / f"{name}.po"
    if not path.is_file():
        return None
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
