"""What a morning's page says, and what it leaves out."""

from __future__ import annotations

import shlex
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from crawlers.items import Outcome
from pipelines.document import Document
from search.alerts import Alarm
from search.asking import read_query
from search.backends import open_index
from search.editions.digest import Digest
from search.insights.scope import Scope
from search.press.edition import History, build_digest
from search.press.fitting import MOST_WORDS, count_words
from search.render.formats import render_all
from search.render.json import read_json, render_json
from search.sections.teller import Teller
from search.sections.tone import is_tone_day
from search.window import Window
from search.wording.voice import Voice
from tests.documents import document, mention, outcome
from tests.memory_index import MemoryIndex
from tests.morning import ACME, END, NIMBO, SOURCES, WINDOW, history, news, outcomes, watchlist
from watchlists.messages import load_messages
from watchlists.model import Decision, IndexSettings, Organisation, SavedSearch, Watchlist

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def digest_of(
    documents: list[Document],
    *,
    watch: Watchlist | None = None,
    said: list[Outcome] | None = None,
    before: History | None = None,
) -> Digest:
    watch = watch or watchlist(language="en")
    return build_digest(
        MemoryIndex(documents, outcomes() if said is None else said),
        watch,
        window=WINDOW,
        now=END,
        messages=load_messages(watch.language),
        history=before or History(),
    )


def block(digest: Digest, id: str) -> tuple[str, ...]:
    blocks = (*digest.competitors, *digest.own, *digest.topics, *digest.platforms)
    return tuple(story.id for each in blocks if each.id == id for story in each.stories)


def decide(action: str, subject: str) -> Watchlist:
    decision = Decision(action=action, subject=subject, why="our own campaign", on=date(2026, 11, 19))  # type: ignore[arg-type]
    return watchlist(language="en", decisions=(decision,))


def test_the_same_input_gives_the_same_page() -> None:
    documents = [*history(), *news()]

    assert digest_of(documents) == digest_of(documents[::-1])


def test_the_embedded_index_gives_the_page_of_the_oracle(tmp_path: Path) -> None:
    documents = [*history(), *news()]
    index = open_index(IndexSettings(), folder=tmp_path, environ={})
    index.put(documents)
    index.put_outcomes(outcomes())
    index.commit()

    found = build_digest(
        index, watchlist(language="en"), window=WINDOW, now=END, messages=load_messages("en")
    )
    index.close()

    assert found == digest_of(documents)


def test_every_section_tells_what_belongs_there() -> None:
    digest = digest_of([*history(), *news()])

    assert block(digest, "acme") == ("launch0", "cargo2")
    assert block(digest, "nimbo") == ("presse0", "presse1")
    assert block(digest, "velo-cargo") == ("cargo0", "cargo1")
    assert block(digest, "carto") == ("carto1",)
    assert [story.id for story in digest.conversations.stories] == ["panne", "cargo3"]
    assert [(term.term, term.now, term.is_new) for term in digest.rising.terms] == [
        ("vélo cargo pliant", 4, True)
    ]
    assert [place.domain for place in digest.places] == ["placevelo.example"]
    assert [story.id for story in digest.coverage.late] == ["tardif"]


def test_a_story_is_told_once() -> None:
    told = [story.id for story in digest_of([*history(), *news()]).stories]

    assert len(told) == len(set(told))


def test_history_read_with_a_new_source_is_no_news() -> None:
    past = document("old", source="acme-blog", owner="acme", title="Hello", is_backfill=True)

    digest = digest_of([past])

    assert digest.stories == ()
    assert digest.documents == 0


def test_what_was_deleted_before_the_page_is_not_told() -> None:
    gone = document("gone", source="acme-blog", owner="acme", title="Oops", deleted=END - HOUR)
    later = document("later", source="acme-blog", owner="acme", title="Still here then", deleted=END + HOUR)

    assert block(digest_of([gone, later]), "acme") == ("later",)


def test_copies_and_bots_buy_no_rank() -> None:
    syndicated = [
        document(
            f"copy{n}", title="Agency text", source=f"paper{n}", author=f"p{n}", mentions=(mention("acme"),)
        )
        for n in range(6)
    ]
    syndicated = [replace(each, story="agency", is_copy=number > 0) for number, each in enumerate(syndicated)]
    robots = [
        document(
            f"bot{n}", title="Automatic", author=f"b{n}", author_is_bot=True, mentions=(mention("acme"),)
        )
        for n in range(4)
    ]
    robots = [replace(each, story="robots") for each in robots[:1]] + [
        replace(each, story="robots") for each in robots[1:]
    ]
    talk = [
        document(f"talk{n}", title="People talk", author=f"t{n}", mentions=(mention("acme"),), story="talk")
        for n in range(5)
    ]

    found = block(digest_of([*syndicated, *robots, *talk]), "acme")

    assert found[0] == "talk0"


def test_spam_is_no_story() -> None:
    spam = document("spam", title="Buy now", intent="spam", mentions=(mention("acme"),))

    assert digest_of([spam]).stories == ()


def in_our_forum(id: str, **values: object) -> Document:
    return document(id, **{"source": "nimbo-forum", "owner": "nimbo", "intent": "other", **values})


def test_what_was_left_out_of_our_own_community_is_counted() -> None:
    spam = in_our_forum("spam", intent="spam")
    elsewhere = document("elsewhere", intent="spam", mentions=(mention("nimbo"),))
    posts = [in_our_forum(f"post{n}") for n in range(11)]
    uncounted = [
        in_our_forum("staff", author_is_staff=True),
        in_our_forum("old", is_backfill=True),
        in_our_forum("before", first_seen=WINDOW.start - HOUR),
    ]

    assert digest_of([spam, elsewhere, *posts, *uncounted]).conversations.note == (
        "Spam and trolling in your community, left out: 1 of 12 posts (8%)."
    )
    assert digest_of([spam, *posts[:4]]).conversations.note.endswith("1 of 5 posts (too few to say).")
    assert digest_of(posts).conversations.note == ""
    nobody = watchlist(language="en", organisations=(ACME,))
    assert digest_of([spam, *posts], watch=nobody).conversations.note == ""


def test_alerts_without_room_are_counted_with_the_place_where_they_are() -> None:
    alarms = tuple(Alarm(documents=(f"bad{n}",), reason="Said badly.") for n in range(5))
    gone = Alarm(documents=("gone",), reason="Taken down.")
    documents = [document(f"bad{n}", title=f"Trouble {n}", story=f"story{n}") for n in range(5)]

    digest = digest_of([*history(), *documents], before=History(alarms=(gone, *alarms)))

    assert [each.id for each in digest.must_see] == ["bad0", "bad1", "bad2"]
    assert digest.must_see_more is not None
    assert digest.must_see_more.sentence == "and 2 more alerts"
    assert digest.must_see_more.command == "veilleur alerts"
    for body in render_all(digest, load_messages("en")).values():
        assert "and 2 more alerts" in body.decode()


def test_what_arrived_late_without_room_is_counted_and_found_by_its_command() -> None:
    late = [
        document(f"late{n}", title=f"Of last week {n}", published=END - 5 * DAY, first_seen=END - HOUR)
        for n in range(5)
    ]
    documents = [*late, document("fresh"), document("old", published=END - 5 * DAY, is_backfill=True)]

    digest = digest_of(documents)

    more = digest.coverage.late_more
    assert (len(digest.coverage.late), more and more.sentence) == (3, "and 2 more")
    assert more is not None
    _, _, asked = shlex.split(more.command)
    found = MemoryIndex(documents).scan(read_query(asked, watchlist(), now=END))
    assert {each.id for each in found} == {each.id for each in late}
    for body in render_all(digest, load_messages("en")).values():
        assert "published:[* TO" in body.decode()


def test_a_post_in_the_own_community_is_no_mention() -> None:
    own = document("own", source="nimbo-forum", owner="nimbo", title="At ours", mentions=(mention("nimbo"),))

    (ours,) = digest_of([own]).own

    assert ours.stories[0].id == "own"
    assert ours.facts == ()
    assert ours.chart is not None
    assert ours.chart.last == 0


def test_a_mute_is_obeyed_and_a_promotion_is_seen_first() -> None:
    documents = [*history(), *news()]

    assert "launch0" not in [
        story.id for story in digest_of(documents, watch=decide("mute", "story-launch")).stories
    ]
    promoted = digest_of(documents, watch=decide("promote", "carto1"))
    assert [story.id for story in promoted.must_see] == ["carto1"]
    assert "you asked to see it: our own campaign" in promoted.must_see[0].why.lower()
    assert block(promoted, "carto") == ()


def test_an_alarm_stands_first_with_its_reason() -> None:
    alarm = Alarm(documents=("panne", "panne-r0"), reason="3 authors in 2 hours, usually none.")

    digest = digest_of([*history(), *news()], before=History(alarms=(alarm,)))

    assert [(story.id, story.why) for story in digest.must_see] == [("panne", alarm.reason)]
    assert digest.glance[0].startswith("Bornes de la gare")
    assert digest.subject.startswith("Bornes de la gare")
    assert digest.tone is None  # fewer mentions than the floor


def test_a_calm_day_is_said_with_its_count() -> None:
    one = document("one", title="A small note", source="gazette")

    digest = digest_of([*history(), one], said=[outcome(each.id, END - HOUR) for each in SOURCES])

    assert digest.glance == ("Calm day: 1 new text, nothing unusual.",)
    assert digest.subject == "Calm day"


def test_missing_sources_are_said_at_the_top_and_in_the_subject() -> None:
    digest = digest_of([*history(), *news()])

    assert "1 source of 7 could not be read: The City Cyclist; newly silent: Bolide News." in digest.glance
    assert digest.coverage.read == 6
    assert [(issue.source, issue.state) for issue in digest.coverage.issues] == [
        ("cyclist", "failed"),
        ("bolide-news", "silent"),
    ]


def test_a_watch_that_read_nothing_yet_says_so() -> None:
    digest = digest_of([], said=[])

    assert digest.coverage.read == 0
    assert {issue.state for issue in digest.coverage.issues} == {"not_read"}
    assert digest.coverage.more is not None
    assert digest.coverage.more.count == 1
    assert digest.rising.note.startswith("No trends yet")


def heavy_day() -> list[Document]:
    """Two hundred long stories about everybody."""
    text = "Acme et Nimbo sont partout dans les conversations de ce jour où chacun raconte son histoire. " * 4
    return [
        document(
            f"heavy{number:03}",
            title=f"Une journée chargée, épisode {number}, avec un titre aussi long que bavard et détaillé",
            text=text,
            source=SOURCES[number % len(SOURCES)].id,
            owner=SOURCES[number % len(SOURCES)].organisation,
            published=END - timedelta(minutes=number),
            author=f"auteur{number % 17}",
            thread=f"heavy{number:03}",
            mentions=(mention("acme"), mention("nimbo")),
            topics=("velo-cargo",),
            kind="question",
        )
        for number in range(200)
    ]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_heavy_day_stays_within_two_minutes(language: str) -> None:
    rivals = tuple(Organisation(id=f"rival{n}", name=f"Rival {n}") for n in range(8))
    watch = watchlist(language=language, organisations=(NIMBO, ACME, *rivals))

    digest = digest_of(heavy_day(), watch=watch)

    messages = load_messages(language)
    assert count_words(digest, messages) <= MOST_WORDS
    assert len(digest.stories) <= 12
    assert all(len(body) <= 80_000 for body in render_all(digest, messages).values())
    assert len(digest.subject) <= 65
    acme = next(each for each in digest.competitors if each.id == "acme")
    assert acme.more is not None
    assert acme.more.command.startswith(
        "veilleur search 'organisation:acme AND first_seen:[2026-11-19T07:00Z TO"
    )


def questions(number: int) -> list[Document]:
    """Threads of our own forum that nobody answered, none of them marked as a question."""
    return [
        document(
            f"wait{n}",
            title=f"La borne numéro {n} ne répond plus",
            source="nimbo-forum",
            owner="nimbo",
            kind="post",
            intent="malfunction",
            thread=f"wait{n}",
            author=f"lost-{n}",
            mentions=(mention("nimbo"),),
            published=END - timedelta(hours=30 + n),
            first_seen=END - timedelta(hours=29 + n),
        )
        for n in range(number)
    ]


def test_conversations_and_we_are_served_before_many_rivals() -> None:
    rivals = tuple(Organisation(id=f"rival{n}", name=f"Rival {n}") for n in range(12))
    watch = watchlist(language="en", organisations=(*rivals, NIMBO))
    said = [
        document(f"{each.id}-{n}", title=f"{each.id} opens site {n}", mentions=(mention(each.id),))
        for each in rivals
        for n in range(3)
    ]
    ours = document("ours", title="A new bridge for Nimbo", mentions=(mention("nimbo"),))

    digest = digest_of([*said, ours, *questions(5)], watch=watch)

    assert digest.conversations.stories
    assert block(digest, "nimbo") == ("ours",)


def test_the_command_for_the_rest_of_the_conversations_finds_threads_of_forums() -> None:
    found = questions(8)

    more = digest_of(found).conversations.more

    assert more is not None
    query = read_query(shlex.split(more.command)[2], watchlist(), now=END)
    assert MemoryIndex(found).search(query, limit=10).total == 8


def test_conversations_without_room_are_still_counted_on_every_page() -> None:
    digest = digest_of(questions(8))
    digest = replace(digest, conversations=replace(digest.conversations, stories=()))

    pages = render_all(digest, load_messages("en"))

    assert all("and 3 more" in pages[each].decode() for each in ("html", "markdown", "text"))


def test_a_promoted_conversation_is_told_once() -> None:
    digest = digest_of([*history(), *news()], watch=decide("promote", "panne"))

    assert [story.id for story in digest.must_see] == ["panne"]
    assert "panne" not in [story.id for story in digest.conversations.stories]


def test_a_promoted_conversation_of_an_earlier_day_is_not_lost() -> None:
    digest = digest_of(questions(1), watch=decide("promote", "wait0"))

    assert [story.id for story in digest.stories] == ["wait0"]


def test_an_alarm_shows_nothing_that_was_deleted() -> None:
    alarm = Alarm(documents=("panne", "panne-r0"), reason="3 authors in 2 hours, usually none.")
    documents = [replace(each, deleted=END - HOUR) if each.id == "panne" else each for each in news()]

    digest = digest_of(documents, before=History(alarms=(alarm,)))

    assert [story.id for story in digest.must_see] == ["panne-r0"]
    assert "panne" not in [story.id for story in digest.stories]


@pytest.mark.parametrize(("promoted", "first"), [("sonnette", "sonnette"), ("launch0", "casque")])
def test_a_promoted_term_rises_first(promoted: str, first: str) -> None:
    said = [
        document(
            f"{word}{n}",
            title=f"{word} {n}",
            source=SOURCES[n % len(SOURCES)].id,
            author=f"{word}-{n}",
            phrases=(word,),
        )
        for word, count in (("casque", 9), ("sonnette", 5))
        for n in range(count)
    ]

    digest = digest_of([*history(), *said], watch=decide("promote", promoted))

    assert digest.rising.terms[0].term == first


@pytest.mark.parametrize(("hours", "is_said"), [(8, False), (24, True), (72, False)])
def test_only_a_day_is_held_against_a_usual_day(hours: int, is_said: bool) -> None:
    said = [outcome(each.id, END - HOUR / 2 - n * 6 * HOUR) for each in SOURCES for n in range(160)]
    digest = build_digest(
        MemoryIndex([*history(), *news()], said),
        watchlist(language="en"),
        window=replace(WINDOW, start=END - hours * HOUR),
        now=END,
        messages=load_messages("en"),
        history=History(alarms=(Alarm(documents=("carto1",), reason="Told at once."),)),
    )

    volume = next(each for each in digest.glance if "new text" in each)

    assert (" a day" in volume or "usual" in volume) is is_said


def test_no_day_with_an_alert_is_called_calm() -> None:
    old = document("old", title="Still burning", published=END - 40 * HOUR)
    said = [outcome(each.id, END - HOUR) for each in SOURCES]

    digest = digest_of([old], said=said, before=History(alarms=(Alarm(documents=("old",), reason="Many."),)))

    assert digest.glance[-1] == "Nothing new was published."


def test_quotes_keep_their_language_and_name_the_organisation_first() -> None:
    text = "The street was calm. Acme surprised everybody. Nobody knew. The end."
    told = document("told", title="In town", text=text, language="en", mentions=(mention("Acme"),))
    told = replace(told, mentions=(replace(mention("acme"), surface="Acme"),))

    (story,) = [s for s in digest_of([told], watch=watchlist()).stories if s.id == "told"]

    assert [quote.text for quote in story.quotes] == ["The street was calm.", "Acme surprised everybody."]
    assert {quote.language for quote in story.quotes} == {"en"}


def test_a_source_that_shows_a_story_again_is_listed_with_it() -> None:
    digest = digest_of([*history(), *news()])
    launch = digest.stories[0]

    assert launch.id == "launch0"
    assert [link.name for link in launch.also_in] == ["La Gazette des villes", "The City Cyclist"]
    assert (launch.authors, launch.sources, launch.documents) == (2, 2, 3)


def test_the_sources_of_a_story_without_room_are_counted() -> None:
    told = [
        document(
            f"echo{n}", title="Acme opens", source=f"paper{n}", story="echo", mentions=(mention("acme"),)
        )
        for n in range(8)
    ]

    digest = digest_of(told)

    assert [each.name for each in digest.stories[0].also_in][3:] == ["paper4", "and 3 more"]
    pages = render_all(digest, load_messages("en"))
    assert all(
        "paper4" in (page := pages[each].decode()) and "and 3 more" in page for each in ("html", "text")
    )


def test_the_model_survives_json() -> None:
    digest = digest_of([*history(), *news()])

    assert read_json(render_json(digest)) == digest


def test_sections_stand_in_their_order() -> None:
    alarm = Alarm(documents=("panne", "panne-r0"), reason="3 authors in 2 hours, usually none.")
    said = [document(f"said{n}", mentions=(mention("nimbo"),), author=f"said-{n}") for n in range(5)]
    search = SavedSearch(id="panne", name="Pannes", query="title:panne", digest=True)
    watch = watchlist(language="en", searches=(search,))

    digest = digest_of([*history(), *news(), *said], watch=watch, before=History(alarms=(alarm,)))

    lines = render_all(digest, load_messages("en"))["text"].decode().splitlines()
    titles = [above for above, line in pairwise(lines) if line and not line.strip("-")]
    assert titles == [
        "AT A GLANCE",
        "MUST SEE",
        "COMPETITORS",
        "ABOUT US",
        "CONVERSATIONS TO ANSWER",
        "YOUR SUBJECTS, ELSEWHERE",
        "RISING",
        "SAVED SEARCHES",
        "PLATFORMS YOU USE",
        "EMERGING PLACES",
        "VOICE AND TONE",
        "COVERAGE",
        "ABOUT THIS PAGE",
        "LINKS",
    ]


@pytest.mark.parametrize(
    ("start", "end", "is_due"),
    [
        pytest.param(22, 23, True, id="monday"),
        pytest.param(20, 23, True, id="monday-after-the-week-end"),
        pytest.param(23, 24, False, id="tuesday"),
        pytest.param(19, 24, True, id="first-of-the-week-on-a-tuesday"),
        pytest.param(23, 23.2, False, id="second-edition-of-a-monday"),
    ],
)
def test_tone_is_told_in_the_first_digest_of_a_week(start: float, end: float, is_due: bool) -> None:
    first = END - timedelta(days=20)
    window = Window(
        start=first + timedelta(days=start), end=first + timedelta(days=end), timezone="Europe/Paris"
    )
    watch = watchlist()
    voice = Voice(language="fr", timezone="Europe/Paris", messages=load_messages("fr"))
    teller = Teller(scope=Scope(index=MemoryIndex(), watchlist=watch, window=window), voice=voice)

    assert is_tone_day(teller, has_alert=False) is is_due
    assert is_tone_day(teller, has_alert=True)
