"""The whole demo web, read from content/. No network, no clock."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from importlib.resources import files

from watchlists.demo.content_files import read_place
from watchlists.demo.place import Place, Planting


@dataclass(frozen=True, kw_only=True)
class World:
    """The whole demo web."""

    places: tuple[Place, ...]

    @classmethod
    def load(cls) -> World:
        """Read every place of content/, in the order of their file names."""
        folder = files("watchlists.demo") / "content"
        paths = sorted((p for p in folder.iterdir() if p.name.endswith(".json")), key=lambda p: p.name)
        return cls(places=tuple(read_place(json.loads(path.read_text("utf-8"))) for path in paths))

    def place(self, id: str) -> Place:
        """The place of that id."""
        return next(place for place in self.places if place.id == id)

    def planted(self, plant: str) -> tuple[Planting, ...]:
        """Everything that belongs to one planted truth, in the order of time."""
        found = (each for place in self.places for each in place.plantings() if each.plant == plant)
        return tuple(sorted(found, key=lambda each: (each.at, each.ref)))

    @cached_property
    def hosts(self) -> dict[str, Place]:
        """Places by host name, in lower case."""
        return {place.host.name: place for place in self.places}

    @cached_property
    def moments(self) -> tuple[datetime, ...]:
        """Every time at which anything changes anywhere, in order."""
        return tuple(sorted({at for place in self.places for at in place.moments}))
