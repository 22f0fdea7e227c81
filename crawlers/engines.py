"""Which software runs a place, from one of its pages alone. Pure.

An engine is recognised by what it writes of itself (generator, application name, root element) or by at
least two of the marks of its own templates: addresses, class names, script names, copyright line.
Links to an engine's site, which any page may hold, are no mark.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from lxml import html as lxml_html

from crawlers.parsers.bodies import one_line

Engine = Literal[
    "phpbb", "vbulletin", "xenforo", "invision", "mybb", "smf", "flarum", "nodebb", "discourse", "mastodon",
    "lemmy", "wordpress",
]  # fmt: skip
HTML_FORUMS: frozenset[Engine] = frozenset({"phpbb", "vbulletin", "xenforo", "invision", "mybb", "smf"})
"""Engines whose pages the kind `forum` reads."""

LARGEST = 1_000_000
"""Characters of a page that are looked through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What gives an engine away."""

    generator: str
    """Pattern of the generator's or application's name."""
    proofs: tuple[str, ...] = ()
    """Patterns of the markup of which one is enough."""
    hints: tuple[str, ...] = ()
    """Patterns of the markup of which two are needed."""


MARKS: dict[Engine, Marks] = {
    "discourse": Marks(
        generator=r"Discourse\b", proofs=(r'<meta [^>]*name="discourse[/_]', r'id="data-discourse-setup"')
    ),
    "flarum": Marks(
        generator=r"Flarum", proofs=(r'id="flarum-(?:loading|content|json-payload)"', r"flarum\.core\.app")
    ),
    "nodebb": Marks(
        generator=r"NodeBB",
        proofs=(r'<meta [^>]*content="NodeBB', r"\bcomponent=\"(?:topic|category)/", r"nodebb\.min\.js"),
    ),
    "mastodon": Marks(
        generator=r"Mastodon", proofs=(r'<script id="initial-state"[^>]*>\s*\{"meta":\{"streaming',)
    ),
    "lemmy": Marks(generator=r"Lemmy", proofs=(r"window\.isoData\s*=", r'id="lemmy-')),
    "xenforo": Marks(
        generator=r"XenForo",
        proofs=(r'<html[^>]* id="XenForo"', r'<html[^>]* id="XF"', r"data-xf-init=", r"XF\.extendObject\("),
        hints=(
            r"\bclass=\"[^\"]*\bPageNav\b",
            r"XenForo\.",
            r"css\.php\?css=xenforo",
            r"data-cookieprefix=\"xf_",
        ),
    ),
    "vbulletin": Marks(
        generator=r"vBulletin",
        proofs=(r"\bvBulletin_init\(\)", r"clientscript/vbulletin[_-]", r"vbulletin_global\.js"),
        hints=(
            r"\bvBulletin\b",
            r"\bvBmenu\b|\bvbmenu_",
            r"forumdisplay\.php",
            r"showthread\.php\?(?:t=|\d)",
            r"vbulletin",
            r"clientscript/",
            r"\bvb_(?:login|bbuserid)|\bSECURITYTOKEN\b",
        ),
    ),
    "invision": Marks(
        generator=r"Invision|IP\.Board|IPS Community",
        proofs=(
            r"\bipsSettings\b",
            r"\bipb\.vars\[",
            r"data-ips(?:hook|template)",
            r"\bipsApp\b",
            r"ips\.ui\.",
            r"ipb_register_|\bipb_styles\b",
        ),
        hints=(
            r"\bipsType_|\bipsLayout|\bipsPagination\b|\bipsButton\b",
            r"\bpost_block\b",
            r"app=core&(?:amp;)?module=",
            r"\bipbmain|\bipbtable|\bipbfs_",
            r"Invision Power|IP\.Board",
        ),
    ),
    "mybb": Marks(
        generator=r"MyBB",
        proofs=(r"Powered By\s*<a [^>]*mybb\.com", r"MyBB\.\w+\s*=|\bmy_post_key\b"),
        hints=(r"jscripts/general\.js", r"showthread\.php\?tid=", r"forumdisplay\.php\?fid=", r"\bmybb\b"),
    ),
    "smf": Marks(
        generator=r"\bSMF\b|Simple Machines",
        proofs=(r"\bsmf_(?:theme_url|scripturl|iso_case_folding|avatarMaxWidth|images_url)\b",),
        hints=(
            r"index\.php\?(?:PHPSESSID=\w+&(?:amp;)?)?(?:board|topic)[=,]\d",
            r"Simple Machines",
            r"\bsmf(?:_|theme|logo|footer)",
            r"class=\"navPages\"",
            r"\bcatbg\b",
        ),
    ),
    "phpbb": Marks(
        generator=r"phpBB",
        proofs=(
            r'<body[^>]* id="phpbb"',
            r"\bphpbb\.(?:plugins|alert|ajax)",
            r'<div id="phpbb_alert"',
            r"Powered by\s*(?:<[^>]+>\s*)?phpBB",
            r"Développé par\s*<a [^>]*phpbb\.com",
        ),
        hints=(
            r"viewtopic\.php\?",
            r"viewforum\.php\?",
            r"ucp\.php\?mode=|memberlist\.php\?mode=",
            r"posting\.php\?mode=|profile\.php\?mode=",
            r"\bprosilver\b|\bsubsilver",
            r"\bphpBB\b",
        ),
    ),
    "wordpress": Marks(generator=r"WordPress", hints=(r"/wp-content/", r"/wp-includes/", r"/wp-json/")),
}
"""Order matters: the first that fits is believed, those sure of themselves before the old ones."""


def recognise_engine(tree: lxml_html.HtmlElement, text: str) -> Engine | None:
    """The engine of a page, its tree and its source text given; None when none is sure."""
    generator = read_generator(tree)
    source = text[:LARGEST]
    for engine, marks in MARKS.items():
        if generator and re.search(marks.generator, generator, re.IGNORECASE):
            return engine
    return next((engine for engine, marks in MARKS.items() if _shows(marks, source)), None)


def read_generator(tree: lxml_html.HtmlElement) -> str:
    """What a page says it was made with."""
    names = ("generator", "application-name", "copyright")
    found = (
        one_line(str(meta.get("content") or ""))[:200]
        for meta in tree.xpath("//meta[@name and @content]")
        if str(meta.get("name")).lower() in names
    )
    return " ".join(found)


def _shows(marks: Marks, source: str) -> bool:
    if any(re.search(proof, source) for proof in marks.proofs):
        return True
    # Two hints in the pages of any other site are chance: a tutorial on phpBB names its files.
    return sum(re.search(hint, source) is not None for hint in marks.hints) >= 3
