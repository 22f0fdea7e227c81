"""What a document was made with: when one of these keys changes, that part is done again, no more.

- the language key covers the text itself: our version, the models, the watch's languages and the
  language its source declares;
- the names key covers watched names and whose place it is: when it changes, names are looked up
  again, and only texts in which other names are found are analysed again;
- the facts key covers topics, staff, the rules about authors, and what the source usually speaks: cheap,
  nothing is analysed but short posts that are now told another language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from pipelines.names import NameHit
from watchlists.model import Organisation, Source, Watchlist

PIPELINE_VERSION = "2"
"""Raise it whenever the same text would give another language part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The keys of the documents of one place."""

    language: str
    names: str
    facts: str


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys of a watchlist; `models` names the trained parts in use with their versions."""

    watchlist: Watchlist
    models: tuple[str, ...]
    usual: Mapping[str, str] = field(default_factory=dict)
    """Languages that sources without a declared one usually speak."""

    def of_place(self, source: str) -> Keys:
        """The keys of documents read in that source, a source taken off the watchlist included."""
        place = self.watchlist.source(source) or Source(id=source, url="")
        return Keys(
            language=_digest(PIPELINE_VERSION, *self.models, *self.watchlist.languages, place.language or ""),
            names=_digest(place.organisation or "", *map(_names, self.watchlist.organisations)),
            facts=_digest(
                place.organisation or "",
                place.authors,
                self.watchlist.privacy.authors,
                self.watchlist.timezone,
                self.usual.get(source, ""),
                *(f"{each.id}\0{each.query}" for each in self.watchlist.topics),
                *map(_staff, self.watchlist.organisations),
            ),
        )

    def whole(self) -> str:
        """Changes when any key of any place may have."""
        places = (self.of_place(source.id) for source in self.watchlist.sources)
        return _digest(
            *(f"{keys.language}{keys.names}{keys.facts}" for keys in (*places, self.of_place(""))),
            *(source.id for source in self.watchlist.sources),
        )


def hits_digest(hits: Sequence[NameHit]) -> str:
    """Equal for equal watched names at equal places."""
    return _digest(*(f"{hit.organisation}\0{hit.name}\0{hit.start}\0{hit.end}\0{hit.rule}" for hit in hits))


def _names(organisation: Organisation) -> str:
    lists = (
        organisation.aliases,
        organisation.ambiguous,
        organisation.context,
        organisation.ignore,
        organisation.handles,
        organisation.domains,
    )
    return "\0".join(
        (organisation.id, organisation.name, organisation.role, *("\1".join(each) for each in lists))
    )


def _staff(organisation: Organisation) -> str:
    return "\0".join((organisation.id, organisation.name, *organisation.aliases, *organisation.staff))


def _digest(*parts: str) -> str:
    return blake2b("\2".join(parts).encode("utf-8", "replace"), digest_size=8).hexdigest()
