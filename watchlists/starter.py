"""The first watchlist.toml of a new watch: what was answered, and comments that say what else there is."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

import tomlkit

from watchlists.messages import Messages
from watchlists.slugs import make_slug


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a newcomer says of the watch to be."""

    language: str
    brand: str
    competitors: tuple[str, ...] = ()
    """Addresses of their sites."""
    name: str = ""
    contact: str = ""
    elasticsearch: str = ""


def write_starter(answers: Answers, messages: Messages) -> str:
    """The text of a commented watchlist that says what was answered."""
    _ = messages.gettext
    parts = (
        _watch(answers, messages),
        _comment(_("Who is watched. `name` and `aliases` are looked for in every text.")),
        _organisation(answers.brand, role="own"),
        *(_organisation(_name_of(site), role="competitor", site=site) for site in answers.competitors),
        _comment(_("What is read. Add places with: veilleur add https://forum.example.org")),
        _comment('[[source]]\nurl = "https://blog.example.org/feed.xml"\norganisation = "acme"\n'),
        _comment(_("Subjects to follow, as queries.")),
        _comment('[[topic]]\nname = "Pannes"\nquery = "panne OR outage OR bug"\n'),
        _comment(_("When the digest is due, and where it goes. Secrets stay in the environment.")),
        '[delivery]\nhour = "08:00"\n' + _comment('days = ["mon", "tue", "wed", "thu", "fri"]\n'),
        _index(answers, messages),
    )
    return "\n".join(parts)


def _watch(answers: Answers, messages: Messages) -> str:
    _ = messages.gettext
    contact = f"contact = {_quote(answers.contact)}\n"
    return (
        _comment(_("A watch for veilleur. Check it after every change with: veilleur check"))
        + "\n[watch]\n"
        + f"name = {_quote(answers.name or _('Watch of {brand}').format(brand=answers.brand))}\n"
        + f"language = {_quote(answers.language)}\n"
        + 'timezone = "Europe/Paris"\n'
        + _comment(_("How the sites that are read can reach you."))
        + (contact if answers.contact else _comment('contact = "veille@example.org"\n'))
    )


def _organisation(name: str, *, role: str, site: str = "") -> str:
    host = (urlsplit(site).hostname or "").removeprefix("www.")
    domains = f"domains = [{_quote(host)}]\n" if host else _comment('domains = ["example.org"]\n')
    says = f"id = {_quote(make_slug(name))}\nname = {_quote(name)}\nrole = {_quote(role)}\n"
    return f"[[organisation]]\n{says}{domains}" + _comment('aliases = ["…"]\n')


def _name_of(site: str) -> str:
    """A first guess at a competitor's name, from the address of its site."""
    labels = (urlsplit(site).hostname or site).removeprefix("www.").split(".")
    label = labels[-2] if len(labels) > 1 else labels[0]
    return label.replace("-", " ").title()


def _index(answers: Answers, messages: Messages) -> str:
    _ = messages.gettext
    note = _comment(_("Search is built in; a server takes over when one machine is outgrown."))
    server = f'[index]\nbackend = "elasticsearch"\nurl = {_quote(answers.elasticsearch)}\n'
    return note + (
        server
        if answers.elasticsearch
        else _comment(server.replace('""', '"https://search.example.org:9200"'))
    )


def _comment(text: str) -> str:
    return "".join(f"# {line}\n" for line in text.strip().splitlines())


def _quote(text: str) -> str:
    return tomlkit.string(text).as_string()
