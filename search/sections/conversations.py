"""The list of things to do: conversations to answer or to join."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from search.editions.digest import Conversations
from search.insights.conversations import OLDEST, Conversation
from search.insights.noise import measure_noise
from search.insights.strands import Strand, strand_key
from search.sections.noise import tell_noise
from search.sections.story import tell_story
from search.sections.teller import Teller

WAITING = (
    "opening:true AND staff:false AND "
    "(intent:question OR intent:complaint OR intent:malfunction OR kind:question OR kind:review)"
)
"""What `veilleur search` is asked for the rest: forums seldom mark their threads as questions."""


def strand_of(conversation: Conversation) -> Strand:
    """The conversation as a story: its opening post."""
    opening = conversation.opening
    return Strand(
        key=strand_key(opening),
        lead=opening,
        documents=(opening,),
        authors=conversation.repliers + 1,
        sources=opening.sources,
        latest=opening.published,
    )


def tell_conversations(teller: Teller, found: Sequence[Conversation], shown: int) -> Conversations:
    """The first `shown` conversations, each with its age and why it asks for us."""
    stories = tuple(tell_story(teller, strand_of(each), why=_why(teller, each)) for each in found[:shown])
    rest = f"({_about_us(teller)}) AND {WAITING}"
    more = teller.more(len(found) - shown, rest, published_since=teller.end - OLDEST)
    return Conversations(stories=stories, more=more, note=_noise(teller))


def _noise(teller: Teller) -> str:
    """What was kept out of the list; nothing where there was none."""
    found = measure_noise(teller.scope, by="first_seen")
    return tell_noise(teller.voice, found) if found and found.hits else ""


def _about_us(teller: Teller) -> str:
    ours = (f"organisation:{each.id}" for each in teller.scope.organisations("own"))
    topics = (f"topic:{each.id}" for each in teller.scope.watchlist.topics)
    return " OR ".join((*ours, *topics))


def _why(teller: Teller, conversation: Conversation) -> str:
    voice = teller.voice
    age = voice.span(max(timedelta(), teller.end - conversation.opening.published))
    replies = voice.ngettext("{n} reply", "{n} replies", conversation.replies)
    if conversation.reason == "staff_awaited":
        return voice.gettext(
            "In your community, no answer from you for {age}; {replies}.", age=age, replies=replies
        )
    if conversation.reason == "unanswered":
        return voice.gettext("Nobody has answered for {age}.", age=age)
    people = voice.ngettext("{n} person has replied", "{n} people have replied", conversation.repliers)
    return voice.gettext("Growing: {people} in {age}.", people=people, age=age)
