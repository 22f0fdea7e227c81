"""Stories and near-duplicates: one event, one story, whatever the order or the part seen again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from pipelines.duplicates import DuplicateFinder, are_near, containment, word_runs
from pipelines.stories import StoryPost, assign_stories, members
from pipelines.story_signals import Affixes, read_signals, strip_affixes

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
QUAKE = (
    "Un séisme de magnitude 6,1 a secoué la Crète mardi matin. Les pompiers d'Héraklion signalent des"
    " dégâts sur trente maisons du port, mais aucun mort. Le maire Stavros Kalidis a ouvert le gymnase aux"
    " familles qui ne peuvent rentrer chez elles, et les écoles restent fermées jusqu'à vendredi."
)
STRIKE = (
    "Les livreurs de Papillon cessent le travail samedi dans dix villes. Leur syndicat demande un salaire"
    " horaire minimal et la fin des comptes fermés sans explication. La direction propose une rencontre"
    " lundi à Nantes, sous l'égide du médiateur désigné par le ministère du Travail la semaine dernière."
)


def post(id: str, title: str, text: str, *, day: float = 0, **others: object) -> StoryPost:
    return StoryPost(
        id=id,
        published=BEGIN + timedelta(days=day),
        title=title,
        text=text,
        language="fr",
        **others,  # type: ignore[arg-type]
    )


def unit(*numbers: float) -> np.ndarray:  # type: ignore[type-arg]
    vector = np.array(numbers, dtype=np.float32)
    return vector / np.linalg.norm(vector)


def test_a_copied_text_joins_the_story_of_the_first_and_is_marked() -> None:
    first, second = assign_stories(
        [post("b", "Séisme en Crète", QUAKE, day=1), post("a", "La Crète secouée", QUAKE)]
    )

    assert (first.id, first.story, first.copy_of) == ("a", "a", None)
    assert (second.id, second.story, second.copy_of) == ("b", "a", "a")


def test_two_events_are_two_stories() -> None:
    found = assign_stories([post("a", "Séisme en Crète", QUAKE), post("b", "Grève chez Papillon", STRIKE)])

    assert members(found) == {"a": ("a",), "b": ("b",)}


def test_nothing_joins_a_story_told_longer_ago_than_five_days() -> None:
    found = assign_stories([post("a", "Séisme", QUAKE), post("b", "Séisme", QUAKE, day=6)])

    assert [each.story for each in found] == ["a", "b"]


def test_the_order_in_which_posts_are_given_changes_nothing() -> None:
    posts = [
        post(f"p{day}", f"Séisme en Crète, jour {day}", QUAKE if day % 2 else STRIKE, day=day)
        for day in range(6)
    ]

    assert assign_stories(posts) == assign_stories(reversed(posts))


def test_a_pass_over_the_last_days_gives_the_same_stories_as_one_over_everything() -> None:
    texts = (QUAKE, STRIKE, QUAKE[60:] + " " + STRIKE[:60])
    posts = [post(f"p{at:02}", f"Titre {at % 4}", texts[at % 3], day=at * 0.7) for at in range(40)]
    whole = {each.id: each for each in assign_stories(posts)}
    since = BEGIN + timedelta(days=18)
    kept = [
        post(each.id, each.title, each.text, day=(each.published - BEGIN) / timedelta(days=1))
        if each.published >= since
        else StoryPost(
            id=each.id,
            published=each.published,
            title=each.title,
            text=each.text,
            language="fr",
            story=whole[each.id].story,
        )
        for each in posts
        if each.published >= since - timedelta(days=10)
    ]

    again = [
        each for each in assign_stories(kept) if each.id in {p.id for p in posts if p.published >= since}
    ]

    assert again == [whole[each.id] for each in again]


def test_titles_of_two_languages_with_one_meaning_are_one_story() -> None:
    french = post("a", "Panne chez Cartello", "", vector=unit(1, 0.2, 0))
    english = StoryPost(
        id="b",
        published=BEGIN + timedelta(hours=1),
        title="Cartello down for hours",
        text="",
        language="en",
        vector=unit(1, 0, 0.2),
    )

    assert {each.story for each in assign_stories([french, english])} == {"a"}


def test_shared_words_do_not_join_posts_with_unrelated_meanings() -> None:
    first = post("a", "Acme ouvre un magasin à Lille", "", vector=unit(1, 0, 0))
    second = post("b", "Acme ouvre un magasin à Lille", "", vector=unit(0, 1, 0), day=0.1)

    assert {each.story for each in assign_stories([first, second])} == {"a", "b"}


def test_a_stock_phrase_is_no_near_duplicate() -> None:
    first = word_runs("Merci beaucoup pour votre retour, bonne journée à vous et à toute l'équipe du forum")
    second = word_runs(
        "Merci beaucoup pour votre retour, mais ma commande 554 n'est toujours pas arrivée ici"
    )

    assert containment(first, second) > 0
    assert are_near(first, second) == 0


def test_a_cut_text_is_near_the_whole_one() -> None:
    finder = DuplicateFinder()

    assert finder.add(QUAKE + " " + STRIKE) is None
    near = finder.add(QUAKE)
    assert near is not None
    assert (near.place, near.share > 0.9) == (0, True)


def test_a_forgotten_text_is_near_nothing() -> None:
    finder = DuplicateFinder()
    finder.add(QUAKE)
    finder.forget(0)

    assert finder.add(QUAKE) is None


@pytest.mark.parametrize("text", ["", "ok", "😀" * 10, "x" * 100_000, "\ud83d broken \x00"], ids=repr)
def test_odd_texts_get_a_story_of_their_own(text: str) -> None:
    (found,) = assign_stories([post("a", "", text[:200_000])])

    assert found.story == "a"


def test_the_name_of_the_paper_is_split_off_once_it_repeats() -> None:
    titles = [f"Nouvelle {place} - Le Courrier" for place in range(3)]

    affixes = Affixes()

    *_, repeated = (affixes.add(title) for title in titles)

    assert strip_affixes("Séisme en Crète - Le Courrier", repeated) == "Séisme en Crète"
    assert strip_affixes("Séisme - en Crète", repeated) == "Séisme - en Crète"


def test_names_are_shared_across_languages_and_numbers_across_notations() -> None:
    french = read_signals("Boréal supprime 1 200 postes à Zürich", "", language="fr")
    english = read_signals("Jobs: Boréal cuts 1,200 posts in Zürich", "", language="en")

    assert {"zurich"} <= french.names & english.names
    assert french.numbers == english.numbers == frozenset({"1200"})
