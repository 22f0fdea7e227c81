"""Character maps that keep every offset: what models and matchers read in place of what is shown.

Both maps replace one character by one character, so that a position found in the mapped text is
the same position in the text that readers see.
"""

from __future__ import annotations

import re
import unicodedata

# Curly quotes and elision marks cost the French models names ("qu’Acme" loses Acme); no-break
# spaces before punctuation are tokens of their own to them.
_STRAIGHT = str.maketrans(
    {
        **dict.fromkeys("’‘‛ʼ′´＇", "'"),
        **dict.fromkeys("“”„‟«»″＂", '"'),
        **dict.fromkeys("\u00a0\u202f\u2009\u200a\u2002\u2003\u2007\u2008\u3000", " "),
        **dict.fromkeys("‐‑", "-"),
    }
)
WORD = re.compile(r"[^\W_]+")
"""A run of letters and digits: the word of the name and topic matchers."""


class _FoldTable(dict[int, int]):
    """Code point -> its lower-case letter without accent, worked out when first met."""

    def __missing__(self, code: int) -> int:
        base = unicodedata.normalize("NFKD", chr(code))[0].lower()
        folded = ord(base[0]) if base[0].isalnum() else code
        self[code] = folded
        return folded


_FOLDED = _FoldTable()


def straighten(text: str) -> str:
    """The text with typographic quotes, apostrophes, hyphens and spaces made plain."""
    return text if text.isascii() else text.translate(_STRAIGHT)


def fold(text: str) -> str:
    """The text in lower case, without accents, quotes made plain."""
    return text.lower() if text.isascii() else text.translate(_STRAIGHT).translate(_FOLDED)


def fold_words(text: str) -> list[str]:
    """The folded words of a text, in order."""
    return WORD.findall(fold(text))
