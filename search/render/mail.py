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

from search.editions.digest import Chart, Digest
from search.editions.notice import Notice
from search.render.headings import read_headings
from search.render.html import make_environment
from search.render.tables import tone_cells
from search.wording.plain import plain
from watchlists.messages import Messages
from watchlists.slugs import make_slug

if TYPE_CHECKING:
    from datetime import datetime

    from search.deliver.parcel import Letter
    from watchlists.model import Mail

TALLEST = 32
SCALE = 4
"""A full bar stands for at least four, as in the page's pictures."""


def render_mail(digest: Digest, messages: Messages, *, link: str = "") -> str:
    """The HTML part: every style inlined, nothing loaded from anywhere."""
    head = read_headings(messages)
    return inline_page(
        "mail.html",
        digest=digest,
        head=head,
        tone=tone_cells(digest.tone, head) if digest.tone else (),
        address=link,
        read_online=messages.gettext("Read this page in the browser"),
    )


def render_notice(notice: Notice, messages: Messages) -> str:
    """The HTML part of an alert, or of the finds of a search."""
    return inline_page("notice.html", digest=notice, head=read_headings(messages))


def inline_page(template: str, **values: object) -> str:
    import css_inline

    page = (
        _environment()
        .get_template(template)
        .render(
            style=Markup((files("search.render") / "templates" / "mail.css").read_text(encoding="utf-8")),  # noqa: S704  (our own file)
            policy="",
            marks_quotes=True,  # mail programs do not draw the marks of a <q>
            **values,
        )
    )
    inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=False)
    return str(inliner.inline(page))


def make_message(letter: Letter, settings: Mail, *, to: str, watch: str, now: datetime) -> EmailMessage:
    """The message for one address; the same letter and address always give the same Message-ID."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = letter.subject
    message["From"] = Address(plain(watch, limit=60), addr_spec=settings.sender)
    message["To"] = Address(addr_spec=to)
    message["Date"] = format_datetime(now)
    for name, value in _headers(letter, settings, to=to, watch=watch):
        message[name] = value
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = letter.language  # set last: it would go to the first part alone
    for each in letter.attachments:
        kind, _, subtype = each.kind.partition("/")
        message.add_attachment(each.body, maintype=kind, subtype=subtype, filename=each.name)
    return message


def _headers(letter: Letter, settings: Mail, *, to: str, watch: str) -> list[tuple[str, str]]:
    domain = settings.sender.rpartition("@")[2]
    slug = make_slug(watch)
    seed = f"{watch}|{letter.seed}|{to}"
    stop = settings.unsubscribe or f"mailto:{settings.sender}?subject=unsubscribe"
    headers = [
        ("Message-ID", f"<{sha256(seed.encode()).hexdigest()[:32]}@{domain}>"),
        ("List-Id", f"<{slug}.veilleur.{domain}>"),
        ("List-Unsubscribe", f"<{stop}>"),
        ("Auto-Submitted", "auto-generated"),
    ]
    headers += [("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")] if stop.startswith("https:") else []
    return headers + ([("Importance", "high")] if letter.is_urgent else [])


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = make_environment()
    environment.filters["month"] = draw_bars
    environment.filters["share"] = lambda _share: ""  # its number stands beside it
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
