"""The example, the documents and the French texts say what the code does."""

from __future__ import annotations

import ast
import dataclasses
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from watchlists.load import load_watchlist, parse_watchlist
from watchlists.model import SOURCE_KINDS
from watchlists.query import FIELDS
from watchlists.query_parser import parse_query
from watchlists.tables import RECORDS, field_names

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "watchlists"
EXAMPLE = PACKAGE / "example.toml"
WATCHLIST_PAGE = (ROOT / "docs" / "watchlist.md").read_text("utf-8")
QUERY_PAGE = (ROOT / "docs" / "query-language.md").read_text("utf-8")
NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
TITLES = {
    "mail": "[delivery.mail]",
    "webhook": "[[delivery.webhook]]",
    "host": "[[crawl.host]]",
    **{name: f"[[{name}]]" for name in ("organisation", "source", "topic", "campaign", "search", "decision")},
}


TABLES = [(name, TITLES.get(name, f"[{name}]")) for name in RECORDS if name]


def test_the_example_is_in_order() -> None:
    watchlist = load_watchlist(EXAMPLE)

    assert watchlist.organisation("lumen") is not None
    assert {source.kind for source in watchlist.sources} >= {"feed", "discourse", "mastodon", "github"}


def test_the_example_is_in_order_with_every_optional_key_too() -> None:
    text = re.sub(r"^# (?=\[|[a-z_]+ = )", "", EXAMPLE.read_text("utf-8"), flags=re.MULTILINE)

    watchlist = parse_watchlist(text)

    assert watchlist.delivery.mail is not None
    assert watchlist.delivery.webhooks[0].kind == "mattermost"
    assert watchlist.crawl.hosts[0].port == 8080


@pytest.mark.parametrize(("name", "title"), TABLES, ids=lambda value: value.strip("[]"))
def test_every_key_of_every_table_stands_in_the_example(name: str, title: str) -> None:
    text = EXAMPLE.read_text("utf-8")
    sections = re.findall(
        rf"^(?:# )?{re.escape(title)}[^\n]*\n(.*?)(?=^(?:# )?\[|\Z)", text, re.MULTILINE | re.DOTALL
    )
    written = {
        key for section in sections for key in re.findall(r"^(?:# )?([a-z_]+) = ", section, re.MULTILINE)
    }

    assert written == set(field_names((name,))) - {"mail", "webhook"} - (
        {"host"} if name == "crawl" else set()
    )


@pytest.mark.parametrize(("name", "title"), TABLES, ids=lambda value: value.strip("[]"))
def test_every_key_of_every_table_is_documented(name: str, title: str) -> None:
    section = re.search(
        rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", WATCHLIST_PAGE, re.MULTILINE | re.DOTALL
    )

    assert section is not None
    assert tuple(re.findall(r"^\| `([a-z_]+)` \|", section[1], re.MULTILINE)) == field_names((name,))


def test_documented_defaults_are_those_of_the_records() -> None:
    for name, title in TABLES:
        section = re.search(
            rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", WATCHLIST_PAGE, re.MULTILINE | re.DOTALL
        )
        assert section is not None
        rows = dict(re.findall(r"^\| `([a-z_]+)` \| ([^|]+) \|", section[1], re.MULTILINE))
        for field in dataclasses.fields(RECORDS[name]):
            said = rows.get(field.name, "")
            if said == "required":
                assert field.default is dataclasses.MISSING
            if isinstance(field.default, bool | int) and field.default != "":
                assert said == f"`{str(field.default).lower()}`"


def test_every_kind_of_source_is_documented() -> None:
    listed = re.search(r"^Kinds: (.*?)\.$", WATCHLIST_PAGE, re.MULTILINE | re.DOTALL)

    assert listed is not None
    assert tuple(re.findall(r"`([a-z]+)`", listed[1])) == SOURCE_KINDS


def queries() -> list[str]:
    blocks = re.findall(r"^```query\n(.*?)^```", QUERY_PAGE, re.MULTILINE | re.DOTALL)
    in_tables = re.findall(r"^\| (`.*?`) \|", QUERY_PAGE, re.MULTILINE)
    return [line for block in blocks for line in block.splitlines()] + [
        query for cell in in_tables for query in re.findall(r"`([^`]+)`", cell)
    ]


@pytest.mark.parametrize("query", queries())
def test_every_documented_query_is_understood(query: str) -> None:
    assert parse_query(query, now=NOW, timezone="Europe/Paris")


def test_every_field_is_documented() -> None:
    assert {field for field in FIELDS if f"`{field}`" not in QUERY_PAGE} == set()


def texts_for_people() -> dict[str, str]:
    """Every text of the package that a reader may see, with its module."""
    modules = [*PACKAGE.glob("*.py"), *(PACKAGE / "commands").glob("*.py")]
    return {text: path.name for path in modules for text in _texts(ast.parse(path.read_text("utf-8")))}


CALLS = {
    "Fault",
    "Problem",
    "Refusal",
    "WatchlistError",
    "_",
    "_refused",
    "_unreadable",
    "gettext",
    "make_fault",
    "query_error",
    "translate",
}


def _texts(tree: ast.Module) -> Iterator[str]:
    """Literal texts handed to what shows them, and those kept for it in `message`, `remedy` and tables."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in CALLS:
                yield from _literals([*node.args, *(each.value for each in node.keywords)])
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if {getattr(target, "id", "") for target in targets} & {
                "message",
                "remedy",
                "_MUST_BE",
                "_EXPECTED",
            }:
                yield from _literals([node.value])


def _literals(nodes: list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        for each in ast.walk(node):
            if isinstance(each, ast.Constant) and isinstance(each.value, str) and " " in each.value.strip():
                yield each.value


def test_every_text_is_said_in_french_with_the_same_places() -> None:
    with (PACKAGE / "locale/fr/LC_MESSAGES/watchlists.po").open("rb") as file:
        catalogue = {message.id: message.string for message in read_po(file) if message.id}
    texts = texts_for_people()

    assert len(texts) > 100
    assert {text: module for text, module in texts.items() if not catalogue.get(text)} == {}
    for text, french in catalogue.items():
        assert set(re.findall(r"\{\w+\}", french)) == set(re.findall(r"\{\w+\}", text)), text


def test_french_texts_keep_french_typography() -> None:
    with (PACKAGE / "locale/fr/LC_MESSAGES/watchlists.po").open("rb") as file:
        french = [message.string for message in read_po(file) if message.id]

    assert [text for text in french if re.search(r"[ \w)»]'\w|(?<=\w) [;?!»]|« ", text)] == []
