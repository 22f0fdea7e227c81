"""What one run did, counted; and the exit code that says so. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from crawlers.items import Outcome, OutcomeState
from search.alerts import Change
from search.deliver.outbox import Delivery

FAILED: frozenset[OutcomeState] = frozenset({"failed", "walled", "gone"})
"""States that count as a source we could not read; robots' refusal is the site's right, not a failure."""

FAILED_SHARE = 0.2
"""Above this share of the sources due, a run is partial (exit code 3)."""

EXIT_OK, EXIT_NOTHING, EXIT_PARTIAL = 0, 1, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A line for the reader of a run; the text is a key of the catalogue, `values` fill its {places}."""

    text: str
    values: tuple[tuple[str, str], ...] = ()

    def fill(self, translate: Callable[[str], str]) -> str:
        """The line in the reader's language."""
        return translate(self.text).format(**dict(self.values))


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """One cycle in numbers."""

    outcomes: tuple[Outcome, ...]
    newly_failed: tuple[str, ...] = ()
    understood: int = 0
    indexed: int = 0
    refused: int = 0
    documents: int = 0
    """Documents in the index afterwards."""
    seconds: float = 0.0
    was_stopped: bool = False
    is_share: bool = False
    """A worker's run: the index, and what follows from it, are the desk's."""
    notes: tuple[str, ...] = ()
    """What was repaired or missing: an index rebuilt, a language without its pipeline."""
    alerts: tuple[Change, ...] = ()
    """Alerts that began, turned red or ended."""
    deliveries: tuple[Delivery, ...] = ()
    """What was told at once, to whom, and what came of it."""
    remarks: tuple[Remark, ...] = ()
    """What workers and their desk have to say of each other."""

    def count(self, *states: OutcomeState) -> int:
        """How many sources ended in one of these states."""
        return sum(outcome.state in states for outcome in self.outcomes)

    @property
    def new(self) -> int:
        """Items seen for the first time."""
        return sum(outcome.new for outcome in self.outcomes)

    @property
    def changed(self) -> int:
        """Items whose content changed."""
        return sum(outcome.changed for outcome in self.outcomes)

    @property
    def requests(self) -> int:
        """Requests sent, robots.txt included."""
        return sum(outcome.requests for outcome in self.outcomes)

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """Sources that could not be read, and why."""
        return tuple(outcome for outcome in self.outcomes if outcome.state in FAILED)

    @property
    def exit_code(self) -> int:
        """0 ok, 1 nothing could be read, 3 partial."""
        due = [outcome for outcome in self.outcomes if outcome.state != "not_due"]
        if due and len(self.failed) == len(due):
            return EXIT_NOTHING
        is_partial = bool(self.newly_failed) or len(self.failed) > FAILED_SHARE * len(due)
        return EXIT_PARTIAL if is_partial else EXIT_OK


def find_newly_failed(outcomes: Iterable[Outcome], before: Mapping[str, Outcome]) -> tuple[str, ...]:
    """Sources that fail now and did not the last time they were read."""
    return tuple(
        outcome.source
        for outcome in outcomes
        if outcome.state in FAILED and (last := before.get(outcome.source)) and last.state not in FAILED
    )
