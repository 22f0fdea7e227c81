"""`veilleur explain` shows what is understood of one text."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import start_context, veilleur
from pipelines.store import Entry, Store
from tests.archived import item, opened, put
from tests.test_pipelines_story_pass import STAMP
from tests.test_pipelines_tone import document

WATCHLIST = """
[watch]
name = "Essai"
language = "fr"

[[organisation]]
id = "acme"
name = "Acme"

[[source]]
id = "blog"
url = "https://blog.acme.example/feed"
organisation = "acme"

[[topic]]
id = "panne"
name = "Panne"
query = "panne"
"""


def explain(folder: Path, *arguments: str, stdin: bytes | None = None) -> Result:
    words = ["explain", "--watch", str(folder), *arguments]
    return CliRunner().invoke(veilleur, words, input=stdin, obj=start_context())


@pytest.fixture
def watch(tmp_path: Path) -> Path:
    (tmp_path / "watchlist.toml").write_text(WATCHLIST, "utf-8")
    return tmp_path


def test_a_text_is_explained_as_a_table(watch: Path) -> None:
    result = explain(watch, "<p>La panne d’Acme dure depuis hier.</p><blockquote>Déjà dit</blockquote>")

    assert result.exit_code == 0, result.output
    lines = {line.split("  ")[0]: line for line in result.output.splitlines()}
    assert "Acme · Acme ×1 · name" in lines["mentions"]
    assert "panne" in lines["sujets"]
    assert "Déjà dit" in lines["cité, non compté"]


def test_the_same_is_told_as_json(watch: Path) -> None:
    result = explain(watch, "--json", "La panne d’Acme dure depuis hier.")

    told = json.loads(result.output)
    assert told["document"]["language"] == "fr"
    assert told["document"]["mentions"][0]["organisation"] == "acme"


def test_a_file_and_standard_input_are_read(watch: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<p>La panne d’Acme dure depuis hier.</p>", "utf-8")

    from_file = explain(watch, "--json", str(page))
    from_input = explain(watch, "--json", "-", stdin=page.read_bytes())

    assert json.loads(from_file.output)["document"]["text"] == "La panne d’Acme dure depuis hier."
    assert json.loads(from_input.output)["document"]["text"] == "La panne d’Acme dure depuis hier."


def test_an_address_is_looked_up_in_the_archive(watch: Path) -> None:
    post = item()
    with opened(watch / ".veilleur") as archive:
        put(archive, post)

    result = explain(watch, "--json", post.permalink)

    assert json.loads(result.output)["document"]["title"] == post.title


def test_what_only_other_documents_tell_is_shown_as_the_last_run_found_it(watch: Path) -> None:
    post = item(html="<p>Rien à signaler.</p>")
    with opened(watch / ".veilleur") as archive:
        put(archive, post)
    stored = replace(document("Rien"), id=post.id, subject="pistes cyclables", story="s")
    store = Store.open(watch / ".veilleur" / "understood.db")
    store.put([Entry(document=stored, stamp=STAMP)])
    store.close()

    table = explain(watch, post.permalink).output
    told = json.loads(explain(watch, "--json", post.permalink).output)

    assert "sujet non suivi" in table
    assert "pistes cyclables" in table
    assert told["document"]["story"] == "s"


def test_a_file_that_is_no_store_is_left_as_it_is(watch: Path) -> None:
    post = item()
    with opened(watch / ".veilleur") as archive:
        put(archive, post)
    broken = watch / ".veilleur" / "understood.db"
    broken.write_bytes(b"no database" * 100)

    result = explain(watch, "--json", post.permalink)

    assert json.loads(result.output)["document"]["subject"] == ""
    assert broken.read_bytes() == b"no database" * 100


def test_an_unknown_address_is_not_fetched(watch: Path) -> None:
    result = explain(watch, "https://elsewhere.example/")

    assert result.exit_code != 0


def test_it_works_without_a_watchlist(tmp_path: Path) -> None:
    result = explain(tmp_path, "Payments have been failing since this morning.")

    assert result.exit_code == 0, result.output
    assert "language" in result.output


def test_a_terminal_is_told_no_control_characters(watch: Path) -> None:
    result = explain(watch, "Panne \x1b[31m rouge \x07 et\x85suite de la panne d’hier")

    assert "\x1b" not in result.output
    assert "\x07" not in result.output
