"""What pydantic found wrong with a watchlist, said in words a reader of the file knows, with a remedy."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import get_args, get_type_hints

from pydantic_core import ErrorDetails

from watchlists.lines import Where
from watchlists.problems import Fault, nearest
from watchlists.tables import RECORDS, SINGULARS, field_names, table_title

_SECRET = re.compile(
    r"pass(?:word|wd|phrase)?|mot_de_passe|secret|api_?key|access_?key|token|bearer|credentials?"
)
_MUST_BE = {
    "string": "`{key}` in {table} must be text in quotes.",
    "bool": "`{key}` in {table} must be true or false, without quotes.",
    "int": "`{key}` in {table} must be a whole number, without quotes.",
    "float": "`{key}` in {table} must be a number, without quotes.",
    "finite": "`{key}` in {table} must be a number, without quotes.",
    "tuple": '`{key}` in {table} must be a list, as ["one", "two"].',
    "time_delta": '`{key}` in {table} must be a duration, as "30m", "6h" or "2d".',
    "timedelta": '`{key}` in {table} must be a duration, as "30m", "6h" or "2d".',
    "time": '`{key}` in {table} must be a time of day, as "08:30".',
    "days": '`{key}` in {table} must hold days of the week, as ["mon", "fri"].',
    "date": "`{key}` in {table} must be a date, as 2026-11-20.",
    "dataclass": "`{key}` must be a table, with keys of its own.",
}
"""First words of pydantic's error types -> what we say; longer names first where one begins another."""


def explain_detail(detail: ErrorDetails) -> Fault:
    """The Fault that one of pydantic's errors amounts to."""
    where = tuple(SINGULARS.get(step, step) if isinstance(step, str) else step for step in detail["loc"])
    kind = detail["type"]
    if isinstance(where[-1], int) and not kind.startswith("dataclass"):
        where = where[:-1]  # an item of a list: the key is what people know
    if kind == "unexpected_keyword_argument":
        return _explain_unknown(where)
    if kind == "missing":
        return _explain_missing(where)
    if kind == "literal_error":
        return _explain_choice(where, detail["input"])
    if where[-1] == "days":
        kind = "days"
    message = next((text for start, text in _MUST_BE.items() if kind.startswith(start)), None)
    values = {"key": _key(where), "table": table_title(where[:-1]), "said": detail["msg"]}
    return Fault(path=where, message=message or "`{key}` in {table}: {said}.", values=values)


def _explain_unknown(where: Where) -> Fault:
    key, known = str(where[-1]), field_names(where[:-1])
    values = {"key": key, "table": table_title(where[:-1]), "known": ", ".join(known)}
    if where[0] == key and key in field_names(("watch",)):
        remedy = "Put it in the [watch] table."
    elif secret := _environment_key(key, known):
        return _explain_secret(where, secret)
    elif guess := nearest(key, known):
        values["guess"] = guess
        remedy = "Did you mean `{guess}`?"
    else:
        remedy = "Known here: {known}."
    return Fault(path=where, message="Unknown key `{key}` in {table}.", remedy=remedy, values=values)


def _environment_key(key: str, known: Iterable[str]) -> str | None:
    """The *_env key to use instead of a secret written in the file, or None when it is no secret."""
    named = [name for name in known if name.endswith("_env")]
    exact = f"{key}_env"
    if exact in named:
        return exact
    return (nearest(key, named) or (named or ["token_env"])[0]) if _SECRET.search(key.lower()) else None


def _explain_secret(where: Where, instead: str) -> Fault:
    return Fault(
        path=where,
        message="`{key}` in {table} is a secret, and this file is no place for secrets.",
        remedy="Put it in an environment variable (or in a file named by VARIABLE_FILE), and write the "
        'variable\'s name: {instead} = "VARIABLE".',
        values={"key": where[-1], "table": table_title(where[:-1]), "instead": instead},
    )


def _explain_missing(where: Where) -> Fault:
    values = {"key": where[-1], "table": table_title(where[:-1])}
    if where == ("watch",):
        remedy = 'Begin the file with:  [watch]  and  name = "the name of your watch".'
        return Fault(path=where, message="The [watch] table is missing.", remedy=remedy)
    remedy = (
        "Give it a name; an id is made from it."
        if where[-1] == "id"
        else "Add the key below the table's title."
    )
    return Fault(path=where, message="`{key}` is missing from {table}.", remedy=remedy, values=values)


def _explain_choice(where: Where, said: object) -> Fault:
    choices = _choices(where)
    values = {"key": _key(where), "table": table_title(where[:-1]), "said": said, "known": ", ".join(choices)}
    guess = nearest(said, choices) if isinstance(said, str) else None
    return Fault(
        path=where,
        message='`{key}` in {table} cannot be "{said}".',
        remedy='Did you mean "{guess}"? Possible: {known}.' if guess else "Possible: {known}.",
        values={**values, "guess": guess},
    )


def _choices(where: Where) -> tuple[str, ...]:
    names = [step for step in where[:-1] if isinstance(step, str)]
    hints = get_type_hints(RECORDS[names[-1] if names else ""])
    return get_args(hints.get(str(where[-1]), None))


def _key(where: Where) -> str:
    return next((step for step in reversed(where) if isinstance(step, str)), "")
