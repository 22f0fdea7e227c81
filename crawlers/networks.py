"""Networks known by their hosts: which kind reads them, and which nothing reads. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from watchlists.addresses import closed_network
from watchlists.model import SourceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A network, and the pattern of an account's or place's path on it."""

    name: str
    hosts: str
    """Pattern of its host names."""
    path: str = r"/(?P<name>[\w.@+%~-]+)"
    """Pattern of the path of one account or place."""
    kind: SourceKind | None = None
    """What reads it; None where nothing does."""
    feed: str = ""
    """Where its newest entries are shown to anybody, with {path} and {name}."""


NETWORKS: tuple[Network, ...] = (
    Network(
        name="Hacker News", hosts=r"news\.ycombinator\.com|hn\.algolia\.com", path=r"/?(?P<name>)",
        kind="hackernews", feed="https://news.ycombinator.com/rss",
    ),
    Network(
        name="Bluesky", hosts=r"bsky\.app", path=r"/profile/(?P<name>[\w.:-]+)", kind="bluesky",
        feed="https://bsky.app/profile/{name}/rss",
    ),
    Network(
        name="GitHub", hosts=r"(?:www\.)?github\.com",
        path=r"/(?P<name>[\w.-]+/[\w.-]+)(?!/orgs)", kind="github",
        feed="https://github.com/{name}/releases.atom",
    ),
    Network(name="GitHub", hosts=r"(?:www\.)?github\.com", path=r"/(?P<name>[\w.-]+)/?$"),
    Network(
        name="Stack Exchange",
        hosts=r"(?:[\w-]+\.)*(?:stackoverflow|stackexchange|superuser|serverfault|askubuntu|stackapps)\.com"
        r"|(?:meta\.)?mathoverflow\.net",
        path=r"/(?:questions/tagged/(?P<name>[\w.+%#-]+))?", kind="stackexchange",
    ),
    Network(name="Telegram", hosts=r"t\.me|telegram\.me", path=r"/(?:s/)?(?P<name>\w{4,})", kind="telegram"),
    Network(
        name="YouTube", hosts=r"(?:www\.|m\.)?youtube\.com|youtu\.be",
        path=r"/(?P<name>@[\w.-]+|channel/[\w-]+|c/[\w.%-]+|user/[\w.-]+)", kind="youtube",
    ),
    Network(
        name="Reddit", hosts=r"(?:www\.|old\.|new\.)?reddit\.com", path=r"/(?P<name>(?:r|user|u)/[\w-]+)",
        kind="reddit",
    ),
    Network(name="App Store", hosts=r"apps\.apple\.com", path=r"/.*/(?P<name>id\d+)", kind="reviews"),
    Network(name="Google Play", hosts=r"play\.google\.com", path=r"/store/apps/(?P<name>\w+)"),
    Network(name="Discord", hosts=r"discord\.(?:gg|com)", path=r"/(?:invite/)?(?P<name>[\w-]+)"),
    Network(name="WhatsApp", hosts=r"(?:www\.)?whatsapp\.com|chat\.whatsapp\.com|wa\.me"),
    Network(name="Pinterest", hosts=r"(?:www\.|[a-z]{2}\.)?pinterest\.(?:com|fr|co\.uk)"),
    Network(name="Snapchat", hosts=r"(?:www\.)?snapchat\.com", path=r"/add/(?P<name>[\w.-]+)"),
    Network(name="Twitch", hosts=r"(?:www\.)?twitch\.tv"),
    Network(name="Vimeo", hosts=r"vimeo\.com"),
    Network(name="Medium", hosts=r"medium\.com", path=r"/(?P<name>@?[\w.-]+)"),
    Network(name="Slack", hosts=r"[\w-]+\.slack\.com|join\.slack\.com"),
    Network(name="Trustpilot", hosts=r"(?:\w+\.)?trustpilot\.com", path=r"/review/(?P<name>[\w.-]+)"),
)  # fmt: skip
"""Order matters: the first whose host and path fit. Closed networks are in watchlists.addresses."""

_SHARING = re.compile(
    r"/(?:intent|share|sharer|sharing|shareArticle|dialog|home\?status|pin/create|submit|offsite|cws)\b"
    r"|[?&](?:text|u)=http",
    re.IGNORECASE,
)
_NO_ACCOUNT = re.compile(
    r"^/(?:about|legal|policies|privacy|terms|tos|help|login|signup|explore|features|pricing|hashtag|search|watch"
    r"|embed|playlist|results|p|i|jobs|business|settings)(?:/|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """An address on a network we know."""

    network: Network
    url: str
    name: str

    @property
    def proof(self) -> str:
        """Where its newest entries are shown to anybody; empty where nowhere."""
        return self.network.feed.format(name=self.name) if self.network.feed else ""


def find_spot(url: str) -> Spot | None:
    """The network an address lies in, and the account or place there; None beyond known networks."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    host = (parts.hostname or "").lower()
    for network in NETWORKS:
        if re.fullmatch(network.hosts, host) and (found := re.match(network.path, parts.path or "/")):
            name = found.groupdict().get("name") or dict(parse_qsl(parts.query)).get("q", "")
            return Spot(network=network, url=url, name=name)
    if closed := closed_network(url):
        return Spot(network=Network(name=closed, hosts=""), url=url, name=parts.path.strip("/"))
    return None


def is_account(url: str) -> bool:
    """Whether an address is somebody's place on a network, not a button to share something there."""
    path = urlsplit(url).path
    return bool(path.strip("/")) and not _SHARING.search(url) and not _NO_ACCOUNT.match(path)
