"""How much spam and trolling our own community holds, in one line."""

from __future__ import annotations

from search.insights.noise import NoiseShare
from search.sheet import percent
from search.wording.voice import Voice


def tell_noise(voice: Voice, found: NoiseShare) -> str:
    """So many of so many posts, and the share where it is not too early for one."""
    posts = voice.ngettext("{n} post", "{n} posts", found.posts)
    share = voice.gettext("too few to say")
    if found.value is not None:
        share = percent(voice, found.value)
    return voice.gettext(
        "Spam and trolling in your community, left out: {noise} of {posts} ({share}).",
        noise=voice.number(found.noise),
        posts=posts,
        share=share,
    )
