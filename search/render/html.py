"""The digest as one self-contained HTML page: no script, nothing loaded from anywhere."""

from __future__ import annotations

from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from search.editions.digest import Digest
from search.render.headings import read_headings
from search.render.tables import tone_cells
from search.wording.charts import draw_month
from watchlists.messages import Messages


def render_html(digest: Digest, messages: Messages) -> str:
    """The whole page; ends in one newline."""
    style = read_style("digest.css")
    template = _environment().get_template("digest.html")
    head = read_headings(messages)
    return template.render(
        digest=digest,
        head=head,
        tone=tone_cells(digest.tone, head) if digest.tone else (),
        style=Markup(style),  # noqa: S704  (our own file)
        policy=make_policy(style),
        marks_quotes=False,
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = make_environment()
    environment.filters["month"] = draw_month
    return environment


def make_environment() -> Environment:
    """What the page and the mail are written with: everything escaped, nothing missing."""
    return Environment(
        loader=PackageLoader("search.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


@lru_cache
def read_style(*names: str) -> str:
    """Our own style sheets, one after another."""
    folder = files("search.render") / "templates"
    return "".join((folder / name).read_text(encoding="utf-8") for name in names)


def make_policy(style: str) -> str:
    """A Content-Security-Policy that lets nothing in but this very style sheet."""
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
