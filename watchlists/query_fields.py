"""The names of the query language's fields and values, in French as in English."""

from __future__ import annotations

import unicodedata

from watchlists.problems import nearest
from watchlists.query import FIELDS

ALIASES: dict[str, str] = {
    "titre": "title",
    "texte": "text",
    "genre": "kind",
    "type": "kind",
    "langue": "language",
    "lang": "language",
    "sources": "source",
    "communaute": "community",
    "place": "community",
    "lieu": "community",
    "proprietaire": "owner",
    "org": "organisation",
    "organization": "organisation",
    "marque": "organisation",
    "mention": "mentions",
    "cite": "mentions",
    "attitude": "stance",
    "auteur": "author",
    "fil": "thread",
    "discussion": "thread",
    "etiquette": "tag",
    "tags": "tag",
    "mot-diese": "hashtag",
    "hashtags": "hashtag",
    "entite": "entity",
    "nom": "entity",
    "expression": "phrase",
    "themes": "topic",
    "theme": "topic",
    "sujet": "subject",
    "ton": "tone",
    "tonalite": "tone",
    "intention": "intent",
    "histoire": "story",
    "domaine": "domain",
    "lien": "link",
    "liens": "link",
    "links": "link",
    "adresse": "url",
    "votes": "upvotes",
    "reponses": "replies",
    "partages": "shares",
    "vues": "views",
    "note": "rating",
    "publie": "published",
    "date": "published",
    "decouvert": "first_seen",
    "vu": "first_seen",
    "activite": "last_activity",
    "archive": "backfill",
    "equipe": "staff",
    "robot": "bot",
    "supprime": "deleted",
    "copie": "copy",
    "analyse": "analysed",
    "accepte": "accepted",
    "resolu": "solved",
    "ouverture": "opening",
}
"""Other names of fields, accents and capitals left out."""

NAME_FIELDS = ("organisation", "mentions", "owner", "stance")
"""Keyword fields whose values are organisations' ids, so that names may be written instead."""

TRUTHS = {
    **dict.fromkeys(("true", "yes", "oui", "vrai", "1"), "true"),
    **dict.fromkeys(("false", "no", "non", "faux", "0"), "false"),
}
_TONES = {
    "negatif": "negative",
    "negative": "negative",
    "neutre": "neutral",
    "positif": "positive",
    "positive": "positive",
}
VALUES: dict[str, dict[str, str]] = {
    "tone": _TONES,
    "stance": _TONES,
    "kind": {
        "message": "post",
        "reponse": "reply",
        "sujet": "post",
        "version": "release",
        "avis": "review",
        "evenement": "event",
    },
    "intent": {
        "plainte": "complaint",
        "reclamation": "complaint",
        "louange": "praise",
        "compliment": "praise",
        "panne": "malfunction",
        "dysfonctionnement": "malfunction",
        "annonce": "announcement",
        "autre": "other",
    },
    "language": {"francais": "fr", "french": "fr", "anglais": "en", "english": "en"},
}
"""Field -> French and long forms of its values, accents and capitals left out."""

EXAMPLES = {
    "text": "title:panne",
    "keyword": 'organisation:"Acme"',
    "number": "replies:>5",
    "date": "published:[now-7d TO now]",
    "flag": "staff:true",
}
"""Type of a field -> a query that shows how it is used."""


def find_field(name: str) -> str | None:
    """The field of that name or alias, accents and capitals aside; None when there is none."""
    folded = fold(name)
    for candidate in (folded, folded.replace("-", "_")):
        if candidate in FIELDS:
            return candidate
        if candidate in ALIASES:
            return ALIASES[candidate]
    return None


def suggest_fields(name: str) -> tuple[str, ...]:
    """Known fields most like a name nobody knows; a few useful ones where none is like it."""
    guess = nearest(fold(name), (*FIELDS, *ALIASES))
    return (guess,) if guess else ("title", "organisation", "tone", "published", "source")


def fold(text: str) -> str:
    """Small letters without accents."""
    letters = unicodedata.normalize("NFKD", text.replace("’", "'")).casefold()
    return "".join(char for char in letters if not unicodedata.combining(char))
