"""The counts of a forum page: replies, views, likes, members, as templates write them in many languages."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml import html as lxml_html

from crawlers.items import Engagement
from crawlers.parsers.forums.layout import Layout, read_all

_NUMBER = r"(\d{1,3}(?:[.,'’   ]\d{3})+|\d+(?:[.,]\d+)?)\s*([kKmM](?![a-zé]))?"
_REPLY = (
    r"(?:repl(?:y|ies)|r[ée]ponses?|messages?|posts|comments?|commentaires?|answers?|antworten|respuestas)"
)
_VIEW = r"(?:views?|vu(?:e?s)?|lectures?|affichages?|visites?|aufrufe|hits|lu|vistas|read)"
_MEMBERS = re.compile(
    r"\b(?:total (?:des )?)?(?:members|membres|users|utilisateurs|mitglieder)(?: inscrits|"
    r" enregistrés)?\s*:?\s+"
    rf"{_NUMBER}(?!\s*(?:guests|invités|online|en ligne))"
    rf"|\b(?:by|par)\s+(?:{_NUMBER})\s+(?:members|membres)",
    re.IGNORECASE,
)


def read_stats(row: lxml_html.HtmlElement, layout: Layout) -> Engagement:
    """Replies and views of a row: by their labels, else in the order engines show them."""
    texts = [text[:120] for text in read_all(row, layout.stats)]
    replies, views = _labelled(texts, _REPLY), _labelled(texts, _VIEW)
    if replies is None and views is None:
        bare: list[int | None] = [number for text in texts if (number := read_number(text)) is not None]
        replies, views = [*bare, None, None][:2]
    return Engagement(replies=replies, views=views)


def read_labelled(texts: Iterable[str]) -> int | None:
    """A number of likes: written alone, or as some names and "18 others"."""
    for text in texts:
        if (number := read_number(text)) is not None:
            return number
        if found := re.search(_NUMBER + r"\s+(?:others|other|autres?|personnes?|people)", text):
            return _value(found) + text[: found.start()].count(",") + 1
    return None


def read_members(texts: Iterable[str]) -> int | None:
    """The number of members an index shows; None where it shows none, or only who is there now."""
    for text in texts:
        if found := _MEMBERS.search(text[:4000]):
            return _value(found)
    return None


def read_number(text: str) -> int | None:
    """A text that is one number: `1,508`, `17 972`, `1.2K`."""
    found = re.fullmatch(r"[+(]?\s*" + _NUMBER + r"\s*\)?", text.strip())
    return _value(found) if found else None


def _labelled(texts: list[str], label: str) -> int | None:
    after = re.compile(rf"\b(?:total\s+(?:des\s+)?)?{label}\b\s*:?\s*{_NUMBER}", re.IGNORECASE)
    before = re.compile(rf"{_NUMBER}\s*{label}\b", re.IGNORECASE)
    for text in texts:
        if found := before.search(text) or after.search(text):
            return _value(found)
    return None


def _value(found: re.Match[str]) -> int:
    numbers = [each for each in found.groups() if each]
    digits, unit = numbers[0], numbers[1].lower() if len(numbers) > 1 else ""
    factor = {"k": 1000, "m": 1_000_000}.get(unit, 1)
    if factor > 1 or not re.fullmatch(r"\d{1,3}(?:\D\d{3})+|\d+", digits):
        return round(float(digits.replace(",", ".")) * factor)
    return int(re.sub(r"\D", "", digits)[:12])
