"""Where each key of a TOML text stands: tables with their lines, for error messages and edits.

The text must already be known to be TOML (tomllib read it): this reads only its layout.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

Step = str | int
Where = tuple[Step, ...]
"""Path of a table or key: ("source", 3, "url") is `url` of the fourth `[[source]]`."""

_KEY = r"""(?:[A-Za-z0-9_-]+|"(?:\\.|[^"\\\n])*"|'[^'\n]*')"""
_KEYS = re.compile(rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*")
_ONE_KEY = re.compile(_KEY)
_SPACE = re.compile(r"[ \t]*")
_GAP = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_VALUE_PART = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*|[\[{]|[\]}]|\n|[^\"'\#\[\]{}\n]+|.",
    re.DOTALL,
)


@dataclass(slots=True, kw_only=True)
class Block:
    """One table as written: its header's line, and where its text begins and its last value stops."""

    path: Where
    line: int
    begin: int
    stop: int
    keys: dict[tuple[str, ...], int] = field(default_factory=dict)


class Layout:
    """The tables of a TOML text in order, the root first, and where each key stands."""

    def __init__(self, text: str) -> None:
        self.blocks = tuple(_Reader(text).blocks())
        self._lines: dict[Where, int] = {}
        for block in reversed(self.blocks):  # so that an array of tables is found at its first entry
            self._lines[block.path] = block.line
            if block.path and isinstance(block.path[-1], int):
                self._lines[block.path[:-1]] = block.line
        for block in self.blocks:
            self._lines.update({block.path + key: line for key, line in block.keys.items()})

    def find_line(self, path: Where) -> int:
        """The line of a key, else of the nearest table around it, else 1."""
        around = (path[:length] for length in range(len(path), 0, -1))
        return next((self._lines[each] for each in around if each in self._lines), 1)


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0
        self._line = 1
        self._counts: dict[Where, int] = {}

    def blocks(self) -> Iterator[Block]:
        block = Block(path=(), line=1, begin=0, stop=0)
        while self._skip_to_statement():
            if self._text[self._position] == "[":
                yield block
                block = self._read_header()
            else:
                line = self._line
                key = self._read_key()
                self._skip_value()
                block.keys.setdefault(key, line)
                block.stop = self._position
        yield block

    def _skip_to_statement(self) -> bool:
        self._skip(_GAP)
        return self._position < len(self._text)

    def _skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._position)
        assert found is not None, "tomllib read this text before"
        self._line += found.group().count("\n")
        self._position = found.end()
        return found.group()

    def _read_header(self) -> Block:
        line, begin = self._line, self._position
        is_array = self._text.startswith("[[", begin)
        self._position += 2 if is_array else 1
        self._skip(_SPACE)
        path = self._resolve(self._read_key(), is_array=is_array)
        self._skip_value()
        return Block(path=path, line=line, begin=begin, stop=self._position)

    def _resolve(self, names: tuple[str, ...], *, is_array: bool) -> Where:
        path: Where = ()
        for name in names[:-1]:
            path = self._latest((*path, name))
        path = (*path, names[-1])
        if is_array:
            self._counts[path] = self._counts.get(path, -1) + 1
        return self._latest(path)

    def _latest(self, path: Where) -> Where:
        return (*path, self._counts[path]) if path in self._counts else path

    def _read_key(self) -> tuple[str, ...]:
        return tuple(key.strip("\"'") for key in _ONE_KEY.findall(self._skip(_KEYS)))

    def _skip_value(self) -> None:
        depth = 0
        while self._position < len(self._text):
            part = self._skip(_VALUE_PART)
            depth += (part in "[{") - (part in "]}")
            if part == "\n" and depth <= 0:
                return
