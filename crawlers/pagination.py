"""The next page of a list or a thread, from the page alone. Pure.

A link is believed by the sum of what speaks for it: its `rel`, its words, its class names, the page number
in its address. Links that lead to another article, another month or another site do not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import html as lxml_html

from crawlers.parsers.bodies import absolute_link, one_line

ENOUGH = 3
"""Points from which a link is believed."""
MOST_LINKS = 3000
LONGEST_LABEL = 30
"""Longer texts are titles: of the next article, not of the next page."""

_WORDS = re.compile(
    r"(?:(?:the )?next(?: page(?: - results .*)?| \d+)?|newer (?:posts|entries|articles)|page"
    r" suivante|suivante?s?|weiter|nächste(?: seite)?|siguientes?|"
    r"próxim[ao]s?|proxim[ao]|volgende(?: pagina)?|avanti|successiv[aeo]|prossim[ao]|seguinte|neste|nästa|"
    r"næste|następna|dalej|след(?:ующ(?:ая|ие|ий))?|далее|вперед|вперёд|次へ?|次のページ|新しい投稿|下一页|下一頁"
    r"|επόμεν\w*|sonraki)",
    re.IGNORECASE,
)
_ARROWS = frozenset("»›>→⟩❯≫▶►")
_NEXT_CLASS = re.compile(
    r"(?:^|[^a-z])(?:next|suivant)|(?:next|Next)(?![a-z]{3})|nextpost|pagenavnext", re.IGNORECASE
)
_PREVIOUS = re.compile(r"prev(?!iew)|précédent|precedent|anterior|zurück|назад", re.IGNORECASE)
_BOTH = re.compile(r"prev[-_]?next|next[-_]?prev", re.IGNORECASE)
_PAGER = re.compile(r"pag(?:e|in)|wp-page|pager|nav-links", re.IGNORECASE)
_NO_PAGER = re.compile(
    r"calendar|slider|carousel|slick|swiper|gallery|lightbox|tribe-|month|date-(?:next|prev|nav)"
    r"|ticker|banner",
    re.IGNORECASE,
)
_ENTRY = re.compile(r"post-?nav|nextpost(?!slink)|single-nav|entry-nav", re.IGNORECASE)
_ALL = re.compile(r"(?:limit|show|view|per_?page|page)=all(?:&|$)|/all/?$", re.IGNORECASE)
_PAGE_PARAMETER = re.compile(r"(?:^|&)(?:page\w*|paged?|p|start|st|offset)=\d+", re.IGNORECASE)
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link of a page and what it says of itself."""

    url: str
    text: str
    rel: str
    names: str
    """Class names and ids of the link and of what is in it."""
    around: str
    """Those of the two elements around it."""


def find_next(tree: lxml_html.HtmlElement, url: str) -> str | None:
    """The page after this one, where a link is marked as leading there; None where none is."""
    scored = [(score(link, url), -rank, link.url) for rank, link in enumerate(_read_links(tree, url))]
    best = max(scored, default=(0, 0, ""))
    return best[2] if best[0] >= ENOUGH else None


def find_next_number(tree: lxml_html.HtmlElement, url: str) -> str | None:
    """The page after this one in a row of page numbers in which this one is no link: `1 [2] 3`."""
    for container in tree.cssselect(".pagination, .pagelinks, .pagenav, .PageNav, .ipsPagination, .pages")[
        :8
    ]:
        links = {
            text: link
            for link in container.iter("a")
            if (text := one_line(link.text_content())).isdecimal() and link.get("href")
        }
        shown = [text for text in _own_numbers(container) if text not in links]
        for number in shown[:1]:
            if (following := links.get(str(int(number) + 1))) is not None:
                return absolute_link(following.get("href") or "", base=url)
    return None


def score(link: Link, url: str) -> int:
    """How much speaks for a link leading to the page after `url`; see the module."""
    if (
        _is_elsewhere(link.url, url)
        or _ALL.search(link.url)
        or _NO_PAGER.search(f"{link.names} {link.around}")
    ):
        return 0
    words = _score_words(link.text)
    is_marked = "next" in link.rel.split()
    named = _BOTH.sub("", link.names)
    points = words + 2 * bool(_NEXT_CLASS.search(named)) + 3 * is_marked
    points += bool(_NEXT_CLASS.search(_BOTH.sub("", link.around)))
    points += bool(_PAGER.search(f"{link.around} {link.names}"))
    points += 2 * _counts_up(link.url, url)
    points -= 4 * bool(_PREVIOUS.search(f"{named} {link.text} {link.rel} {_BOTH.sub('', link.around)}"))
    points -= 2 * bool(_ENTRY.search(f"{named} {link.around}"))
    if len(link.text) > LONGEST_LABEL:
        points -= 2
    return points if words or is_marked or _NEXT_CLASS.search(named + _BOTH.sub("", link.around)) else 0


def _score_words(text: str) -> int:
    bare = text.strip(" »›>→⟩❯≫▶►[]()|.…«‹<-")
    if _WORDS.fullmatch(bare):
        return 3
    return 2 if text and not bare and set(text) & _ARROWS and len(text.strip()) == 1 else 0


def _counts_up(target: str, url: str) -> bool:
    """Whether the address differs from the page's by one number that is one greater, or by a first 2."""
    ours, theirs = _NUMBER.sub("#", url), _NUMBER.sub("#", target)
    if ours == theirs:
        pairs = zip(_NUMBER.findall(url), _NUMBER.findall(target), strict=True)
        changed = [(int(a[:9]), int(b[:9])) for a, b in pairs if a != b]
        return len(changed) == 1 and changed[0][1] > changed[0][0]
    here, there = urlsplit(url), urlsplit(target)
    if here.path == there.path and _PAGE_PARAMETER.search(there.query):
        return True
    stem = here.path.rstrip("/")
    return there.path.startswith(stem) and _NUMBER.search(there.path[len(stem) :]) is not None


def _is_elsewhere(target: str, url: str) -> bool:
    here, there = urlsplit(url), urlsplit(target)
    is_same_page = target.partition("#")[0] == url.partition("#")[0]
    bare_here, bare_there = (each.netloc.removeprefix("www.") for each in (here, there))
    return is_same_page or bare_here != bare_there


def _read_links(tree: lxml_html.HtmlElement, url: str) -> Iterator[Link]:
    base = next((str(href) for href in tree.xpath("//base/@href")), "") or url
    for element in tree.xpath("//a[@href]")[:MOST_LINKS]:
        if target := absolute_link(read_target(element), base=absolute_link(base, base=url) or url):
            yield _read_link(element, target)


def read_target(element: lxml_html.HtmlElement) -> str:
    """Where a link leads: some leave it to a script, which finds the address in `data-href`."""
    href = element.get("href") or ""
    return (element.get("data-href") or "") if href.startswith("javascript:") else href


def _read_link(element: lxml_html.HtmlElement, target: str) -> Link:
    inner = list(element.iter())[:6]
    alt = " ".join(filter(None, (each.get("alt") or each.get("title") for each in inner)))
    text = one_line(element.text_content()) or one_line(alt) or one_line(element.get("aria-label") or "")
    outer = [each for each in (element.getparent(), element.getparent().getparent()) if each is not None]
    return Link(
        url=target,
        text=text[:80],
        rel=(element.get("rel") or "").lower(),
        names=" ".join(_names(each) for each in inner),
        around=" ".join(_names(each) for each in outer),
    )


def _names(element: lxml_html.HtmlElement) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''}".strip()


def _own_numbers(container: lxml_html.HtmlElement) -> Iterator[str]:
    """Numbers that stand alone in an element that is no link."""
    for element in container.iter("span", "strong", "b", "li", "em"):
        text = one_line(element.text_content())
        if text.isdecimal() and not element.findall(".//a"):
            yield text
