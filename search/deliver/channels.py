"""Who is told, by the watchlist: mail addresses, webhooks, Apprise addresses."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from crawlers.secrets import read_secret
from search.deliver.mail import MailChannel
from search.deliver.notify import AppriseChannel
from search.deliver.parcel import Channel
from search.deliver.webhook import WebhookChannel
from watchlists.errors import DeliveryError
from watchlists.model import Watchlist


def open_channels(watchlist: Watchlist, environ: Mapping[str, str]) -> tuple[Channel, ...]:
    """Everybody outside this machine who gets digests; each mail address on its own."""
    delivery, secret = watchlist.delivery, partial(_secret, environ)
    mail = delivery.mail
    mails = (
        MailChannel(settings=mail, address=address, watch=watchlist.name, read_secret=secret)
        for address in dict.fromkeys(mail.to if mail else ())
        if mail
    )
    hooks = (WebhookChannel(settings=each, read_secret=secret) for each in delivery.webhooks)
    others = (AppriseChannel(variable=each, read_secret=secret) for each in delivery.apprise_env)
    return (*mails, *hooks, *others)


def _secret(environ: Mapping[str, str], name: str) -> str:
    value = read_secret(name, environ)
    if not value:
        raise DeliveryError("The secret {name} is not set.", name=name)
    return value
