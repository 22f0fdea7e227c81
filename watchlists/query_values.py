"""What stands after a field: a query's values read by the field's type."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from watchlists.errors import QueryError
from watchlists.query import FIELDS, FieldType, Has, Keyword, Phrase, Prefix, Query, Range, Words
from watchlists.query_fields import EXAMPLES, NAME_FIELDS, TRUTHS, VALUES, fold
from watchlists.query_times import parse_period
from watchlists.query_tokens import Token, query_error, unescape

_ENDS = re.compile(r"\s*(\"[^\"]*\"|\S.*?)\s+(?:TO|À)\s+(\"[^\"]*\"|\S.*?)\s*", re.DOTALL)
_FUZZY = re.compile(r"(?<!\\)[~^]\d*(?:\.\d+)?$")
_STAR = re.compile(r"(?:\\.|[^\\*])*(\*)", re.DOTALL)
_LARGEST = 2.0**53
"""The largest count a double holds exactly; no engagement comes near."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a query is read against: the time, whose days, and what organisations are called."""

    now: datetime
    zone: ZoneInfo
    names: Mapping[str, str]


def read_words(token: Token, field: str | None) -> Query | None:
    """Free text of a field (None: title and text); None where it is only punctuation."""
    if not any(char.isalnum() or unicodedata.category(char) == "So" for char in token.text):
        return None
    if token.kind == "phrase":
        return Phrase(token.text, field, token.slop)
    text, is_prefix = _split_star(token)
    return Prefix(text, field) if is_prefix else Words(text, field)


def read_value(token: Token, field: str, reading: Reading) -> Query | None:
    """A word, phrase or address after `field:`; None where a text field is given only punctuation."""
    kind = FIELDS[field]
    if kind == "text":
        return read_words(token, field)
    if token.slop:
        raise query_error(
            token.column, "Column {at}: only free text knows distances between words.", "Take out the ~"
        )
    if kind == "number":
        number = _read_number(token.text, token, field)
        return Range(field, number, number)
    if kind == "date":
        return _read_period(token, field, reading)
    return _read_flag(token, field) if kind == "flag" else _read_keyword(token, field, reading)


def read_range(token: Token, field: str, reading: Reading) -> Range:
    """`[a TO b]` or `{a TO b}` after a number or date field; * leaves a side open."""
    found = _ENDS.fullmatch(token.text[1:-1])
    if not found:
        raise query_error(token.column, "Column {at}: this range has no two ends.", "Write it as [10 TO 20].")
    low, high = (part.strip('"') for part in found.groups())
    first = _read_limit(">=" if token.text[0] == "[" else ">", low, token, field, reading)
    last = _read_limit("<=" if token.text[-1] == "]" else "<", high, token, field, reading)
    whole = Range(field, first.low, last.high, first.include_low, last.include_high)
    if whole.low is not None and whole.high is not None and whole.low > whole.high:  # type: ignore[operator]
        raise query_error(
            token.column, "Column {at}: this range ends before it begins.", "Exchange its ends: [10 TO 20]"
        )
    return whole


def read_comparison(sign: Token, value: Token, field: str, reading: Reading) -> Range:
    """`>a`, `>=a`, `<a`, `<=a` after a number or date field."""
    if value.kind not in ("word", "phrase") or value.text == "*":
        raise query_error(
            value.column,
            "Column {at}: a number or a date was expected after {sign}.",
            "Example: replies:>5",
            sign=sign.text,
        )
    return _read_limit(sign.text, value.text, value, field, reading)


def read_url(text: str) -> str:
    """An address as documents hold theirs: scheme and host in small letters, no fragment."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return text
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path or "/", parts.query, ""))


def _split_star(token: Token) -> tuple[str, bool]:
    """The word without its final *, and whether it had one; other signs of Lucene's are refused."""
    raw = token.text
    if found := _FUZZY.search(raw):
        message = "Column {at}: “{sign}” after a word is not supported."
        remedy = "Write the word alone, or its beginning with *: abonn*"
        raise query_error(token.column, message, remedy, sign=found.group())
    star = _STAR.match(raw)
    if star and star.end() < len(raw):
        remedy = "Put it at the end: abonn*"
        raise query_error(token.column + star.end() - 1, "Column {at}: * can only end a word.", remedy)
    is_prefix = star is not None
    return unescape(raw[:-1] if is_prefix else raw), is_prefix


def _read_keyword(token: Token, field: str, reading: Reading) -> Query:
    if token.kind == "url":
        return Keyword(field, read_url(token.text) if field == "url" else token.text)
    if token.kind == "phrase":
        return Keyword(field, _translate(token.text, field, reading))
    text, is_prefix = _split_star(token)
    if is_prefix:
        return Prefix(_translate(text, field, reading), field) if text else Has(field)
    return Keyword(field, _translate(text, field, reading))


def _translate(value: str, field: str, reading: Reading) -> str:
    """A value as documents hold it: organisations by id, French words by the stored ones."""
    if field == "stance":
        name, bar, tone = value.rpartition("|")
        return f"{_identify(name, reading)}|{VALUES['tone'].get(fold(tone), tone)}" if bar else value
    if field in NAME_FIELDS:
        return _identify(value, reading)
    if field in ("hashtag", "domain", "link"):
        return value.lstrip("#").lower()
    return VALUES.get(field, {}).get(fold(value), value)


def _identify(name: str, reading: Reading) -> str:
    return reading.names.get(name.casefold(), name)


def _read_flag(token: Token, field: str) -> Keyword:
    truth = TRUTHS.get(fold(token.text))
    if truth is None:
        raise _wrong_type(token, field)
    return Keyword(field, truth)


def _read_number(text: str, token: Token, field: str) -> float:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        raise _wrong_type(token, field) from None
    if not math.isfinite(number) or abs(number) > _LARGEST:
        raise _wrong_type(token, field)
    return number


def _read_period(token: Token, field: str, reading: Reading) -> Range:
    period = parse_period(unescape(token.text), now=reading.now, zone=reading.zone)
    if period is None:
        raise _wrong_type(token, field)
    if period.start == period.end:
        raise query_error(
            token.column,
            "Column {at}: “{text}” is a moment; nothing happens exactly then.",
            "Write what is after it, or before: {field}:>={text}",
            text=token.text,
            field=field,
        )
    return Range(field, period.start, period.end, include_high=False)


def _read_limit(sign: str, text: str, token: Token, field: str, reading: Reading) -> Range:
    """One side of a range as a Range; an open side where the text is *."""
    kind = FIELDS[field]
    if kind not in ("number", "date"):
        raise query_error(
            token.column,
            "Column {at}: `{field}` has no order, so it takes no range.",
            "Example: {example}",
            field=field,
            example=EXAMPLES[kind],
        )
    if text == "*":
        return Range(field)
    if kind == "date":
        return _limit_period(sign, unescape(text), token, field, reading)
    number = _read_number(text, token, field)
    if sign.startswith(">"):
        return Range(field, low=number, include_low="=" in sign)
    return Range(field, high=number, include_high="=" in sign)


def _limit_period(sign: str, text: str, token: Token, field: str, reading: Reading) -> Range:
    """A day counts whole: > begins after its end, <= goes until its end."""
    period = parse_period(text, now=reading.now, zone=reading.zone)
    if period is None:
        raise _wrong_type(token, field)
    is_moment = period.start == period.end
    if sign.startswith(">"):
        is_after = sign == ">"
        return Range(
            field, low=period.end if is_after else period.start, include_low=not (is_after and is_moment)
        )
    is_until = sign == "<="
    return Range(field, high=period.end if is_until else period.start, include_high=is_until and is_moment)


_EXPECTED: dict[FieldType, str] = {
    "number": "Column {at}: `{field}` takes a number, not “{text}”.",
    "date": "Column {at}: `{field}` takes a date, not “{text}”.",
    "flag": "Column {at}: `{field}` takes true or false, not “{text}”.",
}
_REMEDIES: dict[FieldType, str] = {
    "number": "Examples: {field}:5 · {field}:>=5 · {field}:[5 TO 20]",
    "date": "Examples: {field}:2026-11-20 · {field}:[now-7d TO now] · {field}:today",
    "flag": "Example: {field}:true",
}


def _wrong_type(token: Token, field: str) -> QueryError:
    kind = FIELDS[field]
    return query_error(token.column, _EXPECTED[kind], _REMEDIES[kind], field=field, text=token.text)
