"""The fixed words that only a report has, the same in every rendering."""

from __future__ import annotations

from dataclasses import dataclass

from watchlists.messages import Messages


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportHeadings:
    """Section titles and labels in the reader's language."""

    gaps: str
    communities: str
    measure: str
    voice: str
    tone: str
    trends: str
    stories: str
    no_rise: str


def read_report_headings(messages: Messages) -> ReportHeadings:
    """The fixed words from the catalogue."""
    _ = messages.gettext
    return ReportHeadings(
        gaps=_("Measured gaps with the best rival"),
        communities=_("Communities, side by side"),
        measure=_("Measure"),
        voice=_("Share of voice"),
        tone=_("Tone"),
        trends=_("Week by week"),
        stories=_("Most told"),
        no_rise=_("No subject rose."),
    )
