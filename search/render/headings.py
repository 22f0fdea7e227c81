"""The fixed words of a digest, the same in every rendering."""

from __future__ import annotations

from dataclasses import dataclass

from watchlists.messages import Messages


@dataclass(frozen=True, slots=True, kw_only=True)
class Headings:
    """Section titles and labels in the reader's language."""

    glance: str
    must_see: str
    competitors: str
    own: str
    conversations: str
    topics: str
    rising: str
    searches: str
    platforms: str
    places: str
    tone: str
    coverage: str
    late: str
    about: str
    links: str
    also_in: str
    new: str
    example: str
    again: str
    decide: str
    opening_quote: str
    closing_quote: str
    colon: str
    tone_columns: tuple[str, ...]


def read_headings(messages: Messages) -> Headings:
    """The fixed words from the catalogue."""
    _ = messages.gettext
    return Headings(
        glance=_("At a glance"),
        must_see=_("Must see"),
        competitors=_("Competitors"),
        own=_("About us"),
        conversations=_("Conversations to answer"),
        topics=_("Your subjects, elsewhere"),
        rising=_("Rising"),
        searches=_("Saved searches"),
        platforms=_("Platforms you use"),
        places=_("Emerging places"),
        tone=_("Voice and tone"),
        coverage=_("Coverage"),
        late=_("Arrived late"),
        about=_("About this page"),
        links=_("Links"),
        also_in=_("Also in"),
        new=_("new"),
        example=_("For example"),
        again=_("To see it again"),
        decide=_("To decide"),
        opening_quote=_("“"),
        closing_quote=_("”"),
        colon=_(": "),
        tone_columns=(
            _("Organisation"),
            _("Mentions"),
            _("Stories"),
            _("Negative"),
            _("Neutral"),
            _("Positive"),
        ),
    )
