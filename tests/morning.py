"""A believable watch and forty days of documents, built by hand: what digest tests stand on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from crawlers.items import Outcome
from pipelines.document import Document, Entity, ThreadMeasures
from search.window import Window
from tests.documents import document, mention, outcome
from watchlists.model import Organisation, Source, Topic, Watchlist

END = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
"""Friday 20 November 2026, 08:00 in Paris."""
WINDOW = Window(start=END - timedelta(days=1), end=END, timezone="Europe/Paris")

NIMBO = Organisation(id="nimbo", name="Nimbo", role="own", domains=("nimbo.example",))
ACME = Organisation(id="acme", name="Acme Vélo", aliases=("Acme",), domains=("acme.example",))
BOLIDE = Organisation(id="bolide", name="Bolide", domains=("bolide.example",))
CARTO = Organisation(id="carto", name="Carto Cloud", role="platform", domains=("carto.example",))
SOURCES = (
    Source(id="nimbo-forum", url="https://forum.nimbo.example", name="Forum Nimbo", organisation="nimbo"),
    Source(id="acme-blog", url="https://blog.acme.example/feed", name="Blog Acme", organisation="acme"),
    Source(id="acme-forum", url="https://forum.acme.example", name="Forum Acme", organisation="acme"),
    Source(id="bolide-news", url="https://bolide.example/rss", name="Bolide News", organisation="bolide"),
    Source(id="carto-status", url="https://status.carto.example", name="Carto Status", organisation="carto"),
    Source(id="gazette", url="https://www.gazette.example/feed", name="La Gazette des villes"),
    Source(id="cyclist", url="https://cyclist.example/feed", name="The City Cyclist"),
)


def watchlist(**changes: object) -> Watchlist:
    """The watch of a bike-sharing association, in French."""
    settings: dict[str, object] = {
        "name": "Veille Nimbo",
        "language": "fr",
        "organisations": (NIMBO, ACME, BOLIDE, CARTO),
        "sources": SOURCES,
        "topics": (Topic(id="velo-cargo", name="Vélo cargo", query='"vélo cargo"'),),
    }
    return Watchlist(**{**settings, **changes})  # type: ignore[arg-type]


def history() -> list[Document]:
    """Forty quiet days: each source publishes, people talk, nothing special."""
    found = []
    for day in range(1, 40):
        for number, source in enumerate(SOURCES):
            if (day + number) % 3 and source.id != "nimbo-forum":
                continue
            published = END - timedelta(days=day, hours=3 + number)
            found.append(
                document(
                    f"past{day:02}{number}",
                    title=f"Nouvelles ordinaires de {source.name}, {day}",
                    text="On parle du quartier, des horaires et de la météo.",
                    source=source.id,
                    owner=source.organisation,
                    published=published,
                    author=f"auteur-{(day * 7 + number) % 11}",
                    phrases=("horaire", "météo"),
                    is_backfill=day > 20,
                )
            )
    return found


def outcomes() -> list[Outcome]:
    """Read every hour for forty days, but for one source that fails and one that went silent."""
    found = []
    for hour in range(40 * 24, -1, -6):
        at = END - timedelta(hours=hour, minutes=5)
        for source in SOURCES:
            values = {"covered_from": at - timedelta(hours=6), "covered_until": at}
            if source.id == "cyclist" and hour < 20:
                values = {"state": "failed", "reason": "HTTP 503"}
            if source.id == "bolide-news" and hour < 12:
                values |= {"state": "silent", "newest": END - timedelta(days=15)}
            found.append(outcome(source.id, at, **values))
    return found


def news() -> list[Document]:
    """The last day: a launch, a breakdown, a question, a rising subject, a new place."""
    hour = timedelta(hours=1)
    launch = [
        document(
            f"launch{n}",
            title="Acme Vélo lance un abonnement « tout compris » à 19 €",
            text="Acme Vélo lance un abonnement tout compris. Casque et assurance sont inclus. À suivre.",
            source=source,
            owner="acme" if source == "acme-blog" else None,
            published=END - (9 - n) * hour,
            author=f"plume-{n}",
            author_is_staff=source == "acme-blog",
            mentions=(mention("acme"),),
            story="story-launch",
            is_copy=n == 2,
            phrases=("abonnement",),
        )
        for n, source in enumerate(("acme-blog", "gazette", "cyclist"))
    ]
    cargo = [
        document(
            f"cargo{n}",
            title=title,
            text=f"{title}. Le vélo cargo pliant arrive dans nos rues, et chacun a son avis.",
            source=source,
            owner=owner,
            published=END - (4 + n) * hour,
            author=f"voix-{n}",
            language="en" if source == "cyclist" else "fr",
            thread=f"cargo{n}" if "forum" in source else None,
            phrases=("vélo cargo pliant",),
            topics=("velo-cargo",),
            link_domains=("placevelo.example",),
            entities=(Entity(name="Cargolino", label="PRODUCT"),),
        )
        for n, (source, owner, title) in enumerate(
            (
                ("gazette", None, "Le vélo cargo pliant débarque à Nantes"),
                ("cyclist", None, "Folding cargo bikes: a week of school runs"),
                ("acme-forum", "acme", "Quelqu’un a testé le vélo cargo pliant ?"),
                ("nimbo-forum", "nimbo", "Bientôt des vélos cargo pliants chez Nimbo ?"),
            )
        )
    ]
    breakdown = document(
        "panne",
        kind="question",
        title="Bornes de la gare en panne depuis hier soir",
        text="Impossible de rendre mon vélo Nimbo à la gare. Trois bornes clignotent en rouge !",
        source="nimbo-forum",
        owner="nimbo",
        thread="panne",
        published=END - 11 * hour,
        author="voix-9",
        intent="malfunction",
        measures=ThreadMeasures(replies=2, repliers=2, first_reply_minutes=14.0),
    )
    replies = [
        document(
            f"panne-r{n}",
            kind="reply",
            text="Pareil chez moi.",
            source="nimbo-forum",
            owner="nimbo",
            thread="panne",
            parent="panne",
            published=END - 10 * hour + n * hour,
            author=f"voisin-{n}",
        )
        for n in range(2)
    ]
    press = [
        document(
            f"presse{n}",
            title=f"Nimbo, {title}",
            text=f"La coopérative Nimbo {title}. Les usagers en parlent beaucoup.",
            source=source,
            published=END - (13 + n) * hour,
            author=f"journal-{n}",
            mentions=(mention("nimbo", tone),),
        )
        for n, (source, title, tone) in enumerate(
            (
                ("gazette", "agrandit trois stations", "positive"),
                ("cyclist", "raises its late fees", "negative"),
            )
        )
    ]
    status = document(
        "carto1",
        title="Carto Cloud: API v1 retires on 1 March",
        text="Version 1 of the tiles API retires on 1 March. Move to version 2.",
        source="carto-status",
        owner="carto",
        published=END - 5 * hour,
        language="en",
    )
    late = document(
        "tardif",
        title="Bilan d’octobre des vélos partagés",
        source="gazette",
        published=END - timedelta(days=6),
        first_seen=END - 2 * hour,
    )
    return [*launch, *cargo, breakdown, *replies, *press, status, late]
