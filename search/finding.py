"""One thing `veilleur doctor` looked at: how it is, and the command or setting that mends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from watchlists.errors import VeilleurError

State = Literal["ok", "missing", "broken"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at. The texts are keys of the catalogues; `values` fill their {places}."""

    state: State
    text: str = ""
    remedy: str = ""
    values: tuple[tuple[str, str], ...] = ()
    error: VeilleurError | None = None
    """What stood in the way, told in its own words in place of `text`."""

    def fill(self, translate: Callable[[str], str]) -> tuple[str, str]:
        """Text and remedy in the reader's language."""
        values = dict(self.values)
        if self.error is None:
            remedy = translate(self.remedy) if self.remedy else ""  # a catalogue's "" is its header
            return translate(self.text).format(**values), remedy.format(**values)
        error = self.error
        told = (_told(each, error, translate) for each in (error.what, error.why) if each)
        return " — ".join(told), _told(error.remedy or self.remedy, error, translate)


def _told(text: str, error: VeilleurError, translate: Callable[[str], str]) -> str:
    told = translate(text) if text else ""
    return told.format(**error.values) if error.values else told
