"""The language of each text: py3langid among the candidates that matter here.

Candidates are the watch's languages and those they are commonly mistaken for, so that a German
post is known not to be English. Very short texts say little about themselves (among seven
languages one word in three is misread): under MIN_WORDS the language declared by the item or
its source is trusted, and up to SURE_WORDS it weighs in.
Measured by benchmarks/quality/language.py.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from pipelines.folding import straighten

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

UNKNOWN = "und"
MIN_WORDS = 4
SURE_WORDS = 12
_READ = 500
"""Characters looked at: more of them change no answer."""
_NEIGHBOURS = ("fr", "en", "de", "es", "it", "nl", "pt")
_OTHER_SCRIPTS = ("ar", "el", "fa", "he", "hi", "ja", "ko", "ru", "th", "uk", "zh")
_DECLARED_WEIGHT = 3.0
"""How many times likelier the declared language is held to be, under SURE_WORDS."""
_EXPECTED_WEIGHT = 2.0
"""The same for the languages the watch reads."""
# Addresses, handles, hashtags and code-like words are the same in every language.
_NOISE = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|[@#]\w+|\S*[_/\\]\S*")
_LETTERS = re.compile(r"[^\W\d_]{2,}")


def candidates(languages: tuple[str, ...]) -> tuple[str, ...]:
    """The languages to choose among, for a watch that reads `languages`."""
    return tuple(sorted({*languages, *_NEIGHBOURS, *_OTHER_SCRIPTS}))


def detect_language(
    text: str, *, among: tuple[str, ...], declared: str | None = None, expected: tuple[str, ...] = ()
) -> str:
    """ISO 639-1 code of the text's language, or `und` when nothing tells.

    `declared` is what the item or its source says of itself; a code outside `among` is kept as it
    is. `expected` are the languages most texts are in.
    """
    declared = primary_code(declared)
    words = _words(text)
    count = len(_LETTERS.findall(words))
    if count < MIN_WORDS and (declared or not count):
        return declared or UNKNOWN
    ranks: dict[str, float] = dict(_identifier(among).rank(words))
    if count < SURE_WORDS:
        for code in {*expected, declared} & ranks.keys():
            ranks[str(code)] *= _DECLARED_WEIGHT if code == declared else _EXPECTED_WEIGHT
    return max(sorted(ranks), key=ranks.__getitem__)


def is_short(text: str) -> bool:
    """Whether what is declared of a text weighs in on its language."""
    return len(_LETTERS.findall(_words(text))) < SURE_WORDS


def _words(text: str) -> str:
    return _NOISE.sub(" ", straighten(text[:_READ]))


def primary_code(tag: str | None) -> str | None:
    """`fr` of `fr-CA`; None of what is no language tag."""
    code = (tag or "").replace("_", "-").split("-")[0].strip().lower()
    return code if code.isascii() and code.isalpha() and 2 <= len(code) <= 3 and code != UNKNOWN else None


@lru_cache(maxsize=4)
def _identifier(among: tuple[str, ...]) -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    known = set(identifier.labels)
    identifier.set_languages([code for code in among if code in known])
    return identifier
