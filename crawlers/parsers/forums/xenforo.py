"""XenForo 1 and 2."""

from crawlers.parsers.forums.layout import Layout

LAYOUT = Layout(
    engine="xenforo",
    boards="h3.node-title a, .nodeTitle a, .subNodeLink--forum",
    rows=".structItem--thread, li.discussionListItem",
    thread=".structItem-title a[href*='/threads/'], .structItem-title a:not(.labelLink)"
    " || h3.title a.PreviewTooltip || h3.title a:not(.prefixLink)",
    stats=".structItem-cell--meta dl, .listBlock.stats dl",
    last="time.structItem-latestDate@@datetime || .lastPost abbr.DateTime@@data-time || .lastPost"
    " .DateTime@@title"
    " || .lastPost .DateTime",
    pinned=".structItem-status--sticky, .sticky, .iconKey .sticky",
    posts="article.message--post, li.message[id^=post-]",
    number=".@@data-content || .@@id",
    author=".message-name .username || .message-userDetails .username || .messageUserInfo a.username"
    " || .username",
    profile=".message-name a.username@@href || a.username@@href",
    staff=".userBanner || .userTitle",
    shows_staff=True,
    date=".message-attribution-main time@@datetime || header time@@datetime || time@@datetime"
    " || .datePermalink abbr@@data-time || .datePermalink .DateTime@@title || .DateTime@@title || .DateTime",
    body=".message-body .bbWrapper || .messageText",
    drop=".messageTextEndMarker, .bbCodeBlock-expandLink, .js-selectToQuoteEnd",
    quote=".bbCodeBlock--quote, .bbCodeQuote, blockquote.quoteContainer",
    quoted=".@@data-source || .bbCodeBlock-sourceJump@@href || .AttributionLink@@href",
    edited=".message-lastEdit time@@datetime || .editDate .DateTime@@title",
    likes=".reactionsBar-link || .LikeText",
    accepted=".message-solutionFlag, .solutionRibbon",
    title="h1.p-title-value || .titleBar h1",
    members=".block-row dl.pairs:nth-child(3) dd || dl.memberCount dd || .memberCount",
    thread_address=((r"(/threads/[^/?#]+).*", r"\1/"),),
    board_address=((r"(/forums/[^/?#]+).*", r"\1/"),),
    post_address="../../posts/{number}/",
    wall="//form[contains(@action, '/login/login')][ancestor::*[contains(@class, 'p-body-pageContent')"
    " or contains(@class, 'errorOverlay')]]",
)
