"""HTML as places give it -> the author's own words, as plain text.

Kept: paragraphs (a blank line between two), list entries (a line each, after "- "), emoji drawn as
images. Kept apart: earlier posts quoted in a reply, blocks of code. Dropped: scripts, forms, signatures,
"read more" tails, characters that show nothing or turn the reading direction. The tree is walked
without recursion, so that nesting cannot exhaust the stack; what is longer than MAX_HTML is cut
and noted.
"""

from __future__ import annotations

import html as entities
import re
import unicodedata
from dataclasses import dataclass, field

from lxml import etree

from pipelines.markup import LINES, is_block, part_of
from pipelines.tails import drop_tails, split_mail_quotes

MAX_HTML = 1_000_000
"""Characters read of one body; the rest is cut and noted as text_cut."""
MAX_LINKS = 500
_MAX_DEPTH = 2_000
"""The parser drops all that lies deeper than 2,048 elements; from here on tags are cut out instead."""
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_BLANKS = re.compile(r"[ \t\r\n\f\v\u0085\u2028\u2029]+")
_TAG = re.compile(r"<[^<>]*>")
_HASHTAG = re.compile(r"(?<![\w&/#.])#(\w*[^\W\d_]\w*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanText:
    """What an HTML body says, its parts apart."""

    text: str
    quotes: tuple[str, ...] = ()
    """Earlier posts quoted in this one, in order."""
    code: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    """Lower case, without the sign, in order of appearance."""
    links: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """text_cut when the body was longer than MAX_HTML."""


@dataclass(slots=True)
class _Page:
    """Where the walk puts what it finds."""

    text: list[str] = field(default_factory=list)
    quotes: list[list[str]] = field(default_factory=list)
    code: list[list[str]] = field(default_factory=list)
    links: dict[str, None] = field(default_factory=dict)
    target: list[tuple[int, list[str], str]] = field(default_factory=list)
    """Open parts, innermost last: depth of the element, its sink, and which kind of part it is."""

    def sink(self) -> list[str]:
        return self.target[-1][1] if self.target else self.text

    def part(self) -> str:
        return self.target[-1][2] if self.target else "text"


def clean_html(source: str) -> CleanText:
    """The words of a body; never raises, whatever the input."""
    notes = ("text_cut",) if len(source) > MAX_HTML else ()
    source = scrub(source[:MAX_HTML])
    if "<" not in source:
        return _from_plain(entities.unescape(source), notes)
    page = _walk(source)
    text, mail_quotes = split_mail_quotes(_join(page.text))
    text = drop_tails(text)
    return CleanText(
        text=text,
        quotes=tuple(filter(None, (*map(_join, page.quotes), *mail_quotes))),
        code=tuple(filter(None, ("".join(each).strip("\n") for each in page.code))),
        hashtags=find_hashtags(text),
        links=tuple(page.links)[:MAX_LINKS],
        notes=notes,
    )


def clean_line(source: str) -> str:
    """A title or a name as one line of plain text."""
    source = scrub(source[:2_000])
    if "<" in source:
        source = _join(_walk(source).text)
    return " ".join(scrub(entities.unescape(source)).split())


def scrub(text: str) -> str:
    """The text in composed form, without characters that show nothing, lone surrogates replaced."""
    if text.isascii() and text.isprintable():
        return text
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", _SURROGATE.sub("\ufffd", text)))


def find_hashtags(text: str) -> tuple[str, ...]:
    """Hashtags of a text, lower case, without the sign, each once."""
    if "#" not in text:
        return ()
    return tuple(dict.fromkeys(tag.lower() for tag in _HASHTAG.findall(text)))


def _from_plain(source: str, notes: tuple[str, ...]) -> CleanText:
    lines = (" ".join(line.split()) for line in scrub(source).splitlines())
    text, quotes = split_mail_quotes(_tidy("\n".join(lines)))
    text = drop_tails(text)
    return CleanText(text=text, quotes=quotes, hashtags=find_hashtags(text), notes=notes)


def _walk(source: str) -> _Page:
    page = _Page()
    # huge_tree only lifts the limit of 256 levels: the size is capped before.
    parser = etree.HTMLParser(
        encoding="utf-8", recover=True, no_network=True, huge_tree=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(source.encode("utf-8"), parser)
    except etree.XMLSyntaxError:
        root = None
    if root is None:  # nothing but markup the parser throws away
        return page
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            depth += 1
            if depth > _MAX_DEPTH:
                return _Page(text=[_BLANKS.sub(" ", entities.unescape(_TAG.sub(" ", source)))])
            _open(page, element, depth)
        else:
            _close(page, element, depth)
            depth -= 1
    return page


def _open(page: _Page, element: etree._Element, depth: int) -> None:
    tag = str(element.tag)
    kind = part_of(tag, element.get("class"))
    if kind is not None and page.part() not in {"skipped", "code"} and kind != page.part():
        _break(page.sink(), "\n\n")
        page.target.append((depth, _new_sink(page, kind), kind))
    _mark_start(page, element, tag)
    if element.text:
        page.sink().append(element.text if page.part() == "code" else _BLANKS.sub(" ", element.text))


def _close(page: _Page, element: etree._Element, depth: int) -> None:
    if page.target and page.target[-1][0] == depth:
        page.target.pop()
    if is_block(str(element.tag)):
        _break(page.sink(), "\n\n")
    elif element.tag in {"td", "th"}:
        page.sink().append(" ")
    if element.tail:
        page.sink().append(element.tail if page.part() == "code" else _BLANKS.sub(" ", element.tail))


def _mark_start(page: _Page, element: etree._Element, tag: str) -> None:
    sink = page.sink()
    if is_block(tag):
        _break(sink, "\n\n")
    elif tag in LINES:
        sink.append("\n- " if tag == "li" and page.part() != "code" else "\n")
    elif tag == "img" and "emoji" in (element.get("class") or ""):
        sink.append(element.get("alt") or "")
    elif tag == "a" and page.part() == "text":
        href = (element.get("href") or "").strip()
        if href.startswith(("http://", "https://")):
            page.links[href[:2_000]] = None


def _new_sink(page: _Page, kind: str) -> list[str]:
    sink: list[str] = []
    if kind == "quote":
        page.quotes.append(sink)
    elif kind == "code":
        page.code.append(sink)
    return sink


def _break(sink: list[str], mark: str) -> None:
    if sink and sink[-1] != mark:
        sink.append(mark)


def _join(parts: list[str]) -> str:
    return _tidy("".join(parts))


def _tidy(text: str) -> str:
    text = re.sub(r"[ \t]*\n[ \t]*", "\n", re.sub(r"[ \t]{2,}", " ", text))
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"(?m)^-\s*\n+", "", text)).strip()
