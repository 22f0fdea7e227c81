"""Query text -> query tree, in French and English; every error names its column and shows an example.

query := all (OR all)*          OR, OU, ||
all   := part (AND? part)*      AND, ET, && or a space
part  := (NOT | SAUF | - | +)* term
term  := (query) | field:value | word | prefix* | "a phrase"~2 | https://… | *
value := (query) | word | prefix* | "a phrase" | [a TO b] | {a TO b} | >a | >=a | <a | <=a | *
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from watchlists.errors import QueryError
from watchlists.query import FIELDS, And, Everything, Has, Keyword, Not, Or, Query
from watchlists.query_fields import EXAMPLES, find_field, suggest_fields
from watchlists.query_tokens import Token, query_error, read_tokens
from watchlists.query_values import Reading, read_comparison, read_range, read_url, read_value, read_words

MAX_LENGTH = 4000
MAX_DEPTH = 30
_NO_NAMES: Mapping[str, str] = MappingProxyType({})
_STARTS = ("open", "not", "plus", "minus", "field", "word", "phrase", "url")


def parse_query(
    text: str, *, now: datetime, timezone: str = "UTC", names: Mapping[str, str] = _NO_NAMES
) -> Query:
    """The tree of a query; raises QueryError, and nothing else, for a text that is none.

    `now` is what now-7d counts from, `timezone` whose days dates are, `names` what
    organisations may be called (watchlists.names.read_names). A blank query matches everything.
    """
    if len(text) > MAX_LENGTH:
        raise query_error(
            MAX_LENGTH + 1,
            "Column {at}: the query is longer than {limit} characters.",
            "Shorten it, or split it into several saved searches.",
            limit=MAX_LENGTH,
        )
    tokens = tuple(read_tokens(text))
    if len(tokens) == 1:
        return Everything()
    reading = Reading(now=now, zone=ZoneInfo(timezone), names=names)
    return _Parser(tokens, reading).parse()


class _Parser:
    def __init__(self, tokens: tuple[Token, ...], reading: Reading) -> None:
        self._tokens = tokens
        self._reading = reading
        self._next = 0
        self._depth = 0

    def parse(self) -> Query:
        query = self._parse_any(None)
        if self._token.kind == "close":
            raise query_error(
                self._token.column,
                "Column {at}: this bracket closes nothing.",
                "Take it out, or open one before: (panne OR bug)",
            )
        if query is None:
            raise query_error(
                self._tokens[0].column, "Column {at}: there is no word to look for.", "Write a word: panne"
            )
        return query

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._token
        self._next += 1
        return token

    def _parse_any(self, field: str | None) -> Query | None:
        """Alternatives; None when only punctuation stands there."""
        parts = [self._parse_all(field)]
        while self._token.kind == "or":
            self._take()
            parts.append(self._parse_all(field))
        found = [part for part in parts if part is not None]
        if len(found) < 2:
            return found[0] if found else None
        return Or(
            tuple(_positive(each) for part in found for each in (part.parts if type(part) is Or else (part,)))
        )

    def _parse_all(self, field: str | None) -> Query | None:
        parts = [self._parse_part(field)]
        while self._token.kind == "and" or self._token.kind in _STARTS:
            if self._token.kind == "and":
                self._take()
            parts.append(self._parse_part(field))
        found = [part for part in parts if part is not None]
        if len(found) < 2:
            return found[0] if found else None
        return And(tuple(each for part in found for each in (part.parts if type(part) is And else (part,))))

    def _parse_part(self, field: str | None) -> Query | None:
        is_negative = False
        while self._token.kind in ("not", "minus", "plus"):
            is_negative ^= self._take().kind != "plus"
        part = self._parse_term(field)
        if part is None or not is_negative:
            return part
        return part.part if isinstance(part, Not) else Not(part)

    def _parse_term(self, field: str | None) -> Query | None:
        token = self._take()
        if token.kind == "open":
            return self._parse_group(token, field)
        if token.kind == "field":
            return self._parse_field(token, field)
        if field is not None and token.kind in ("word", "phrase", "url"):
            return read_value(token, field, self._reading)
        if token.kind in ("word", "phrase", "url"):
            return _read_term(token)
        raise self._expected(token)

    def _expected(self, token: Token) -> QueryError:
        example = 'Example: panne AND organisation:"Acme"'
        if token.kind == "end":
            return query_error(
                token.column, "Column {at}: a word was expected, but the query ends here.", example
            )
        return query_error(
            token.column, "Column {at}: a word was expected before “{text}”.", example, text=token.text
        )

    def _parse_group(self, opening: Token, field: str | None) -> Query | None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise query_error(
                opening.column,
                "Column {at}: brackets are nested deeper than {limit}.",
                "Use fewer brackets.",
                limit=MAX_DEPTH,
            )
        query = self._parse_any(field)
        if self._token.kind != "close":
            raise query_error(
                opening.column, "Column {at}: this bracket is never closed.", "Close it: (panne OR bug)"
            )
        self._take()
        self._depth -= 1
        return query

    def _parse_field(self, token: Token, outer: str | None) -> Query | None:
        field = find_field(token.text)
        if field is None:
            raise _unknown_field(token)
        if outer is not None:
            remedy = "Close the bracket first: tone:(negative OR neutral) language:fr"
            raise query_error(token.column, "Column {at}: a field inside the brackets of another.", remedy)
        value = self._take()
        if value.kind == "open":
            return self._parse_group(value, field)
        if value.kind == "range":
            return read_range(value, field, self._reading)
        if value.kind == "compare":
            return read_comparison(value, self._take(), field, self._reading)
        if value.kind == "word" and value.text == "*":
            return Has(field)
        if value.kind in ("word", "phrase", "url"):
            return read_value(value, field, self._reading)
        raise query_error(
            value.column,
            "Column {at}: `{field}:` needs a value after it.",
            "Example: {example}",
            field=field,
            example=_example(field),
        )


def _read_term(token: Token) -> Query | None:
    if token.kind == "url":
        return Keyword("url", read_url(token.text))
    if token.kind == "word" and token.text in ("*", "*:*"):
        return Everything()
    return read_words(token, None)


def _positive(part: Query) -> Query:
    """A Not may not stand in an Or by itself: everything but."""
    return And((Everything(), part)) if isinstance(part, Not) else part


def _example(field: str) -> str:
    return EXAMPLES[FIELDS[field]]


def _unknown_field(token: Token) -> QueryError:
    return query_error(
        token.column,
        "Column {at}: there is no field called “{field}”.",
        "Nearest: {known}. If no field was meant, put the words in quotes.",
        field=token.text,
        known=", ".join(suggest_fields(token.text)),
    )
