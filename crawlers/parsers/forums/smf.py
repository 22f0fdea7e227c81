"""Simple Machines Forum 1.1, 2.0 and 2.1."""

from crawlers.parsers.forums.layout import Layout

LAYOUT = Layout(
    engine="smf",
    boards="a.subject[href*='board'], a.subject.mobile_subject, .info a.subject, a[name^=b][href*='board='],"
    " td.windowbg2 b > a[href*='board=']",
    rows="//div[@id='messageindex']//tr[td][.//span[starts-with(@id, 'msg_')]]"
    " | //div[@id='topic_container']/div | //tr[td//span[starts-with(@id, 'msg_')]]",
    thread="span[id^=msg_] a || .message_index_title a[href*='topic'] || .preview a[href*='topic']",
    stats="td.stats, .board_stats p, .board_stats, td[align=center]",
    last="td.lastpost || .lastpost p || .lastpost || td:last-child span.smalltext",
    pinned=".stickybg, .sticky, img[src*=sticky]",
    posts="//div[contains(@class, 'post_wrapper')] | //td[contains(@class, 'windowbg')]"
    "[.//div[contains(@class, 'post')]][.//a[starts-with(@href, 'javascript') or contains(@href,"
    " '#msg')]][not(.//td//td//td)]",
    number=".inner[id^=msg_]@@id || h5[id^=subject_]@@id || [id^=subject_]@@id || a[href*='#msg']@@href",
    author=".poster h4 a || .poster h4 || td b a[href*='action=profile']",
    profile=".poster h4 a@@href || td b a[href*='action=profile']@@href",
    staff=".poster .membergroup || .poster .title || .poster .postgroup || td span.smalltext",
    date=".keyinfo .page_number + time@@datetime || .keyinfo time@@datetime || .keyinfo .smalltext"
    " || .keyinfo .postinfo a.smalltext || div.smalltext",
    body=".inner[id^=msg_] || div.post .inner || div.post",
    drop=".signature, .modified, .moderatorbar",
    quote="blockquote, div.quoteheader",
    quoted="cite a@@href || a[href*='#msg']@@href || ./preceding-sibling::div[1]//a@@href",
    edited=".modified",
    title="h2.display_title || #forumposts .catbg span || .display_head h2 || td#top_subject",
    members="#upshrinkHeaderIC p.inline.stats || #upshrink_stats p.inline || #upshrink_stats ||"
    " p.inline.stats",
    thread_address=((r"index\.php(\?|/)(?:.*[&;])?topic[=,](\d+).*", r"index.php?topic=\2.0"),),
    board_address=((r"index\.php(\?|/)(?:.*[&;])?board[=,](\d+).*", r"index.php?board=\2.0"),),
    post_address="index.php?topic={thread}.msg{number}#msg{number}",
    wall="//form[@id='frmLogin' or @name='frmLogin']",
)
