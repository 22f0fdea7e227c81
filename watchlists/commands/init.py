"""`veilleur init`: a new watch, from at most three questions."""

from __future__ import annotations

import sys
from dataclasses import replace

import rich_click as click

from watchlists.addresses import refuse_address
from watchlists.commands.context import Context, pass_context
from watchlists.errors import WatchlistError
from watchlists.messages import Messages, load_messages
from watchlists.starter import Answers, write_starter


@click.command()
@click.option("--language", type=click.Choice(["fr", "en"]), help="Language of the digest and of messages.")
@click.option("--brand", default="", help="Your own brand or organisation.")
@click.option(
    "--competitor", "competitors", multiple=True, metavar="URL", help="A competitor's site; repeat it."
)
@click.option("--name", default="", help="Name of the watch (default: made from the brand).")
@click.option("--contact", default="", help="Mail or page by which sites that are read can reach you.")
@click.option("--elasticsearch", default="", metavar="URL", help="Use this Elasticsearch server for search.")
@pass_context
def command(context: Context, /, language: str | None, competitors: tuple[str, ...], **said: str) -> None:
    """Make a new watch: write a commented watchlist.toml into the folder.

    On a terminal it asks what no option said, three questions at most.
    """
    if context.watchlist_path.exists():
        raise _exists(context)
    answers = Answers(language=language or context.language or "", competitors=competitors, **said)
    answers = ask(answers) if sys.stdin.isatty() else _complete(answers)
    messages = load_messages(answers.language)
    answers = replace(answers, competitors=tuple(_check_site(site) for site in answers.competitors))
    _write(context, answers, messages)
    _tell(context, answers, messages)


def ask(answers: Answers) -> Answers:
    """The answers, with what was not said asked for: language, brand, competitors' sites."""
    language = answers.language or click.prompt(
        "Langue / Language", type=click.Choice(["fr", "en"]), default="fr"
    )
    _ = load_messages(language).gettext
    brand = answers.brand or click.prompt(_("Your own brand or organisation"))
    sites = answers.competitors or _split(
        click.prompt(
            _("Sites of one to three competitors, with spaces between"), default="", show_default=False
        )
    )
    return replace(answers, language=language, brand=brand, competitors=sites)


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())


def _complete(answers: Answers) -> Answers:
    if not answers.brand.strip():
        raise WatchlistError(
            "Your own brand is not named, and there is no terminal to ask at.",
            remedy='Name it: veilleur init --brand "Acme" --competitor https://bolt.example',
        )
    return replace(answers, language=answers.language or "fr")


def _check_site(site: str) -> str:
    url = site if "://" in site else f"https://{site}"
    if refusal := refuse_address(url):
        raise WatchlistError(
            "{site} cannot be a competitor's site.",
            why=refusal.message,
            remedy=refusal.remedy,
            site=site,
            network=refusal.network,
            scheme=refusal.scheme,
        )
    return url


def _write(context: Context, answers: Answers, messages: Messages) -> None:
    from watchlists.edit import write_text_atomically
    from watchlists.load import parse_watchlist

    text = write_starter(answers, messages)
    parse_watchlist(text)
    context.folder.mkdir(parents=True, exist_ok=True)
    write_text_atomically(context.watchlist_path, text)


def _tell(context: Context, answers: Answers, messages: Messages) -> None:
    _ = messages.gettext
    context.say(_("Written: {path}").format(path=context.watchlist_path))
    context.note(_("Next, add what is to be read, then run:"))
    for site in answers.competitors or ("https://forum.example.org",):
        context.note(f"  veilleur add {site}")
    context.note("  veilleur run")


def _exists(context: Context) -> WatchlistError:
    return WatchlistError(
        "There is a watchlist at {path} already; nothing was changed.",
        remedy="Edit it, or make the new watch in another folder: veilleur init --watch FOLDER",
        path=context.watchlist_path,
    )
