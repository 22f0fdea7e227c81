"""Topics by example: `python -m benchmarks.quality.topics FOLDER`, laid out as masakhanews.

FOLDER holds data/{fra,eng}/dev.tsv (category, headline, text). Ten examples a topic are drawn with
seed 0; they and the topic's description train a regression on embeddings, scored on the rest.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np

from benchmarks.train.softmax import Dense, fit, macro_f1
from pipelines.embeddings import embed_texts

GOAL = 0.70
EXAMPLES = 10
SPREAD = 5.0
DESCRIPTIONS = {
    "fra": {
        "business": "économie, entreprises, commerce, finances, monnaie, marchés, emploi",
        "entertainment": "culture, musique, cinéma, célébrités, artistes, mode, spectacles",
        "health": "santé, maladies, virus, vaccins, médecins, hôpitaux, nutrition",
        "politics": "politique, élections, gouvernement, président, parlement, opposition, conflits",
        "religion": "religion, églises, islam, pape, foi, prière, fidèles",
        "sports": "sport, football, joueurs, matchs, champions, Coupe, Jeux olympiques",
        "technology": "technologie, internet, téléphones, réseaux sociaux, informatique, science",
    },
    "eng": {
        "business": "economy, companies, trade, money, currency, markets, jobs",
        "entertainment": "culture, music, film, celebrities, artists, fashion, shows",
        "health": "health, diseases, virus, vaccines, doctors, hospitals, nutrition",
        "politics": "politics, elections, government, president, parliament, opposition, protests",
        "religion": "religion, churches, islam, pope, faith, prayer, worshippers",
        "sports": "sport, football, players, matches, champions, cup, Olympic games",
        "technology": "technology, internet, phones, social networks, computers, science",
    },
}


def main(folder: Path) -> None:
    """Print macro-F1 of both languages."""
    for language, descriptions in DESCRIPTIONS.items():
        with (folder / "data" / language / "dev.tsv").open(encoding="utf-8", newline="") as file:
            rows = [
                (row["category"], row["headline"], row["text"])
                for row in csv.DictReader(file, delimiter="\t")
            ]
        topics = sorted({category for category, _, _ in rows})
        labels = np.array([topics.index(category) for category, _, _ in rows])
        vectors = SPREAD * embed_texts([" ".join([title, *text.split()[:60]]) for _, title, text in rows])
        rng = np.random.default_rng(0)
        drawn = np.concatenate(
            [rng.permutation(np.flatnonzero(labels == each))[:EXAMPLES] for each in range(len(topics))]
        )
        told = SPREAD * embed_texts([descriptions[topic] for topic in topics])
        known, truth = (
            np.vstack([vectors[drawn], told]),
            np.concatenate([labels[drawn], np.arange(len(topics))]),
        )
        model = fit(Dense(known), truth, classes=len(topics), strength=1.0)
        rest = np.setdiff1d(np.arange(len(rows)), drawn)
        found = (vectors[rest] @ model.weights + model.bias).argmax(axis=1)
        score = macro_f1(labels[rest], found, classes=len(topics))
        print(f"{language}: {len(topics)} topics, n={len(rest)}: macro-F1 {score:.4f} (≥ {GOAL})")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
