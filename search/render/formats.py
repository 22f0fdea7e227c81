"""Every rendering of a digest by its name."""

from __future__ import annotations

from typing import Literal, get_args

from search.editions.digest import Digest
from search.render.html import render_html
from search.render.json import render_json
from search.render.markdown import render_markdown
from search.render.text import render_text
from watchlists.messages import Messages

Format = Literal["text", "html", "markdown", "json"]
FORMATS: tuple[Format, ...] = get_args(Format)
SUFFIXES: dict[Format, str] = {"text": "txt", "html": "html", "markdown": "md", "json": "json"}


def render(digest: Digest, format: Format, messages: Messages) -> bytes:
    """One rendering as bytes, in UTF-8."""
    if format == "json":
        return render_json(digest).encode()
    renderers = {"text": render_text, "html": render_html, "markdown": render_markdown}
    return renderers[format](digest, messages).encode()


def render_all(digest: Digest, messages: Messages) -> dict[Format, bytes]:
    """Every rendering, from the same model."""
    return {format: render(digest, format, messages) for format in FORMATS}
