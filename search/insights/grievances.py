"""Which documents speak badly of an organisation, asked of the index and of a document alike.

Whatever made the tone: negative towards the organisation; or a complaint or malfunction that names
it or stands in its own place; or negative in its own place. Staff, bots, copies, spam and trolling
are no voices. Where a text was given neither tone nor intent, words of crisis stand in for them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from pipelines.document import Document
from search.insights.scope import NOISY, is_noise
from watchlists.query import And, Keyword, Not, Or, Query

TROUBLES = ("complaint", "malfunction")
CRISIS_WORDS = re.compile(
    r"""\b(?:
    arnaqu\w+ | scandal\w* | boycot\w* | honteu\w* | inadmissible\w* | inacceptable\w* | indign\w+
    | rembours\w+ | débit[ée]\w* | prélev\w+ | plainte\w* | litige\w* | escroc\w* | piraté\w*
    | fuite\ de\ données | panne\w* | hors\ service | marche\ pas | fonctionne\ (?:pas|plus)
    | furieu\w* | en\ colère | ras[- ]le[- ]bol | catastroph\w+ | dangereu\w* | bless[ée]\w*
    | mensong\w* | menti\w* | résili\w+ | avocat\w* | signal\ conso
    | scam\w* | outrag\w+ | refund\w* | overcharg\w+ | charged\ twice | shameful | disgrac\w+
    | unacceptable | data\ breach | leaked | hacked | outage\w* | broken | lawsuit | sue | liar\w* | lied
    | angry | furious | disaster\w* | dangerous | injur\w+ | rip[- ]?off | fraud\w* | stole\w*
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
"""Words that crises are told in, French and English."""
READ_CHARACTERS = 4_000
MOST_WORDS = 5


def concerning(organisation: str) -> Query:
    """What people say of the organisation, or in its own places: what a crisis is looked for in."""
    about = Or((Keyword("mentions", organisation), Keyword("owner", organisation)))
    flags = tuple(Keyword(flag, "false") for flag in ("staff", "bot", "copy"))
    return And((about, *flags, Not(NOISY)))


def speaking_badly(organisation: str) -> Query:
    """The part of `concerning` that speaks badly of it, by tone and intent."""
    troubled = Or(tuple(Keyword("intent", each) for each in TROUBLES))
    glad = Keyword("stance", f"{organisation}|positive")
    at_home = And((Keyword("owner", organisation), Keyword("tone", "negative")))
    bad = Or((Keyword("stance", f"{organisation}|negative"), And((Or((troubled, at_home)), Not(glad)))))
    return And((concerning(organisation), bad))


def is_said_by_people(document: Document) -> bool:
    """Not staff, bot, copy, spam or trolling."""
    is_other = document.author_is_staff or document.author_is_bot or document.is_copy
    return not is_other and not is_noise(document)


def speaks_badly(document: Document, organisation: str) -> bool:
    """What `speaking_badly` asks, of one document that concerns the organisation."""
    if not is_said_by_people(document):
        return False
    tones = {each.tone for each in document.mentions if each.organisation == organisation}
    if "negative" in tones:
        return True
    if "positive" in tones:
        return False
    is_at_home = document.community.organisation == organisation
    if document.intent in TROUBLES or (is_at_home and document.tone == "negative"):
        return True
    is_unread = document.tone is None and document.intent is None
    return is_unread and bool(CRISIS_WORDS.search(_words_of(document)))


def crisis_words(documents: Iterable[Document]) -> tuple[str, ...]:
    """The commonest words of crisis, emotions and troubles of these documents, at most five."""
    counts: Counter[str] = Counter()
    for document in documents:
        found = {match.group().casefold() for match in CRISIS_WORDS.finditer(_words_of(document))}
        counts.update(found | set(document.emotions))
    common = [(word, count) for word, count in counts.items() if count > 1] or counts.items()
    ordered = sorted(common, key=lambda each: (-each[1], each[0]))
    return tuple(word for word, _ in ordered[:MOST_WORDS])


def _words_of(document: Document) -> str:
    return f"{document.title}\n{document.text[:READ_CHARACTERS]}".replace("’", "'")
