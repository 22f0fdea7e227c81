"""The digest's page and mail in a real browser: axe finds nothing, nothing is wider than a telephone.

axe-core is not ours to ship: VEILLEUR_AXE names its axe.min.js (npm install axe-core).
"""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from search.alerts import watch_over
from search.render.html import render_html
from search.render.mail import render_mail, render_notice
from search.sections.notices import open_teller, tell_alert
from tests.conftest import find_chromium
from tests.delivering import parcel
from tests.memory_index import MemoryIndex
from tests.morning import END, watchlist
from tests.test_search_alerts import angry, reading, usual
from watchlists.messages import load_messages
from watchlists.model import SavedSearch

POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
TIMEOUT = 120
LOOK = """
axe.run().then(found => {
  const pre = document.createElement("pre");
  pre.id = "found";
  pre.textContent = JSON.stringify({
    violations: found.violations.map(each => each.id + ": " + each.nodes.map(node => node.html).join(" ")),
    passes: found.passes.length,
    dark: matchMedia("(prefers-color-scheme: dark)").matches,
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  });
  document.body.append(pre);
});
"""


@pytest.fixture(scope="module")
def axe() -> str:
    path = os.environ.get("VEILLEUR_AXE", "")
    if not path or not Path(path).is_file():
        pytest.skip("VEILLEUR_AXE names no axe.min.js")
    return Path(path).read_text(encoding="utf-8")


def examine(page: str, axe: str, folder: Path, *, width: int, scheme: str) -> dict[str, Any]:
    """What axe finds on the page; the page's own policy would forbid the examiner's script."""
    examined, count = POLICY.subn("", page)
    assert count <= 1
    path = folder / "page.html"
    script = f"<script>{axe}</script><script>{LOOK}</script></body>"
    path.write_text(examined.replace("</body>", script), encoding="utf-8")
    dumped = subprocess.run(
        [
            find_chromium() or "",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={folder / 'profile'}",
            f"--window-size={width},1200",
            f"--blink-settings=preferredColorScheme={0 if scheme == 'dark' else 1}",
            "--virtual-time-budget=20000",
            "--dump-dom",
            path.as_uri(),
        ],
        capture_output=True,
        timeout=TIMEOUT,
        check=True,
    ).stdout.decode()
    found = re.search(r'<pre id="found">(.*?)</pre>', dumped, re.DOTALL)
    assert found, dumped[-500:]
    result: dict[str, Any] = json.loads(html.unescape(found[1]))
    return result


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_page(axe: str, tmp_path: Path, scheme: str) -> None:
    sent = parcel(searches=(SavedSearch(id="cargo", name="Vélos-cargos", query="cargo", digest=True),))
    assert sent.digest.searches

    found = examine(render_html(sent.digest, sent.messages), axe, tmp_path, width=1280, scheme=scheme)

    assert found["violations"] == []
    assert found["passes"] > 10
    assert found["dark"] is (scheme == "dark")
    assert found["overflow"] <= 0


@pytest.mark.browser
@pytest.mark.slow
def test_axe_finds_nothing_in_the_mail(axe: str, tmp_path: Path) -> None:
    sent = parcel(language="en", link="https://veille.example/2026-11-20.html")

    found = examine(
        render_mail(sent.digest, sent.messages, link=sent.link), axe, tmp_path, width=600, scheme="light"
    )

    assert found["violations"] == []
    assert found["passes"] > 10


@pytest.mark.browser
@pytest.mark.slow
def test_axe_finds_nothing_in_the_mail_of_an_alert(axe: str, tmp_path: Path) -> None:
    index = MemoryIndex([*usual(), *angry(text="Une arnaque !", title="Arnaque")], reading())
    messages = load_messages("fr")
    teller = open_teller(index, watchlist(), messages, now=END)
    (change,) = watch_over(index, watchlist(), now=END).changes

    page = render_notice(tell_alert(teller, change), messages)
    found = examine(page, axe, tmp_path, width=600, scheme="light")

    assert found["violations"] == []
    assert found["passes"] > 10
