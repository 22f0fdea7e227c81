"""What to watch: the records a watchlist.toml becomes. Pure data, no I/O.

Every record is frozen, slotted and keyword-only; every list is a tuple; ids are slugs
(`a-z0-9-`), unique within their table, and are what other tables refer to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Literal, get_args

Role = Literal["own", "competitor", "partner", "platform"]
Language = Literal["fr", "en"]
RobotsRule = Literal["obey", "ignore"]
AuthorRule = Literal["pseudonym", "keep"]
FullText = Literal["auto", "always", "never"]
SourceKind = Literal[
    "feed",
    "page",
    "sitemap",
    "discourse",
    "mastodon",
    "lemmy",
    "bluesky",
    "hackernews",
    "stackexchange",
    "github",
    "youtube",
    "reddit",
    "flarum",
    "nodebb",
    "forum",
    "telegram",
    "wordpress",
    "reviews",
    "status",
    "mailbox",
    "manual",
]
SOURCE_KINDS: tuple[str, ...] = get_args(SourceKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """A company, brand, association or network we follow, ours included."""

    id: str
    name: str
    role: Role = "competitor"
    aliases: tuple[str, ...] = ()
    """Other names: products, tickers, former names; matched as exactly as the name."""
    ambiguous: tuple[str, ...] = ()
    """Names among `name` and `aliases` that are also plain words ("Orange"): they need context."""
    context: tuple[str, ...] = ()
    """Words that, nearby, say that an ambiguous name means this organisation."""
    ignore: tuple[str, ...] = ()
    """Phrases in which the name means something else ("jus d'orange")."""
    handles: tuple[str, ...] = ()
    """@names and #hashtags, written with their sign."""
    domains: tuple[str, ...] = ()
    """Registrable domains or hosts that are theirs."""
    accounts: tuple[str, ...] = ()
    """Addresses of their accounts and communities on other networks."""
    staff: tuple[str, ...] = ()
    """Author names or handles that speak for the organisation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One place to read, of one kind."""

    id: str
    url: str
    kind: SourceKind = "feed"
    name: str = ""
    organisation: str | None = None
    """Id of the organisation whose own place this is; None for media and neutral places."""
    language: str | None = None
    """Declared language of the place; trusted for very short texts."""
    target: str | None = None
    """What to read inside the place: a board, category, hashtag, tag, account or query."""
    enabled: bool = True
    every: timedelta | None = None
    """Fixed polling interval; None adapts it to how often the source publishes."""
    delay: float | None = None
    """Seconds between two requests to this source's host; None is the watch's `crawl.delay`."""
    page_budget: int | None = None
    """Most requests in one run; None is the watch's `crawl.page_budget`."""
    robots: RobotsRule = "obey"
    robots_reason: str = ""
    """Why robots.txt is ignored here: required with `robots = "ignore"`, named in coverage."""
    allow_private: bool = False
    """Permit private and loopback addresses for this source's host."""
    full_text: FullText = "auto"
    """Whether entries are completed from their page; auto does so when they look like teasers."""
    authors: AuthorRule = "pseudonym"
    authors_reason: str = ""
    retention_days: int | None = None
    token_env: str | None = None
    """Name of the environment variable (or, with _FILE, of the file) that holds an API token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A subject to follow, as a query of our query language."""

    id: str
    name: str
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """An action with dates, measured before, during and after."""

    id: str
    name: str
    organisation: str | None = None
    start: date
    end: date
    hashtags: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearch:
    """A query kept by name: an alert, a section of the digest, or a feed."""

    id: str
    name: str
    query: str
    alert: bool = False
    digest: bool = False
    feed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A reader's decision that later digests obey, with its date and reason."""

    action: Literal["mute", "promote", "watch", "ignore"]
    subject: str
    """A document or story id, a term, or a domain."""
    why: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """When a bad buzz is worth waking somebody for; floors for small numbers."""

    enabled: bool = True
    min_volume: int = 4
    min_authors: int = 3
    cooldown_hours: int = 24
    quiet_from: time | None = None
    quiet_until: time | None = None
    deliver: bool = True
    """Send each change at the end of the run that found it; otherwise the next digest tells it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """Where the digest is mailed from and to; the password comes from the environment."""

    host: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password_env: str = "VEILLEUR_SMTP_PASSWORD"  # noqa: S105  (the variable's name)
    sender: str
    to: tuple[str, ...]
    unsubscribe: str = ""
    """mailto: or https: address for List-Unsubscribe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A chat channel that gets titles and counts; its URL is a secret, so it is named, not written."""

    id: str
    kind: Literal["slack", "mattermost", "discord", "teams", "json"] = "json"
    url_env: str
    texts: bool = False
    """Send quotes too: they leave the organisation's machines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How and when the digest leaves."""

    hour: time = time(8, 0)
    days: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    """Days of the week a digest is due, Monday is 0."""
    when_empty: bool = True
    """Send also when nothing happened."""
    weekly: bool = False
    """Send the report of the last whole week after the first digest of the next."""
    monthly: bool = False
    """The same of the last whole month."""
    folder: str = ""
    """A folder that gets every digest as files; empty is `.veilleur/digests`."""
    public_url: str = ""
    mail: Mail | None = None
    webhooks: tuple[Webhook, ...] = ()
    apprise_env: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy:
    """What is kept, and for how long."""

    retention_days: int = 730
    authors: AuthorRule = "pseudonym"
    probe: bool = True
    """Look (one polite request) at what runs on an emerging domain, at most 5 a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostAddress:
    """A host name and the address it is reached at, as a line of /etc/hosts, port optional."""

    host: str
    address: str
    port: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawl:
    """How the watch behaves on other people's servers."""

    delay: float = 1.0
    page_budget: int = 500
    source_deadline: timedelta = timedelta(minutes=10)
    history_days: int = 7
    """How far back a new source's first read goes, where the kind lets us choose."""
    proxy: str = ""
    hosts: tuple[HostAddress, ...] = ()
    """Names with addresses of our own choosing; these addresses are allowed even if private."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexSettings:
    """Which index serves search and digests."""

    backend: Literal["embedded", "elasticsearch"] = "embedded"
    url: str = ""
    alias: str = "veilleur-documents"
    api_key_env: str = "VEILLEUR_ELASTICSEARCH_API_KEY"
    username: str = ""
    password_env: str = "VEILLEUR_ELASTICSEARCH_PASSWORD"  # noqa: S105  (the variable's name)
    ca_certificate: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchlist:
    """Everything one watch.toml says: what to read, about whom, and who is told."""

    name: str
    language: Language = "fr"
    """Language of the digest and of messages."""
    languages: tuple[str, ...] = ("fr", "en")
    """Languages the texts may be in; others are kept and marked as not analysed."""
    timezone: str = "Europe/Paris"
    contact: str = ""
    """Address or mail given to the sites we read, in the User-Agent."""
    organisations: tuple[Organisation, ...] = ()
    sources: tuple[Source, ...] = ()
    topics: tuple[Topic, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    searches: tuple[SavedSearch, ...] = ()
    decisions: tuple[Decision, ...] = ()
    alerts: Alerts = field(default_factory=Alerts)
    delivery: Delivery = field(default_factory=Delivery)
    privacy: Privacy = field(default_factory=Privacy)
    crawl: Crawl = field(default_factory=Crawl)
    index: IndexSettings = field(default_factory=IndexSettings)

    def organisation(self, id: str) -> Organisation | None:
        """The organisation of that id, or None."""
        return next((each for each in self.organisations if each.id == id), None)

    def source(self, id: str) -> Source | None:
        """The source of that id, or None."""
        return next((each for each in self.sources if each.id == id), None)
