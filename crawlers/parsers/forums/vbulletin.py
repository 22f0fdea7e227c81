"""vBulletin 3, 4 and 5, with or without rewritten addresses."""

from crawlers.parsers.forums.layout import Layout

LAYOUT = Layout(
    engine="vbulletin",
    boards="h2.forumtitle a, a.forum-title, td.alt1Active a[href] > strong, tr[id^=forum] a.forum-title,"
    " .forumbit_post h2 a, .subforum a, div.forumhead h2 a",
    rows="//*[contains(concat(' ', @class, ' '), ' threadbit ')][.//a[contains(@id, 'thread_title_')"
    " or contains(@class, 'title')]]"
    " | //tr[td//a[starts-with(@id, 'thread_title_')]][not(contains(@class, 'threadbit'))]"
    " | //tr[contains(@class, 'topic-item')] |"
    " //*[@itemtype='http://schema.org/Article'][.//a[@itemprop='url']]",
    thread="a[id^=thread_title_] || a.topic-title || h3.threadtitle a.title || a.title || a[itemprop=url]",
    stats="ul.threadstats li, td.threadreplies, td.threadviews, .posts-count, .views-count,"
    " td[title*='Replies:'],"
    " td[align=center]",
    last="dl.threadlastpost dd:last-child || .threadlastpost dd || .lastpost-date ||"
    " td[title*='Replies:'] div"
    " || td.alt2 div.smallfont",
    pinned=".sticky, li.sticky, img[src*=sticky]",
    posts="//li[starts-with(@id, 'post_')][.//*[starts-with(@id, 'post_message_')]]"
    " | //table[starts-with(@id, 'post') and translate(substring(@id, 5), '0123456789', '') = ''"
    " and string-length(@id) > 4]"
    " | //section[starts-with(@id, 'post') and translate(substring(@id, 5), '0123456789', '') = '']"
    " | //li[contains(@class, 'b-post') and @data-node-id]",
    number=".@@data-node-id || .@@id",
    author="a.bigusername || .username strong || .username_container .username || a.username || .author a"
    " || .b-userinfo__details a || div[id^=postmenu_]",
    profile="a.bigusername@@href || a.username@@href || .author a@@href",
    staff=".usertitle || .b-userinfo__rank || div[id^=postmenu_] + div.smallfont || .rank",
    date="time@@datetime || [itemprop=dateCreated] || .postdate .date || .b-post__timestamp || td.thead",
    body="div[id^=post_message_] .postcontent || div[id^=post_message_] || .js-post__content-text ||"
    " .postcontent",
    drop=".signature, .signaturecontainer, .editedby, .after_content, .lastedited",
    quote="div.bbcode_quote, blockquote:not(.postcontent), div[style*='margin:20px'] > table",
    quoted="a[href*='#post']@@href || a[href*='p=']@@href",
    edited=".lastedited .time || .lastedited || .editedby || .b-post__edit-reason",
    likes=".votecount || .js-votecount",
    title=".threadtitle a || h1 .threadtitle || h1.main-title || td.navbar strong || h1",
    members="#wgo_stats dl dd:last-of-type || #wgo_stats || td.alt1 div.smallfont",
    thread_address=(
        (r"showthread\.php\?(?:.*&)?t=(\d+).*", r"showthread.php?t=\1"),
        (r"showthread\.php[/?](\d+).*", r"showthread.php?t=\1"),
        (r"(/threads/[^/?#]+).*", r"\1"),
    ),
    board_address=(
        (r"forumdisplay\.php\?(?:.*&)?f=(\d+).*", r"forumdisplay.php?f=\1"),
        (r"forumdisplay\.php[/?](\d+).*", r"forumdisplay.php?f=\1"),
    ),
    post_address="showthread.php?p={number}#post{number}",
    wall="//form[contains(@action, 'login.php')][ancestor::*[contains(@class, 'standard_error')"
    " or contains(@class, 'panelsurround')]]",
)
