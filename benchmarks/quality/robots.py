"""How our robots.txt rules, and protego's beside them, agree with the reference matcher's own tests.

    python benchmarks/quality/robots.py CORPORA

CORPORA holds robots-google/robots_test.cc. Its assertions are read, not run: assignments of string literals
and `EXPECT_TRUE/FALSE(IsUserAgentAllowed(robots, agent, url))`, TestPath and TestEscape pairs.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crawlers.robots_rules import escape_pattern, path_of, read_robots

_LITERAL = r'"(?:[^"\\]|\\.)*"'
_STATEMENT = re.compile(
    rf"(?P<name>\w+)(?:\[\])?\s*=\s*(?P<text>{_LITERAL}(?:\s*{_LITERAL})*)\s*;"
    rf"|EXPECT_(?P<expected>TRUE|FALSE)\(\s*IsUserAgentAllowed\((?P<arguments>.*?)\)\);"
    rf"|Test(?P<pair>Path|Escape)\((?P<given>{_LITERAL}),\s*(?P<wanted>{_LITERAL})\);",
    re.DOTALL,
)
_COMMENT = re.compile(rf"({_LITERAL})|//[^\n]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """What the reference says of one robots.txt, agent and address."""

    robots: str
    agent: str
    url: str
    is_allowed: bool


def read_assertions(source: str) -> Iterator[Assertion]:
    """The assertions on verdicts whose arguments are literals or names of literals."""
    known: dict[str, str] = {}
    for found in _STATEMENT.finditer(_COMMENT.sub(lambda each: each.group(1) or "", source)):
        if found["name"]:
            known[found["name"]] = _unquote(found["text"])
        elif found["expected"]:
            values = [_value(each, known) for each in _split_arguments(found["arguments"])]
            if None not in values and len(values) == 3:
                robots, agent, url = (str(each) for each in values)
                yield Assertion(robots=robots, agent=agent, url=url, is_allowed=found["expected"] == "TRUE")


def read_pairs(source: str, name: str) -> list[tuple[str, str]]:
    """What TestPath or TestEscape are given, and what must come out."""
    return [
        (_unquote(found["given"]), _unquote(found["wanted"]))
        for found in _STATEMENT.finditer(source)
        if found["pair"] == name
    ]


def _split_arguments(text: str) -> list[str]:
    return [each.strip() for each in re.findall(rf"(?:{_LITERAL}|[^,\"])+", text)]


def _value(text: str, known: dict[str, str]) -> str | None:
    return _unquote(text) if text.startswith('"') else known.get(text)


def _unquote(text: str) -> str:
    pieces = re.findall(_LITERAL, text)
    return "".join(
        piece[1:-1].encode("latin-1", "backslashreplace").decode("unicode_escape")
        if piece.isascii()
        else piece[1:-1].replace("\\n", "\n").replace("\\r", "\r")
        for piece in pieces
    )


def judge(case: Assertion) -> bool:
    """Our verdict."""
    return read_robots(case.robots.encode(), agent=case.agent).judge(case.url).is_allowed


def judge_by_protego(case: Assertion) -> bool:
    """protego's verdict."""
    from protego import Protego

    return bool(Protego.parse(case.robots).can_fetch(case.url, case.agent))


def main(corpora: Path) -> None:
    """Print how many assertions hold."""
    source = (corpora / "robots-google" / "robots_test.cc").read_text(encoding="utf-8")
    cases = list(read_assertions(source))
    for name, verdict in (("ours", judge), ("protego", judge_by_protego)):
        right = sum(verdict(case) == case.is_allowed for case in cases)
        print(f"{name}: {right} of {len(cases)} verdicts as the reference (goal: all)")
    for name, convert in (("Path", path_of), ("Escape", escape_pattern)):
        pairs = read_pairs(source, name)
        print(f"Test{name}: {sum(convert(given) == wanted for given, wanted in pairs)} of {len(pairs)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
