"""Bodies as places give them: their text, their links, and whether they are only a beginning.

Nothing here makes a body safe to show: that is done where it is shown.
"""

from __future__ import annotations

import html
import re
from urllib.parse import urljoin

from lxml import etree
from lxml import html as lxml_html

MOST_LINKS = 200
TEASER_LENGTH = 500
"""Characters under which a summary without full content is taken for a beginning."""

_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_SPACE = re.compile(r"\s+")
_TEASER_END = re.compile(
    r"(?:…|\.\.\.|\[\s*(?:…|\.\.\.|&hellip;)\s*\]"
    r"|read more|continue reading|keep reading|learn more|lire (?:la suite|plus|l[’']article)"
    r"|en savoir plus|continuer (?:la|à) lire|the post .{1,200} appeared first on .{1,100})"
    r"[\s.»→>!)\]]*$",
    re.IGNORECASE,
)


def clean(text: str) -> str:
    """The text without what no file or database can hold: control characters, lone surrogates."""
    return _UNSTORABLE.sub("", text)


def one_line(text: str) -> str:
    """The text on one line, spaces collapsed."""
    return _SPACE.sub(" ", clean(text)).strip()


def plain_text(markup: str) -> str:
    """What a reader sees of a piece of HTML, on one line."""
    if "<" not in markup:
        return one_line(html.unescape(markup))
    tree = parse_fragment(markup)
    return "" if tree is None else one_line(" ".join(tree.itertext()))


def escape_text(text: str) -> str:
    """Plain text as HTML that shows the same, paragraphs kept."""
    paragraphs = [html.escape(part.strip(), quote=False) for part in re.split(r"\n\s*\n", clean(text))]
    return "".join(f"<p>{part}</p>" for part in paragraphs if part)


def parse_fragment(markup: str) -> lxml_html.HtmlElement | None:
    """The tree of a piece of HTML without scripts, styles and comments; None when there is none."""
    try:
        tree = lxml_html.fragment_fromstring(clean(markup), create_parent="div")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return None
    etree.strip_elements(tree, "script", "style", "noscript", etree.Comment, with_tail=False)
    return tree


def find_links(markup: str, *, base: str) -> tuple[str, ...]:
    """The distinct http and https links of a body, absolute, in order."""
    if "href" not in markup and "HREF" not in markup:
        return ()
    tree = parse_fragment(markup)
    if tree is None:
        return ()
    hrefs = dict.fromkeys(str(href) for href in tree.xpath(".//a/@href"))
    found = (absolute_link(href, base=base) for href in list(hrefs)[: 2 * MOST_LINKS])
    return tuple(dict.fromkeys(link for link in found if link))[:MOST_LINKS]


def absolute_link(href: str, *, base: str) -> str | None:
    """An address as an absolute http or https URL; None for every other kind."""
    try:
        link = urljoin(base, clean(href).strip())
    except ValueError:
        return None
    return link if link.lower().startswith(("http://", "https://")) and len(link) <= 2000 else None


def looks_like_teaser(markup: str) -> bool:
    """Whether a summary is only the beginning of something longer."""
    text = plain_text(markup)
    return len(text) < TEASER_LENGTH or bool(_TEASER_END.search(text[-320:]))
