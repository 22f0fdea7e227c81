"""The digest as an e-mail: HTML that old clients show (600 px, styles inlined, no SVG) and plain text."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment
from markupsafe import Markup

from search.digest import Chart, Digest
from search.plain import plain
from search.render.headings import read_headings
from search.render.html import make_environment
from search.render.tables import tone_cells
from watchlists.messages import Messages
from watchlists.slugs import make_slug

if TYPE_CHECKING:
    from search.deliver.parcel import Parcel
    from watchlists.model import Mail

TALLEST = 32
SCALE = 4
"""A full bar stands for at least four, as in the page's pictures."""


def render_mail(digest: Digest, messages: Messages, *, link: str = "") -> str:
    """The HTML part: every style inlined, nothing loaded from anywhere."""
    import css_inline

    head = read_headings(messages)
    page = (
        _environment()
        .get_template("mail.html")
        .render(
            digest=digest,
            head=head,
            tone=tone_cells(digest.tone, head) if digest.tone else (),
            style=Markup((files("search.render") / "templates" / "mail.css").read_text(encoding="utf-8")),  # noqa: S704  (our own file)
            policy="",
            marks_quotes=True,  # mail programs do not draw the marks of a <q>
            address=link,
            read_online=messages.gettext("Read this page in the browser"),
        )
    )
    inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=False)
    return str(inliner.inline(page))


def make_message(parcel: Parcel, settings: Mail, *, to: str, watch: str) -> EmailMessage:
    """The message for one address; the same digest and address always give the same Message-ID."""
    digest = parcel.digest
    message = EmailMessage(policy=SMTP)
    message["Subject"] = digest.subject or digest.title
    message["From"] = Address(plain(watch, limit=60), addr_spec=settings.sender)
    message["To"] = Address(addr_spec=to)
    for name, value in _headers(parcel, settings, to=to, watch=watch):
        message[name] = value
    message.set_content(parcel.renderings["text"].decode(), cte="quoted-printable")
    html = render_mail(digest, parcel.messages, link=parcel.link)
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message


def _headers(parcel: Parcel, settings: Mail, *, to: str, watch: str) -> list[tuple[str, str]]:
    domain = settings.sender.rpartition("@")[2]
    slug = make_slug(watch)
    seed = f"{watch}|{parcel.kept.window.end.isoformat()}|{parcel.kept.key}|{to}"
    stop = settings.unsubscribe or f"mailto:{settings.sender}?subject=unsubscribe"
    headers = [
        ("Date", format_datetime(parcel.now)),
        ("Message-ID", f"<{sha256(seed.encode()).hexdigest()[:32]}@{domain}>"),
        ("List-Id", f"<{slug}.veilleur.{domain}>"),
        ("List-Unsubscribe", f"<{stop}>"),
        ("Auto-Submitted", "auto-generated"),
        ("Content-Language", parcel.digest.language),
    ]
    one_click = [("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")]
    return headers + (one_click if stop.startswith("https:") else [])


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = make_environment()
    environment.filters["month"] = draw_bars
    return environment


def draw_bars(chart: Chart) -> Markup:
    """The month as a table of bars; the sentence below it says the same, so readers may skip it."""
    top = max([SCALE, *(count for count in chart.counts if count is not None)])
    last = len(chart.counts) - 1
    cells = Markup("").join(
        _cell(count, top, kind="last" if position == last else "day")
        for position, count in enumerate(chart.counts)
    )
    return Markup(
        '<table class="month" role="presentation" aria-hidden="true" cellpadding="0" cellspacing="1">'
        "<tr>{cells}</tr></table>"
    ).format(cells=cells)


def _cell(count: int | None, top: int, *, kind: str) -> Markup:
    if count is None:
        return Markup('<td class="gap">·</td>')
    height = max(2, round(TALLEST * count / top)) if count else 1
    return Markup('<td class="bar"><div class="{kind}" style="height:{height}px"></div></td>').format(
        kind=kind, height=height
    )
