"""Communities inside platforms, named by the links that lead to them: reddit.com/r/velo, discord.gg/abc.

A domain everybody knows says nothing new; the place within it may. Pure.
"""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

LONGEST = 100
_NAME = r"([\w.+@:~!#-]{2,100})"
_PATTERNS = (
    ("discord.gg", rf"/{_NAME}", "discord.gg/{}"),
    ("discord.com", rf"/invite/{_NAME}", "discord.gg/{}"),
    ("discordapp.com", rf"/invite/{_NAME}", "discord.gg/{}"),
    ("reddit.com", rf"/r/{_NAME}", "reddit.com/r/{}"),
    ("t.me", r"/(?:s/|joinchat/)?(\+?[\w-]{3,100})", "t.me/{}"),
    ("facebook.com", rf"/groups/{_NAME}", "facebook.com/groups/{}"),
    ("linkedin.com", rf"/groups/{_NAME}", "linkedin.com/groups/{}"),
    ("whatsapp.com", rf"/channel/{_NAME}", "whatsapp.com/channel/{}"),
    ("twitch.tv", rf"/{_NAME}", "twitch.tv/{}"),
    ("slack.com", rf"/t/{_NAME}", "slack.com/t/{}"),
    ("instagram.com", rf"/explore/tags/{_NAME}", "instagram.com/explore/tags/{}"),
    ("tiktok.com", rf"/tag/{_NAME}", "tiktok.com/tag/{}"),
    ("x.com", rf"/hashtag/{_NAME}", "x.com/hashtag/{}"),
    ("twitter.com", rf"/hashtag/{_NAME}", "x.com/hashtag/{}"),
    ("bsky.app", rf"/hashtag/{_NAME}", "bsky.app/hashtag/{}"),
)
"""Platform, path of a community there, how it is written: one way, whatever the link's was."""
_COMPILED = tuple((host, re.compile(path, re.IGNORECASE), form) for host, path, form in _PATTERNS)
_CASED = frozenset({"discord.gg", "discord.com", "discordapp.com", "t.me", "whatsapp.com"})
"""Where capitals are part of the name: an invitation is a code."""


def community_of(url: str) -> str | None:
    """The community within a platform that a link leads to, or None."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.").removeprefix("old.").removeprefix("m.")
    except ValueError:
        return None
    path = unquote(parts.path[: 3 * LONGEST])
    for platform, pattern, form in _COMPILED:
        if host == platform and (found := pattern.match(path)):
            name = found[1] if platform in _CASED else found[1].casefold()
            return form.format(name[:LONGEST])
    return None
