"""The list of things to do: conversations to answer or to join."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from search.editions.digest import Conversations
from search.insights.conversations import Conversation
from search.insights.strands import Strand, strand_key
from search.sections.story import tell_story
from search.sections.teller import Teller


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
    return Conversations(
        stories=stories, more=teller.more(len(found) - shown, "opening:true AND kind:question")
    )


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
