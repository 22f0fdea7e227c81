"""How much spam and trolling our own community holds, in one line."""

from __future__ import annotations

from search.insights.intervals import Share
from search.sheet import percent
from search.wording.voice import Voice


def tell_noise(voice: Voice, found: Share) -> str:
    """So many of so many posts, and the share where it is not too early for one."""
    posts = voice.ngettext("{n} post", "{n} posts", found.base)
    share = voice.gettext("too few to say")
    if found.value is not None:
        share = percent(voice, found.value)
    return voice.gettext(
        "Spam and trolling in your community, left out: {noise} of {posts} ({share}).",
        noise=voice.number(found.hits),
        posts=posts,
        share=share,
    )
