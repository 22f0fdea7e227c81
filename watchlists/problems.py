"""What is wrong in a watchlist, all of it at once: each problem with its line and its remedy."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from watchlists.errors import WatchlistError
from watchlists.lines import Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong, at a line; message and remedy are catalogue keys, `values` fill their {places}."""

    line: int
    message: str
    remedy: str = ""
    values: Mapping[str, object] = field(default_factory=dict)

    def texts(self, translate: Callable[[str], str] = str) -> tuple[str, str]:
        """Message and remedy as a reader gets them."""
        message, remedy = (translate(text) if text else "" for text in (self.message, self.remedy))
        return message.format(**self.values), remedy.format(**self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A problem whose line is not known yet: `path` says which key or table it is about."""

    path: Where
    message: str
    remedy: str = ""
    values: Mapping[str, object] = field(default_factory=dict)

    def at(self, line: int) -> Problem:
        """The same, at its line."""
        return Problem(line=line, message=self.message, remedy=self.remedy, values=self.values)


class InvalidWatchlist(WatchlistError):
    """Every problem of one watchlist, in the order of its lines."""

    def __init__(self, file: str, problems: Iterable[Problem]) -> None:
        self.file = file
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        super().__init__(
            "{file} cannot be used; errors: {count}.",
            remedy="Mend the lines named above, then run: veilleur check",
            file=file,
            count=len(self.problems),
        )

    def parts(self, translate: Callable[[str], str] = str) -> tuple[str, ...]:
        """What, then each problem with its line, then the remedy."""
        what, remedy = super().parts(translate)
        return (what, *(self._tell(problem, translate) for problem in self.problems), remedy)

    def _tell(self, problem: Problem, translate: Callable[[str], str]) -> str:
        message, remedy = problem.texts(translate)
        place = translate("{file}, line {line}:").format(file=self.file, line=problem.line)
        return f"{place} {message} {remedy}".rstrip()


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like a mistyped one, or None."""
    folded = {each.casefold(): each for each in known}
    found = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else None
