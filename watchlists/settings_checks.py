"""Rules of the single tables: alerts, delivery, crawl, privacy, index."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from watchlists.addresses import is_host, refuse_web_address
from watchlists.problems import Fault
from watchlists.rules import (
    check_environment,
    check_filled,
    check_limits,
    check_refusal,
    check_variable,
    make_fault,
)
from watchlists.tables import Tables, table_title

_MAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+|[^<>\r\n]+<[^@\s<>]+@[^@\s<>]+>")


def check_settings(tables: Tables) -> Iterator[Fault]:
    """Every broken rule of the settings."""
    yield from check_limits(("alerts",), tables.alerts)
    yield from check_limits(("privacy",), tables.privacy)
    yield from check_limits(("crawl",), tables.crawl)
    yield from _check_hosts(tables)
    yield from _check_delivery(tables)
    yield from _check_index(tables)
    if (tables.alerts.quiet_from is None) != (tables.alerts.quiet_until is None):
        message = "`quiet_from` and `quiet_until` go together."
        yield make_fault(("alerts", "quiet_from"), message, "Give both, or neither.")


def _check_hosts(tables: Tables) -> Iterator[Fault]:
    for number, host in enumerate(tables.crawl.hosts):
        where = ("crawl", "host", number)
        if not is_host(host.host):
            remedy = 'Write the name alone, as "forum.example.org".'
            yield make_fault((*where, "host"), '"{said}" is not a host name.', remedy, said=host.host)
        if not _is_ip(host.address):
            remedy = 'Write a number, as "127.0.0.1".'
            yield make_fault((*where, "address"), '"{said}" is not an IP address.', remedy, said=host.address)
        yield from check_limits(where, host)


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _check_delivery(tables: Tables) -> Iterator[Fault]:
    delivery = tables.delivery
    for day in delivery.days:
        if not 0 <= day <= 6:
            yield make_fault(
                ("delivery", "days"), "There is no day {said}.", 'Write ["mon", "tue"] or 0 to 6.', said=day
            )
    if delivery.public_url:
        yield from check_refusal(("delivery", "public_url"), refuse_web_address(delivery.public_url))
    for name in delivery.apprise_env:
        yield from check_variable(("delivery", "apprise_env"), name)
    ids = [webhook.id for webhook in delivery.webhooks]
    for number, webhook in enumerate(delivery.webhooks):
        where = ("delivery", "webhook", number)
        yield from check_environment(where, webhook, ("url_env",))
        if webhook.id in ids[:number]:
            message = 'Two {table} have the id "{said}".'
            remedy = "Give one of them another id."
            yield make_fault((*where, "id"), message, remedy, said=webhook.id, table=table_title(where))
    yield from _check_mail(tables)


def _check_mail(tables: Tables) -> Iterator[Fault]:
    where, mail = ("delivery", "mail"), tables.delivery.mail
    if mail is None:
        return
    for key, addresses in (("sender", (mail.sender,)), ("to", mail.to)):
        for address in addresses:
            if not _MAIL.fullmatch(address):
                remedy = 'Write it as "name@example.org".'
                yield make_fault((*where, key), '"{said}" is not a mail address.', remedy, said=address)
    if not mail.to:
        yield make_fault(
            (*where, "to"), "Nobody is written to.", 'Name at least one: to = ["name@example.org"].'
        )
    yield from check_filled((*where, "host"), mail.host)
    yield from check_limits(where, mail)
    yield from check_environment(where, mail, ("password_env",))


def _check_index(tables: Tables) -> Iterator[Fault]:
    index = tables.index
    if index.backend == "elasticsearch" and not index.url:
        remedy = 'Add url = "https://search.example.org:9200".'
        yield make_fault(("index", "url"), "The Elasticsearch server has no address.", remedy)
    if index.url:
        yield from check_refusal(("index", "url"), refuse_web_address(index.url))
    yield from check_environment(("index",), index, ("api_key_env", "password_env"))
