"""A forum that looks as phpBB 3.3 does with its prosilver style: boards, pages of ten posts, an Atom feed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape

from watchlists.demo.answers import NOT_FOUND, Answer, Ask, redirect
from watchlists.demo.clock import TIMEZONE
from watchlists.demo.conversations import Message, ShownThread
from watchlists.demo.feeds import feed_answer
from watchlists.demo.place import Entry, Place

TOPICS_PER_PAGE = 6
POSTS_PER_PAGE = 10
MONTHS = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")


def phpbb_answer(place: Place, ask: Ask) -> Answer:
    """Index, board, topic or feed; anything else is not found."""
    routes = {
        "/": index,
        "/index.php": index,
        "/viewforum.php": board,
        "/viewtopic.php": topic,
        place.feed: posts_feed,
    }
    route = routes.get(ask.path)
    return route(place, ask) if route else NOT_FOUND


def index(place: Place, ask: Ask) -> Answer:
    """The list of boards."""
    shown = place.shown_threads(ask.now)
    rows = "\n".join(
        f'<li class="row"><dl class="row-item forum_read"><dt><div class="list-inner">'
        f'<a href="./viewforum.php?f={b.number}" class="forumtitle">{escape(b.name)}</a></div></dt>'
        f'<dd class="topics">{sum(t.thread.board == b.number for t in shown)} <dfn>Sujets</dfn></dd>'
        f"</dl></li>"
        for b in place.boards
    )
    members = place.members.at(ask.now) if place.members else 0
    stats = f'<div class="stat-block statistics"><p>Total des membres : <strong>{members}</strong></p></div>'
    return _page(
        place, place.title, "/", f'<ul class="topiclist forums">\n{rows}\n</ul>\n{stats}', css="section-index"
    )


def board(place: Place, ask: Ask) -> Answer:
    """One page of a board's topics."""
    number, start = ask.number("f", default=0), ask.number("start", default=0)
    found = next((b for b in place.boards if b.number == number), None)
    if found is None:
        return NOT_FOUND
    shown = [t for t in place.shown_threads(ask.now) if t.thread.board == number]
    path = f"/viewforum.php?f={number}"
    rows = "\n".join(_topic_row(ask, t) for t in shown[start : start + TOPICS_PER_PAGE])
    pages = _pagination(path, start, len(shown), TOPICS_PER_PAGE, "sujets")
    title = f'<h2 class="forum-title">{escape(found.name)}</h2>'
    body = f'{title}\n{pages}\n<ul class="topiclist topics">\n{rows}\n</ul>\n{pages}'
    return _page(place, f"{found.name} - {place.title}", path, body, css="section-viewforum")


def _topic_row(ask: Ask, shown: ShownThread) -> str:
    thread = shown.thread
    views = thread.views.at(ask.now) if thread.views else 0
    return (
        f'<li class="row bg1"><dl class="row-item topic_read"><dt><div class="list-inner">'
        f'<a href="./viewtopic.php?t={thread.number}" class="topictitle">{escape(thread.title)}</a><br>'
        f'<div class="topic-poster">par <a class="username">{escape(shown.first.by)}</a> » '
        f"{_time(shown.first.at)}</div>"
        f'</div></dt><dd class="posts">{len(shown.messages) - 1} <dfn>Réponses</dfn></dd>'
        f'<dd class="views">{views} <dfn>Vues</dfn></dd>'
        f'<dd class="lastpost"><span><dfn>Dernier message </dfn>par <a class="username">'
        f"{escape(shown.last.by)}</a> "
        f"{_time(shown.last.at)}</span></dd></dl></li>"
    )


def topic(place: Place, ask: Ask) -> Answer:
    """One page of a topic; `?p=` leads to the page that holds that post."""
    if ask.get("p"):
        return _topic_of_post(place, ask)
    number, start = ask.number("t", default=0), ask.number("start", default=0)
    shown = next((t for t in place.shown_threads(ask.now) if t.thread.number == number), None)
    if shown is None:
        return NOT_FOUND
    path = f"/viewtopic.php?t={number}"
    posts = "\n".join(_post(place, ask, shown, m) for m in shown.messages[start : start + POSTS_PER_PAGE])
    pages = _pagination(path, start, len(shown.messages), POSTS_PER_PAGE, "messages")
    title = f'<h2 class="topic-title"><a href=".{path}">{escape(shown.thread.title)}</a></h2>'
    body = f"{title}\n{pages}\n{posts}\n{pages}"
    here = path + (f"&start={start}" if start else "")
    return _page(place, f"{shown.thread.title} - {place.title}", here, body, css="section-viewtopic")


def _topic_of_post(place: Place, ask: Ask) -> Answer:
    number = ask.number("p", default=0)
    for shown in place.shown_threads(ask.now):
        for rank, message in enumerate(shown.messages):
            if message.number == number:
                start = rank - rank % POSTS_PER_PAGE
                page = f"&start={start}" if start else ""
                return redirect(f"{place.root}/viewtopic.php?t={shown.thread.number}{page}", status=302)
    return NOT_FOUND


def _post(place: Place, ask: Ask, shown: ShownThread, message: Message) -> str:
    person = place.members_by_handle[message.by]
    rank = '<dd class="profile-rank">Modérateur</dd>' if person.is_staff else ""
    style = "username-coloured" if person.is_staff else "username"
    answer = "" if message is shown.first else "Re: "
    edited = message.edited and message.edited <= ask.now
    notice = f'<div class="notice">Modifié en dernier par {escape(message.by)}.</div>' if edited else ""
    return (
        f'<div id="p{message.number}" class="post has-profile bg2"><div class="inner">\n'
        f'<dl class="postprofile" id="profile{message.number}"><dt class="has-profile-rank no-avatar">'
        f'<a href="./memberlist.php?mode=viewprofile&amp;u={person.number}" class="{style}">'
        f"{escape(person.name)}</a></dt>"
        f"{rank}</dl>\n"
        f'<div class="postbody"><div id="post_content{message.number}">'
        f'<h3><a href="./viewtopic.php?p={message.number}#p{message.number}">'
        f"{answer}{escape(shown.thread.title)}</a></h3>"
        f'<p class="author"><span class="responsive-hide">par <strong><a class="{style}">'
        f"{escape(person.name)}</a></strong>"
        f" » </span>{_time(message.at)}</p>\n"
        f'<div class="content">{_quote(shown, message)}{message.html_at(ask.now)}</div>'
        f"{notice}</div></div></div></div>"
    )


def _quote(shown: ShownThread, message: Message) -> str:
    """What phpBB's quote button puts before an answer; it outlives the quoted post."""
    quoted = next((m for m in shown.thread.messages if m.position == message.reply_to), None)
    if quoted is None or quoted is shown.first:
        return ""
    return f"<blockquote><div><cite>{escape(quoted.by)} a écrit :</cite>{quoted.html}</div></blockquote>"


def posts_feed(place: Place, ask: Ask) -> Answer:
    """The latest posts of all boards, as Atom."""
    entries = [_entry(place, ask, t, m) for t in place.shown_threads(ask.now) for m in t.messages]
    return feed_answer(place, sorted(entries, key=lambda e: (e.published, e.url), reverse=True), ask)


def _entry(place: Place, ask: Ask, shown: ShownThread, message: Message) -> Entry:
    url = f"{place.root}/viewtopic.php?p={message.number}#p{message.number}"
    html = _quote(shown, message) + message.html_at(ask.now)
    name = next(b.name for b in place.boards if b.number == shown.thread.board)
    return Entry(
        url=url,
        guid=url,
        author=place.members_by_handle[message.by].name,
        title=f"{name} • {'' if message is shown.first else 'Re: '}{shown.thread.title}",
        html=html,
        teaser=html,
        tags=(name,),
        published=message.at,
        edited=message.at,
        comments=None,
    )


def _pagination(path: str, start: int, total: int, size: int, noun: str) -> str:
    starts = range(0, max(total, 1), size)
    numbers = (
        f'<li class="active"><span>{n}</span></li>'
        if at == start
        else f'<li><a class="button" href="{_at(path, at)}">{n}</a></li>'
        for n, at in enumerate(starts, 1)
    )
    link = f'<a class="button button-icon-only" href="{_at(path, start + size)}" rel="next">Suivante</a>'
    arrow = f'<li class="arrow next">{link}</li>'
    following = arrow if start + size < total else ""
    pages = (
        f"<ul>{''.join(numbers)}{following}</ul>"
        if len(starts) > 1
        else "• Page <strong>1</strong> sur <strong>1</strong>"
    )
    return f'<div class="pagination">{total} {noun} {pages}</div>'


def _at(path: str, start: int) -> str:
    return escape(f".{path}&start={start}" if start else f".{path}")


def _time(at: datetime) -> str:
    local = at.astimezone(TIMEZONE)
    shown = f"{local:%d} {MONTHS[local.month - 1]} {local:%Y, %H:%M}"
    return f'<time datetime="{at.isoformat()}">{shown}</time>'


def _page(place: Place, title: str, path: str, body: str, *, css: str) -> Answer:
    trail: Sequence[str] = (f'<a href="./index.php">{escape(place.title)}</a>',)
    return Answer(
        body=(
            f'<!DOCTYPE html>\n<html dir="ltr" lang="{place.language}">\n<head>\n<meta charset="utf-8" />\n'
            f"<title>{escape(title)}</title>\n"
            f'<link rel="alternate" type="application/atom+xml" title="Flux - '
            f'{escape(place.title)}" href="{place.feed}">\n'
            f'<link rel="canonical" href="{escape(place.root + path)}">\n</head>\n'
            f'<body id="phpbb" class="nojs notouch {css} ltr">\n<div id="wrap" class="wrap">\n'
            f'<div id="page-header">{"".join(trail)}</div>\n<div id="page-body">\n{body}\n</div>\n'
            '<div id="page-footer"><div class="copyright">Développé par <a '
            'href="https://www.phpbb.com/">phpBB</a>'
            "&reg; Forum Software &copy; phpBB Limited</div></div>\n</div>\n</body>\n</html>\n"
        ).encode()
    )
