"""What ends or surrounds a text without being its author's words: mail quotes, signatures, "read more".

Only the end of a text is looked at for tails, and only whole lines: a sentence that speaks of
reading more stays.
"""

from __future__ import annotations

import re

_QUOTED_LINE = re.compile(r"\s*(?:>|&gt;)")
_ATTRIBUTION = re.compile(
    r"(?i)^(?:on\b.{4,200}\bwrote|le\b.{4,200}\ba écrit|(?:de|from)\s*:.{3,200}"
    r"|-+\s*(?:original message|message d['’]origine)\s*-+)\s*:?\s*$"
)
_SIGNATURE = re.compile(
    r"""(?imx)^(?:--\s*$ | get\ outlook\ for\ .{2,40}$ | téléchargez\ outlook\ .{2,40}$
    | (?P<closing>
        _{5,}\s*$
      | (?:sent|envoyé)\ (?:from|via|with|de|depuis|à\ partir)\ (?:(?:de\ )?(?:my|mon|ma)\b.{2,80}
        | (?!.*\b(?:le|hier|yesterday|last|\w+day)\b)[^,;!?\n]{2,60}(?<!\.))$
    ))"""
)
"""The first line of a signature; `closing` ones end the text, or are no signature but words of it."""
_ADDED = re.compile(r"(?i)\s*(?:update|edit(?:ed)?|édit(?:é|ion)?|mise à jour|m[aà]j|p\.?\s?s|note|nb)\b")
"""What people write below a rule of their own."""
_MOST_LINES = 4
_MOST_CHARACTERS = 300
"""How much a signature may say: a rule above more than that divides a text."""
_ROUNDS = 5
"""Signatures and closing lines that may stand below one another."""
_TAIL_LINE = re.compile(
    r"""(?ix)^[\[(\s«"-]*(?:
        (?:read|see|view|learn|show)\s(?:more|full|the\s(?:rest|full|whole)|on)\b.{0,80}
      | continue\sreading\b.{0,120} | keep\sreading\b.{0,80} | click\shere\b.{0,80} | more\sinfo(?:rmation)?
      | (?:lire|voir|afficher|en\ssavoir|découvrir)\s(?:la\ssuite|plus|davantage|l['’](?:article|intégralité))
        \b.{0,120}
      | (?:continuer|poursuivre)\s(?:la|votre)\slecture\b.{0,120} | cliquez\sici\b.{0,80} | la\ssuite\b.{0,60}
      | (?:the\s)?post\s.{1,300}\s(?:appeared\sfirst|first\sappeared)\son\s.{1,200}
      | (?:l['’]article|cet?\sarticle|le\sbillet)\s.{1,300}\sest\sapparu\s(?:en\spremier|d['’]abord)
        \s(?:sur|dans)\s.{1,200}
      | (?:share|tweet|pin|like)\sthis\b.{0,60}
      | partager\s(?:sur|cet\sarticle|:).{0,60} | comments?\s*(?:\(\d+\))? | submitted\sby\b.{0,80}
    )[\s.…\])»">→:↗-]*$"""
)
_DOTS = re.compile(r"\s*(?:\[\s*(?:…|\.{3}|&hellip;)\s*\]|\(\s*(?:…|\.{3})\s*\))\s*(?:→|»|>)?\s*$")
_INLINE = re.compile(
    r"(?i)(?<=[.…!?\]])\s*(?:read more|continue reading|lire la suite|en savoir plus)\s*[.…→»>]*$"
)


def drop_tails(text: str) -> str:
    """The text without its signature and its closing "read more" lines."""
    kept = _drop_closing_lines(text)
    for _ in range(_ROUNDS):
        shorter = _drop_closing_lines(_drop_signature(kept))
        if shorter == kept:
            break
        kept = shorter
    return _DOTS.sub(" […]", _INLINE.sub("", kept)).strip()


def _drop_closing_lines(text: str) -> str:
    lines = text.rstrip().split("\n")
    while len(lines) > 1 and (not lines[-1].strip() or _TAIL_LINE.match(lines[-1])):
        lines.pop()
    return "\n".join(lines).rstrip()


def _drop_signature(text: str) -> str:
    """The text without the last signature, if what follows its first line is as short as one."""
    # Twice as far back as one may reach: its first line must lie within.
    found = list(_SIGNATURE.finditer(text, max(0, len(text) - 2 * _MOST_CHARACTERS)))
    if not found or found[-1].start() == 0:
        return text
    after = text[found[-1].end() :]
    lines = sum(1 for line in after.split("\n") if line.strip())
    most = 0 if found[-1]["closing"] else _MOST_LINES
    if lines > most or len(after) > _MOST_CHARACTERS or _ADDED.match(after):
        return text
    return text[: found[-1].start()]


def split_mail_quotes(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without lines that begin with ">", and those lines as quotes, one per run."""
    if ">" not in text:
        return text, ()
    own: list[str] = []
    quotes: list[list[str]] = []
    is_inside = False
    for line in text.split("\n"):
        is_quoted = _QUOTED_LINE.match(line) is not None
        if is_quoted and not is_inside:
            _drop_attribution(own)
            quotes.append([])
        if is_quoted:
            quotes[-1].append(line.lstrip("> "))
        else:
            own.append(line)
        is_inside = is_quoted
    kept = re.sub(r"\n{3,}", "\n\n", "\n".join(own).strip())
    return kept, tuple("\n".join(each).strip() for each in quotes)


def _drop_attribution(lines: list[str]) -> None:
    while lines and not lines[-1].strip():
        lines.pop()
    if lines and _ATTRIBUTION.match(lines[-1]):
        lines.pop()
