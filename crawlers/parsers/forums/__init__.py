"""The forum engines whose pages we know, a file for each."""

from crawlers.engines import Engine
from crawlers.parsers.forums import invision, mybb, phpbb, smf, vbulletin, xenforo
from crawlers.parsers.forums.layout import Layout

LAYOUTS: dict[Engine, Layout] = {
    module.LAYOUT.engine: module.LAYOUT for module in (phpbb, vbulletin, xenforo, invision, mybb, smf)
}
