"""How often the next page is found, and how often one is invented, on pages with known pagers.

    python -m benchmarks.quality.pagination FOLDER

FOLDER holds `autopager-pagination.tar.gz`: pages, and a table of CSS selectors of their pager links.
A page counts as having a next one where the table names its link; rows marked failed are shown apart.
"""

from __future__ import annotations

import csv
import io
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crawlers.pagination import find_next, read_target
from crawlers.parsers.bodies import absolute_link
from crawlers.parsers.feed_links import parse_page

LIMIT = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A page and the addresses its next link may have."""

    name: str
    url: str
    found: str | None
    truth: frozenset[str]
    has_next: bool
    is_failed: bool

    @property
    def is_right(self) -> bool:
        """Found where there is one, none where there is none."""
        return self.found in self.truth if self.has_next else self.found is None


def read_cases(archive: Path) -> Iterator[Case]:
    """Every page of the table."""
    with tarfile.open(archive) as tar:
        table = tar.extractfile("data.csv")
        assert table is not None
        for row in csv.DictReader(io.StringIO(table.read().decode("utf-8-sig"))):
            page = tar.extractfile(f"html/{row['File Name']}.html")
            assert page is not None
            yield read_case(row, page.read())


def read_case(row: dict[str, str], body: bytes) -> Case:
    """What was found on one page, and what stands in the table."""
    url = row["Page URL"]
    tree = parse_page(body, charset=row["Encoding"] or None)
    assert tree is not None
    chosen = tree.cssselect(row["NEXT"]) if row["NEXT"] else []
    links = [link for each in chosen for link in [each, *each.iterancestors("a"), *each.iter("a")]]
    stated = next((str(href) for href in tree.xpath("//base/@href")), "")
    base = absolute_link(stated, base=url) or url
    truth = {absolute_link(href, base=base) for link in links if (href := read_target(link))}
    return Case(
        name=row["File Name"],
        url=url,
        found=find_next(tree, url),
        truth=frozenset(each for each in truth if each),
        has_next=bool(row["NEXT"]),
        is_failed=bool(row["failed"]),
    )


def main() -> int:
    """Print the shares and every miss; fail under the limit."""
    cases = list(read_cases(Path(sys.argv[1]) / "autopager-pagination" / "autopager-pagination.tar.gz"))
    shares = []
    for title, has_next in (("next page found", True), ("none invented", False)):
        some = [case for case in cases if case.has_next is has_next and not case.is_failed]
        right = sum(case.is_right for case in some)
        shares.append(right / len(some))
        print(f"{title}: {right} of {len(some)} ({shares[-1]:.1%}; limit {LIMIT:.0%})")
    failed = [case for case in cases if case.is_failed]
    print(f"rows marked failed: {sum(case.is_right for case in failed)} of {len(failed)}")
    for case in cases:
        if not case.is_right:
            print(f"  {case.name} {case.url}: {case.found} instead of {sorted(case.truth)}")
    return int(min(shares) < LIMIT)


if __name__ == "__main__":
    sys.exit(main())
