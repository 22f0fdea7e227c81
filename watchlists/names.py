"""What organisations are called: the names a query may use, and the ids they stand for."""

from __future__ import annotations

from collections.abc import Iterable

from watchlists.model import Organisation


def read_names(organisations: Iterable[Organisation]) -> dict[str, str]:
    """Casefolded id, name or alias -> id. Ids outweigh names, names aliases, earlier ones later ones."""
    known = tuple(organisations)
    names = {organisation.id: organisation.id for organisation in known}
    for organisation in known:
        names.setdefault(organisation.name.casefold(), organisation.id)
    for organisation in known:
        for alias in organisation.aliases:
            names.setdefault(alias.casefold(), organisation.id)
    return names
