"""Small charts, pure: a month as inline SVG bars, and the same month as blocks of text.

Both are shown with their numbers and a sentence beside them; the drawing alone carries nothing.
Colours come from the page's style sheet through classes, so that grey and dark pages work.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from search.editions.digest import Chart

BLOCKS = "▁▂▃▄▅▆▇█"
NOT_COVERED = "·"
BAR = 7
GAP = 3
HEIGHT = 44
SCALE = 4
"""A full bar stands for at least four: one thing a day must not look like a peak."""
SHARE_WIDTH = 64
LEAST = 2
"""Height of a bar that counts one thing at least, so that it is never taken for none."""


def sparkline(counts: Sequence[int | None]) -> str:
    """A month in block characters; a day that was not covered is a dot."""
    top = max([SCALE, *(count for count in counts if count is not None)])
    return "".join(_block(count, top) for count in counts)


def _block(count: int | None, top: int) -> str:
    if count is None:
        return NOT_COVERED
    if count == 0:
        return BLOCKS[0]
    return BLOCKS[1 + round((len(BLOCKS) - 2) * count / top)]


def draw_month(chart: Chart) -> Markup:
    """The month as an SVG picture: bars, the band of usual days, the last day marked."""
    width = len(chart.counts) * (BAR + GAP) - GAP
    top = max([SCALE, *(count for count in chart.counts if count is not None), chart.high or 0])
    inner = Markup("").join([_band(chart, width, top), *_bars(chart, top)])
    return Markup(
        '<svg class="month" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        'aria-label="{label}">{inner}</svg>'
    ).format(width=width, height=HEIGHT, label=f"{chart.title}. {chart.sentence}", inner=inner)


def _band(chart: Chart, width: int, top: int) -> Markup:
    """The usual range as a band behind the bars."""
    if chart.low is None or chart.high is None:
        return Markup("")
    upper, lower = _height(chart.high, top), _height(chart.low, top)
    return Markup('<rect class="usual" x="0" y="{y}" width="{width}" height="{height}"/>').format(
        y=HEIGHT - upper, width=width, height=max(LEAST, upper - lower)
    )


def _bars(chart: Chart, top: int) -> list[Markup]:
    last = len(chart.counts) - 1
    return [
        _bar(position * (BAR + GAP), count, top, kind="last" if position == last else "day")
        for position, count in enumerate(chart.counts)
    ]


def _bar(x: int, count: int | None, top: int, *, kind: str) -> Markup:
    if count is None:
        return Markup('<circle class="gap" cx="{x}" cy="{y}" r="1"/>').format(x=x + BAR // 2, y=HEIGHT - 2)
    height = _height(count, top) if count else 1
    return Markup('<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}"/>').format(
        kind=kind if count else f"{kind} none", x=x, y=HEIGHT - height, width=BAR, height=height
    )


def _height(count: int, top: int) -> int:
    return max(LEAST, round(HEIGHT * count / top)) if count else 0


def draw_share(share: float | None) -> Markup:
    """A bar filled so far; its number stands beside it, so that readers may skip it."""
    if share is None:
        return Markup("")
    full = max(LEAST if share > 0 else 0, round(SHARE_WIDTH * min(1.0, share)))
    return Markup(
        '<svg class="share" viewBox="0 0 {width} 6" width="{width}" height="6" aria-hidden="true">'
        '<rect class="all" width="{width}" height="6"/><rect class="part" width="{full}" height="6"/></svg>'
    ).format(width=SHARE_WIDTH, full=full)
