"""The shape of a watchlist.toml: its tables, each with the record it becomes, and the rules of validation."""

from __future__ import annotations

import dataclasses
from dataclasses import field
from functools import lru_cache
from typing import Any

from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass as validated_dataclass

from watchlists.lines import Where
from watchlists.model import (
    Alerts,
    Campaign,
    Crawl,
    Decision,
    Delivery,
    HostAddress,
    IndexSettings,
    Language,
    Mail,
    Organisation,
    Privacy,
    SavedSearch,
    Source,
    Topic,
    Webhook,
)
from watchlists.prepare import PLURALS

# Strict: "5" is not 5, and a key nobody knows is a mistake. Nested records inherit it.
_RULES = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


@validated_dataclass(frozen=True, slots=True, kw_only=True, config=_RULES)
class Watch:
    """The `[watch]` table."""

    name: str
    language: Language = "fr"
    languages: tuple[str, ...] = ("fr", "en")
    timezone: str = "Europe/Paris"
    contact: str = ""


@validated_dataclass(frozen=True, slots=True, kw_only=True, config=_RULES)
class Tables:
    """A whole watchlist.toml, each field named as its table."""

    watch: Watch
    organisation: tuple[Organisation, ...] = ()
    source: tuple[Source, ...] = ()
    topic: tuple[Topic, ...] = ()
    campaign: tuple[Campaign, ...] = ()
    search: tuple[SavedSearch, ...] = ()
    decision: tuple[Decision, ...] = ()
    alerts: Alerts = field(default_factory=Alerts)
    delivery: Delivery = field(default_factory=Delivery)
    privacy: Privacy = field(default_factory=Privacy)
    crawl: Crawl = field(default_factory=Crawl)
    index: IndexSettings = field(default_factory=IndexSettings)


RECORDS: dict[str, type[Any]] = {
    "": Tables,
    "watch": Watch,
    "organisation": Organisation,
    "source": Source,
    "topic": Topic,
    "campaign": Campaign,
    "search": SavedSearch,
    "decision": Decision,
    "alerts": Alerts,
    "delivery": Delivery,
    "mail": Mail,
    "webhook": Webhook,
    "privacy": Privacy,
    "crawl": Crawl,
    "host": HostAddress,
    "index": IndexSettings,
}
"""Last name of a table -> the record it becomes."""
SINGULARS = {plural: singular for singular, plural in PLURALS.items()}


@lru_cache(maxsize=1)
def tables_adapter() -> TypeAdapter[Tables]:
    """The one validator of whole watchlists."""
    return TypeAdapter(Tables)


def field_names(where: Where) -> tuple[str, ...]:
    """The keys a table may hold, as written in TOML."""
    names = [step for step in where if isinstance(step, str)]
    record = RECORDS.get(names[-1] if names else "", Tables)
    return tuple(SINGULARS.get(each.name, each.name) for each in dataclasses.fields(record))


def table_title(where: Where) -> str:
    """A table as its header is written: [watch], [[source]], [delivery.mail]."""
    names = [step for step in where if isinstance(step, str)]
    if not names:
        return "watchlist.toml"
    title = ".".join(names)
    return f"[[{title}]]" if isinstance(where[-1], int) else f"[{title}]"
