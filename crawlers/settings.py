"""Scrapy's settings: safe and polite from the first line. Flat; nothing here is computed.

What a watchlist changes of them (delay, contact, hosts, proxy) is in crawlers.overrides.
"""

from importlib.metadata import version

BOT_NAME = "veilleur"
SPIDER_MODULES = ["crawlers.spiders"]
NEWSPIDER_MODULE = "crawlers.spiders"

# Who we are: name, version and, where the watch gives one, a contact.
USER_AGENT = f"Veilleur/{version('veilleur')}"
DEFAULT_REQUEST_HEADERS = {
    "Accept": "application/atom+xml, application/rss+xml, application/feed+json, text/html;q=0.9, */*;q=0.5",
    "Accept-Language": "fr, en;q=0.8, *;q=0.5",
}
REFERRER_POLICY = "same-origin"
COOKIES_ENABLED = False

# Pace: one request at a time to a host, a second apart, slower when the host is slow.
DOWNLOAD_DELAY = 1.0
DOWNLOAD_DELAY_JITTER = 0.0  # never less than promised
CONCURRENT_REQUESTS_PER_DOMAIN = 1
CONCURRENT_REQUESTS = 256  # requests waiting for their host's turn count too
CONCURRENT_ITEMS = (
    1  # tasks started for each answer: callbacks give a few requests, there is nothing to wait for
)
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 0.0  # begin with DOWNLOAD_DELAY
AUTOTHROTTLE_MAX_DELAY = 30.0
AUTOTHROTTLE_TARGET_CONCURRENCY = 1.0

# Limits: what one answer, one chain of pages and one source may cost.
DOWNLOAD_TIMEOUT = 30.0  # headers and body, anew for each redirect and retry
DOWNLOAD_MAXSIZE = 5 * 1024 * 1024  # as sent, and once decompressed
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_FAIL_ON_DATALOSS = True
DEPTH_LIMIT = 500  # a chain of pages cannot be longer than the page budget
REDIRECT_MAX_TIMES = 5
METAREFRESH_ENABLED = False
RETRY_TIMES = 1
RETRY_HTTP_CODES = [500, 502, 504, 522, 524, 408]  # 429 and 503 are heard by RetryAfterMiddleware
VEILLEUR_RETRY_AFTER = 30.0  # seconds of Retry-After a run waits for; longer ones are for a later run
RETRY_GIVE_UP_LOG_LEVEL = "INFO"
URLLENGTH_LIMIT = 8192
VEILLEUR_SOURCE_DEADLINE = 600.0  # seconds of one source in one run, redirects and retries included

# Safety: checked certificates, no other schemes than http and https, checked addresses, no open doors.
DOWNLOAD_VERIFY_CERTIFICATES = True
DOWNLOAD_HANDLERS = {"data": None, "file": None, "ftp": None, "s3": None}
TWISTED_DNS_RESOLVER = "crawlers.resolver.GuardedResolver"
DNS_TIMEOUT = 20
VEILLEUR_ALLOW_PRIVATE: list[str] = []  # hosts whose private addresses are allowed
VEILLEUR_HOSTS: list[tuple[str, str, int | None]] = []  # host, address and port of our own choosing
HTTPPROXY_ENABLED = False  # proxy variables in the environment would bypass every address check
VEILLEUR_PROXY = ""
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False

# robots.txt is ours: RFC 9309 to the letter, cached for a day in the archive.
ROBOTSTXT_OBEY = False

DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    # engine side
    "crawlers.middlewares.mailbox.MailboxMiddleware": 50,  # mailboxes have no robots.txt
    "crawlers.middlewares.robots.RobotsMiddleware": 100,
    "crawlers.middlewares.retry_after.RetryAfterMiddleware": 560,  # after retries gave up, before redirects
    "crawlers.middlewares.deadline.DeadlineMiddleware": 610,  # hears redirects too
    "crawlers.middlewares.conditional.ConditionalMiddleware": 620,
    "crawlers.middlewares.proxy.ProxyMiddleware": 750,
    "crawlers.middlewares.address.AddressMiddleware": 890,  # last: what it refuses is never retried
    # downloader side
}
EXTENSIONS = {
    "scrapy.extensions.throttle.AutoThrottle": None,
    "crawlers.throttle.PoliteThrottle": 0,
    "scrapy.extensions.telnet.TelnetConsole": None,
    "scrapy.extensions.remote_control.RemoteControl": None,
}

HTTPERROR_ALLOW_ALL = True  # every answer is heard: a refusal is an outcome
LOG_LEVEL = "WARNING"
STATS_DUMP = False
FEED_EXPORT_ENCODING = "utf-8"
