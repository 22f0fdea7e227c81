"""How often the software of a forum is recognised, and how often a forum is seen in other pages.

    python -m benchmarks.quality.engines FOLDER

FOLDER holds `formasaurus-pages.tar.gz` (forum pages with their engines) and `readability-pages.tar.gz`
(articles and front pages of other sites).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from benchmarks.quality.articles import unpack
from crawlers.engines import HTML_FORUMS, Engine, recognise_engine
from crawlers.parsers.article import decode_page
from crawlers.parsers.feed_links import parse_page

LIMIT_FOUND = 0.95
LIMIT_INVENTED = 0.02
FORUMS = HTML_FORUMS | {"flarum", "nodebb", "discourse"}


def recognise(body: bytes) -> Engine | None:
    """The engine of a page."""
    text = decode_page(body)
    tree = parse_page(text.encode("utf-8", "replace"), charset="utf-8")
    return recognise_engine(tree, text) if tree is not None else None


def main() -> int:
    """Print both shares and every miss; fail beyond the limits."""
    corpora = Path(sys.argv[1])
    pages = unpack(corpora / "formasaurus-pages" / "formasaurus-pages.tar.gz")
    truth = {name: each["engine"].lower() for name, each in json.loads(pages["engines.json"]).items()}
    found = {name: recognise(pages[name]) for name in truth}
    wrong = {name: engine for name, engine in found.items() if engine != truth[name]}
    right = 1 - len(wrong) / len(truth)
    print(
        f"engine recognised: {len(truth) - len(wrong)} of {len(truth)} ({right:.1%}; limit {LIMIT_FOUND:.0%})"
    )

    others = unpack(corpora / "readability-pages" / "readability-pages.tar.gz")
    articles = {name: body for name, body in others.items() if name.endswith("source.html")}
    invented = {name: e for name, body in articles.items() if (e := recognise(body)) in FORUMS}
    share = len(invented) / len(articles)
    print(
        f"forum seen elsewhere: {len(invented)} of {len(articles)} ({share:.1%}; limit {LIMIT_INVENTED:.0%})"
    )
    for name, engine in {**wrong, **invented}.items():
        print(f"  {name}: {engine} instead of {truth.get(name)}")
    return int(right < LIMIT_FOUND or share > LIMIT_INVENTED)


if __name__ == "__main__":
    sys.exit(main())
