"""Walls that answer 200: a log-in, a consent to cookies, a check for programs. Seen, told, never climbed."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import urlsplit

from watchlists.errors import VeilleurError

Wall = Literal["log-in", "cookies", "bots"]

LONGEST = 65_536
"""Bytes of a page that are looked at."""

_LOGIN_PATH = re.compile(r"/(?:log-?in|sign-?in|session/new|account/login|sso)\b", re.IGNORECASE)
_BOTS = re.compile(
    rb"cf-challenge|cf_chl_|challenge-platform|<title>just a moment|attention required! \| cloudflare"
    rb"|ddos-guard|_incapsula_resource|geo\.captcha-delivery|datadome|px-captcha|perimeterx"
    rb"|making sure you(?:&#39;|')re not a bot|anubis_challenge|verify (?:that )?you are (?:a )?human",
    re.IGNORECASE,
)
_COOKIES = re.compile(
    rb"<title>[^<]{0,80}(?:before you continue|avant d.{1,20}acc.{1,20}der|consent)[^<]{0,80}</title>"
    rb"|consent\.(?:google|youtube|yahoo)\.",
    re.IGNORECASE,
)
_PASSWORD = re.compile(rb"<input[^>]{0,300}type\s*=\s*[\"']?password", re.IGNORECASE)
_TEXTS: dict[Wall, str] = {
    "log-in": "Only members who are logged in can read it.",
    "cookies": "It asks for a consent to cookies first.",
    "bots": "It checks that readers are people, and shuts programs out.",
}


class WallMet(VeilleurError):
    """The place shows a wall instead of what was asked for."""

    def __init__(self, wall: Wall, *, url: str) -> None:
        super().__init__(
            "There is a wall before {url}.",
            why=_TEXTS[wall],
            remedy="Read the place by a feed or an API that it opens, or import what you read there.",
            url=url,
        )
        self.wall = wall


def find_wall(body: bytes, *, url: str) -> Wall | None:
    """Which wall a page is, if it is nothing else; only for answers that are not what was asked for."""
    start = body[:LONGEST]
    if _BOTS.search(start):
        return "bots"
    if _COOKIES.search(start):
        return "cookies"
    if _LOGIN_PATH.search(urlsplit(url).path) or _PASSWORD.search(start):
        return "log-in"
    return None
