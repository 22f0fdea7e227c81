"""robots.txt as RFC 9309 and Google's reference matcher read it. Pure.

Own code because a verdict must name the rule and line behind it, which no library tells, and
because patterns are hostile: matching is linear in the length of the pattern and of the path.

- The groups that name our product token are ours, all of them together; without one, those of `*`.
- The longest matching pattern decides; Allow wins a tie; no match allows.
- `*` is any run of characters, `$` at the end anchors; `/index.html` allowed allows its folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

LARGEST = 500 * 1024
"""Bytes read; the rest of a longer file is ignored, as RFC 9309 allows."""
LONGEST_LINE = 16_664
LONGEST_DELAY = 86_400.0

_TOKEN = re.compile(r"[a-zA-Z_-]+")
_LINE_END = re.compile(rb"\r\n|\r|\n")
_ESCAPE = re.compile(r"%[0-9a-fA-F]{2}")
_AGENT_KEYS = ("user-agent", "useragent", "user agent")
_DISALLOW_KEYS = ("disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw")
_DELAY_KEYS = ("crawl-delay", "crawldelay")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line of a group."""

    is_allow: bool
    pattern: str
    line: int
    """Number of the line, from 1."""

    def __str__(self) -> str:
        return f"{'Allow' if self.is_allow else 'Disallow'}: {self.pattern[:100]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """May an address be read, and by which rule; no rule when nothing in the file speaks of it."""

    is_allowed: bool
    rule: Rule | None = None


@dataclass(slots=True)
class _Group:
    agents: set[str] = field(default_factory=set)
    rules: list[Rule] = field(default_factory=list)
    delay: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsRules:
    """What a robots.txt says to one agent."""

    rules: tuple[Rule, ...] = ()
    delay: float | None = None
    """Crawl-delay, in seconds."""

    def judge(self, url: str) -> Verdict:
        """The verdict on an address."""
        path = path_of(url)
        matching = [rule for rule in self.rules if rule.pattern and matches(path, rule.pattern)]
        if not matching:
            return Verdict(is_allowed=True)
        decisive = max(matching, key=lambda rule: (len(rule.pattern), rule.is_allow))
        return Verdict(is_allowed=decisive.is_allow, rule=decisive)


def read_robots(body: bytes, *, agent: str) -> RobotsRules:
    """The rules for an agent, given by its product token or whole User-Agent."""
    groups = list(_read_groups(body[:LARGEST]))
    token = product_token(agent)
    own = [group for group in groups if token and token in group.agents]
    chosen = own or [group for group in groups if "*" in group.agents]
    return RobotsRules(
        rules=tuple(rule for group in chosen for rule in group.rules),
        delay=max((group.delay for group in chosen if group.delay is not None), default=None),
    )


def product_token(agent: str) -> str:
    """The product token of a User-Agent: `Veilleur/1.0 (+https://…)` is `veilleur`."""
    found = _TOKEN.match(agent)
    return found.group().lower() if found else ""


def path_of(url: str) -> str:
    """The part of an address that rules speak of: path, parameters and query."""
    rest = url.split("#", 1)[0]
    rest = rest.split("://", 1)[-1] if "://" in rest[:16] else rest.removeprefix("//")
    start = min((at for at in map(rest.find, "/?;") if at >= 0), default=-1)
    if start < 0:
        return "/"
    return rest[start:] if rest[start] == "/" else f"/{rest[start:]}"


def matches(path: str, pattern: str) -> bool:
    """Whether a pattern matches the beginning of a path (all of it when it ends in `$`)."""
    is_anchored = pattern.endswith("$")
    first, *rest = (pattern[:-1] if is_anchored else pattern).split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    if not rest:
        return not is_anchored or at == len(path)
    for piece in rest[:-1] if is_anchored else rest:
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return not is_anchored or (path.endswith(rest[-1]) and len(path) - len(rest[-1]) >= at)


def escape_pattern(value: str) -> str:
    """A pattern as it is compared: escapes in capitals, bytes beyond ASCII escaped."""
    upper = _ESCAPE.sub(lambda found: found.group().upper(), value)
    return "".join(
        each
        if each.isascii()
        else "".join(f"%{byte:02X}" for byte in each.encode("utf-8", "surrogateescape"))
        for each in upper
    )


def _read_groups(body: bytes) -> Iterator[_Group]:
    group: _Group | None = None
    is_open = False  # agents may still join: no rule was seen yet
    for number, key, value in _read_lines(body):
        if key.startswith(_AGENT_KEYS):
            if not is_open:
                group, is_open = _Group(), True
                yield group
            assert group is not None
            group.agents.add(_agent_of(value))
        elif group is not None and key.startswith(("allow", *_DISALLOW_KEYS)):
            is_open = False
            group.rules += _rules_of(number, value, is_allow=key.startswith("allow"))
        elif group is not None and key.startswith(_DELAY_KEYS):
            is_open = False  # no rule to the RFC, but whoever writes it ends the list of agents with it
            group.delay = _read_delay(value)


def _read_lines(body: bytes) -> Iterator[tuple[int, str, str]]:
    for number, raw in enumerate(_LINE_END.split(_skip_mark(body)), start=1):
        line = raw[:LONGEST_LINE].decode("utf-8", "surrogateescape").split("#", 1)[0].strip()
        key, separator, value = line.partition(":")
        if not separator:  # a forgotten colon
            words = line.split()
            if len(words) != 2:
                continue
            key, value = words
        yield number, key.strip().lower(), value.strip()


def _skip_mark(body: bytes) -> bytes:
    """Without a byte order mark, or the part of one that is left of it."""
    for length in (3, 2, 1):
        if body.startswith(b"\xef\xbb\xbf"[:length]):
            return body[length:]
    return body


def _agent_of(value: str) -> str:
    return "*" if value == "*" or value[:2].rstrip() == "*" else product_token(value)


def _rules_of(line: int, value: str, *, is_allow: bool) -> Iterable[Rule]:
    pattern = escape_pattern(value)
    yield Rule(is_allow=is_allow, pattern=pattern, line=line)
    folder, slash, page = pattern.rpartition("/")
    if is_allow and slash and page.startswith("index.htm"):
        yield Rule(is_allow=True, pattern=f"{folder}/$", line=line)


def _read_delay(value: str) -> float | None:
    try:
        delay = float(value)
    except ValueError:
        return None
    return min(delay, LONGEST_DELAY) if delay > 0 else None
