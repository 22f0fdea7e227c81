"""phpBB: prosilver (3.x) and the styles that come from it, subsilver (3.0 and 2)."""

from crawlers.parsers.forums.layout import Layout

LAYOUT = Layout(
    engine="phpbb",
    boards="a.forumtitle, a.forumlink, a.subforum",
    rows="//li[contains(@class, 'row')][.//a[contains(@class, 'topictitle')]]"
    " | //tr[td//a[contains(@class, 'topictitle')]][not(.//tr)]",
    thread="a.topictitle",
    stats="dd.posts, dd.views, td.topicdetails, p.topicdetails, td > span.postdetails, td > span.gensmall",
    last="dd.lastpost time@@datetime || dd.lastpost span || td:last-child p.topicdetails"
    " || td:last-child span.gensmall || td:last-child",
    pinned=".sticky, .announce, .global-announce, dl[class*=sticky], dl[class*=announce], img[src*=sticky],"
    " img[src*=announce]",
    posts="//div[starts-with(@id, 'p') and contains(concat(' ', @class, ' '), ' post ')]"
    " | //table[contains(@class, 'tablebg')][.//a[starts-with(@name, 'p')]][.//*[contains(@class,"
    " 'postbody')]]"
    "[not(.//table[contains(@class, 'tablebg')])]"
    " | //tr[td//span[@class='name']/a[@name]][.//*[contains(@class, 'postbody')]][not(.//td//td//td//td)]",
    number=".@@id || a[name]@@name",
    author=".postprofile a.username, .postprofile a.username-coloured || .postprofile dt a:not(:has(img))"
    " || p.author a.username, p.author a.username-coloured, p.author span.username || p.author strong"
    " || .postprofile dt strong || .postauthor || span.name b || span.name",
    profile=".postprofile a.username@@href || .postprofile a.username-coloured@@href || p.author"
    " strong a@@href"
    " || a[href*='mode=viewprofile']@@href",
    staff=".profile-rank || .postprofile dd || .postdetails || ./td[1]",
    date="p.author time@@datetime || p.author || ./descendant::*[contains(@class, 'postdate')]"
    " || ./descendant::td[contains(@class, 'gensmall')]/div[last()] || span.postdetails"
    " || ./descendant::td[contains(., 'Post') and not(.//td)][1]",
    body=".content, div.postbody > .content || div.postbody || span.postbody",
    drop=".signature, .notice, dl.attachbox, .post-buttons",
    quote="blockquote, div.quotecontent",
    quoted="cite a[href*='p=']@@href || a[href*='viewtopic.php?p=']@@href",
    edited=".notice time@@datetime || .notice",
    title="h2.topic-title, h2.topic-title a, h1.topic-title, #page-body h2 a, #pageheader h2 a,"
    " a.titles, a.maintitle",
    members=".statistics || .stat-block || #page-body p || td.row1 span.gensmall",
    thread_address=(
        (r"viewtopic\.php\?(?:.*&)?t=(\d+).*", r"viewtopic.php?t=\1"),
        (r"(-t\d+)(?:-\d+)?\.html.*", r"\1.html"),
    ),
    board_address=(
        (r"viewforum\.php\?(?:.*&)?f=(\d+).*", r"viewforum.php?f=\1"),
        (r"(-f\d+)(?:-\d+)?(\.html|/).*", r"\1\2"),
    ),
    post_address="viewtopic.php?p={number}#p{number}",
    wall="//form[contains(@action,"
    " 'mode=login')][.//input[@type='password']][not(ancestor::*[@class='headerbar'])]"
    "[.//input[@name='redirect']]",
)
