"""Invision Community: IP.Board 3, IPS 4 and 5."""

from crawlers.parsers.forums.layout import Layout

LAYOUT = Layout(
    engine="invision",
    boards=".ipsDataItem_title a[href*='/forum/'], .cForumRow h4 a, td.col_c_forum h4 a,"
    " .ipsData__title a[href*='/forum/'],"
    " .cForumGrid__title a",
    rows="li.ipsDataItem[data-rowid], li.ipsData__item[data-rowid], tr.__topic",
    thread=".ipsDataItem_title a[href*='topic'] || .ipsData__title a[href*='topic'] || a.topic_title",
    stats=".ipsDataItem_stats li, .ipsData__stats li, td.col_f_views li",
    last=".ipsDataItem_lastPoster time@@datetime || .ipsData__last time@@datetime || .last_post li.desc a",
    pinned=".ipsBadge_positive .fa-thumb-tack, .fa-thumbtack, .ipsBadge_green",
    posts="article[id^=elComment_], div.ipsComment[data-commentid], article[data-commentid],"
    " div.post_block[id^=post_id_]",
    number=".@@data-commentid || .@@id",
    author=".cAuthorPane_author a || .ipsComment_author strong || .ipsEntry__username || .author"
    " span[itemprop=name]"
    " || .author || h3 .fn",
    profile=".cAuthorPane_author a[href]@@href || .author a@@href",
    staff=".cAuthorPane_info [data-role=group] || .ipsEntry__group || li.group_title || .group_title",
    date="time@@datetime || abbr.published@@title || .published",
    body="[data-role=commentContent] || .entry-content",
    drop=".ipsSignature, .signature, .edit, .rating",
    quote="blockquote.ipsQuote, blockquote.ipsBlockquote, p.citation, div.blockquote",
    quoted=".@@data-ipsquote-contentcommentid || .@@data-pid",
    edited=".ipsComment_meta [data-excludequote] time@@datetime || p.edit",
    likes=".ipsReact_reactCount || .rep_bar .reputation",
    accepted=".ipsComment_solved, .ipsBox--solved, .cPostSolved",
    title="h1.ipsType_pageTitle || h1.ipsPageHeader__title || h1.ipsType_pagetitle || h1",
    members="#statistics || .ipsWidget [data-blockid*=stats]",
    thread_address=(
        (r"(/topic/\d+[^/?#]*).*", r"\1/"),
        (r"(index\.php\?)(?:.*&)?(showtopic=\d+).*", r"\1\2"),
    ),
    board_address=(
        (r"(/forum/\d+[^/?#]*).*", r"\1/"),
        (r"(index\.php\?)(?:.*&)?(showforum=\d+).*", r"\1\2"),
    ),
    post_address="?do=findComment&comment={number}",
    wall="//form[contains(@action, '/login/')][ancestor::main or ancestor::*[@id='elError']]",
)
