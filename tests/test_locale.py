"""Every text a reader meets has its French, with the same places to fill and French typography."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from inspect import cleandoc
from io import BytesIO
from pathlib import Path

import click
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import cli
from watchlists.errors import VeilleurError
from watchlists.messages import CATALOGUES, load_messages

ROOT = Path(cli.__file__).parent
FRENCH = ROOT / "watchlists" / "locale" / "fr" / "LC_MESSAGES"
KEYWORDS = {"gettext": None, "_": None, "ngettext": (1, 2)}
TEMPLATES = [("**/templates/**.html", "jinja2")]
ERRORS = {each.__name__ for each in VeilleurError.__subclasses__()} | {
    "VeilleurError",
    "LedgerError",
    "IndexDamaged",
    "QueryError",
    "query_error",
}
PLACE = re.compile(r"\{\w*\}|%\(\w+\)[a-z]")


def sources_of(package: str) -> list[Path]:
    return [ROOT / "cli.py"] if package == "cli" else sorted((ROOT / package).rglob("*.py"))


def calls(package: str) -> Iterator[ast.Call]:
    for path in sources_of(package):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        yield from (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def marked(package: str) -> Iterator[tuple[str, ...]]:
    """Texts given to gettext, in code (f-strings included) and in templates."""
    for call in calls(package):
        if (name := name_of(call.func)) in KEYWORDS:
            texts = [list(literals(each)) for each in call.args[: 2 if name == "ngettext" else 1]]
            yield from zip(*texts, strict=True) if all(texts) else ()
    if package != "cli":
        for _, _, found, _, _ in extract_from_dir(str(ROOT / package), TEMPLATES, keywords=KEYWORDS):
            yield (found,) if isinstance(found, str) else tuple(found[:2])


def raised(package: str) -> Iterator[tuple[str, ...]]:
    """The literal parts of errors raised on purpose: cli.py translates them when it tells them."""
    for call in calls(package):
        if name_of(call.func) in ERRORS:
            given = [*call.args, *(each.value for each in call.keywords if each.arg in {"why", "remedy"})]
            yield from (
                (part,)
                for each in given
                for part in literals(each)
                if re.search(r"[A-Za-z]", PLACE.sub("", part))
            )


def name_of(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def literals(value: ast.expr) -> Iterator[str]:
    """The text of a literal, or of both sides of a choice between literals."""
    if isinstance(value, ast.IfExp):
        yield from literals(value.body)
        yield from literals(value.orelse)
    elif isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value


def catalogue(name: str) -> Catalog:
    path = FRENCH / f"{name}.po"
    return read_po(BytesIO(path.read_bytes()), locale="fr") if path.is_file() else Catalog(locale="fr")


@pytest.mark.parametrize("package", CATALOGUES)
def test_every_text_has_its_french(package: str) -> None:
    known = {
        each.id if isinstance(each.id, tuple) else (each.id,)
        for name in CATALOGUES
        for each in catalogue(name)
        if each.id and (all(each.string) if isinstance(each.string, tuple) else each.string)
    }

    missing = sorted({*marked(package), *raised(package)} - known)

    assert missing == []


@pytest.mark.parametrize("package", CATALOGUES)
def test_the_french_fills_the_same_places(package: str) -> None:
    for message in catalogue(package):
        if message.id:
            english = message.id if isinstance(message.id, tuple) else (message.id,)
            french = message.string if isinstance(message.string, tuple) else (message.string,)
            wanted = {place for text in english for place in PLACE.findall(text)}
            for text in french:
                assert set(PLACE.findall(text)) <= wanted, message.id
            assert {place for text in french for place in PLACE.findall(text)} == wanted, message.id


@pytest.mark.parametrize("package", CATALOGUES)
def test_the_french_is_typeset_as_french(package: str) -> None:
    for message in catalogue(package):
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        for text in texts if message.id else ():
            assert not re.search(r" [:;!?»]", text), text
            assert not re.search(r"«(?![\u00a0\u202f]|$)", text), text
            assert not re.search(r"\w'\w", re.sub(r"`[^`]*`", "", text)), text


def test_plurals_follow_french_rules() -> None:
    french = load_messages("fr")

    assert french.ngettext("{n} source", "{n} sources", 0) == "{n} source"
    assert french.ngettext("{n} source", "{n} sources", 2) == "{n} sources"


def helps(command: click.Command, context: click.Context) -> Iterator[str]:
    """The help of a command, of its options and of its subcommands, in English."""
    yield from (cleandoc(text) for each in (command, *command.params) if (text := getattr(each, "help", "")))
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from helps(found, context)


def test_every_help_text_has_its_french() -> None:
    context = click.Context(cli.veilleur, obj=replace(cli.start_context(), language="en"))
    french = load_messages("fr")

    untranslated = sorted({text for text in helps(cli.veilleur, context) if french.gettext(text) == text})

    assert untranslated == []
