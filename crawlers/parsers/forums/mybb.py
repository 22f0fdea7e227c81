"""MyBB 1.6 and 1.8."""

from crawlers.parsers.forums.layout import Layout

LAYOUT = Layout(
    engine="mybb",
    boards="td strong a[href*='forumdisplay.php'], td strong a[href*='forum-'], .subforumicon + a",
    rows="//tr[contains(@class, 'inline_row')] | //tr[td//span[starts-with(@id, 'tid_')]]",
    thread="span[id^=tid_] a || .subject_new a, .subject_old a",
    stats="td[align=center]",
    last="td:last-child .lastpost span[title]@@title || td:last-child .lastpost || td:last-child",
    pinned=".forumdisplay_sticky, .thread_sticky",
    posts="div.post[id^=post_], table[id^=post_]",
    number=".@@id",
    author=".author_information .largetext || .post_author .largetext || .post_author strong",
    profile=".author_information .largetext a@@href || .post_author a@@href",
    staff=".author_information .smalltext || .post_author .smalltext",
    date=".post_date",
    body=".post_body",
    drop=".signature, .post_edit",
    quote="blockquote.mycode_quote, blockquote",
    quoted="cite a@@href || a.quick_jump@@href",
    edited=".post_edit",
    title="td.thead strong || .thead .float_left strong || .navigation .active",
    members=".tfoot + tr .smalltext || #boardstats_e || #boardstats",
    thread_address=(
        (r"showthread\.php\?(?:.*&)?tid=(\d+).*", r"showthread.php?tid=\1"),
        (r"((?:/|^)[Tt]hread-.+?)(?:--?(?:page|post)-\d+|--lastpost|--newpost)?(\.html)?([?#].*)?$", r"\1\2"),
    ),
    board_address=(
        (r"forumdisplay\.php\?(?:.*&)?fid=(\d+).*", r"forumdisplay.php?fid=\1"),
        (r"((?:/|^)[Ff]orum-.+?)(?:--?page-\d+)?(\.html)?([?#].*)?$", r"\1\2"),
    ),
    post_address="showthread.php?pid={number}#pid{number}",
    wall="//form[contains(@action, 'member.php')][.//input[@name='action' and @value='do_login']]"
    "[ancestor::*[@id='content']][ancestor::table]",
)
