"""The picture as SVG: readable on light and on dark pages, with the reader's own fonts and nothing from outside."""

from collections.abc import Iterator
from html import escape

from tools.architecture.layout import LIST_LINE, MARGIN, PADDING, Layout, Place, layout
from tools.architecture.model import INTERNET, Arrow, Box, Picture

STYLE = """
svg { --ink: #1f2328; --dim: #59636e; --line: #8c959f; --page: #ffffff; --vpc: #f6f8fa; --tier: #eaf2fb; --box: #ffffff; --hot: #0969da; --store: #1a7f37; }
@media (prefers-color-scheme: dark) {
  svg { --ink: #e6edf3; --dim: #9198a1; --line: #656c76; --page: #0d1117; --vpc: #151b23; --tier: #1a2636; --box: #0d1117; --hot: #58a6ff; --store: #3fb950; }
}
text { font: 12px ui-sans-serif, system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: var(--dim); }
.title { font-weight: 600; fill: var(--ink); }
.head { font-size: 18px; font-weight: 600; fill: var(--ink); }
.page { fill: var(--page); }
.vpc { fill: var(--vpc); stroke: var(--line); stroke-dasharray: 6 4; }
.tier { fill: var(--tier); }
.box { fill: var(--box); stroke: var(--line); }
.store { fill: var(--box); stroke: var(--store); }
.list { fill: none; stroke: var(--line); }
.traffic { fill: none; stroke: var(--hot); stroke-width: 1.6; marker-end: url(#hot); }
.data { fill: none; stroke: var(--store); stroke-width: 1.4; stroke-dasharray: 4 3; marker-end: url(#store); }
.port { fill: var(--hot); font-size: 11px; paint-order: stroke; stroke: var(--page); stroke-width: 4px; }
.note { paint-order: stroke; stroke: var(--tier); stroke-width: 4px; }
.hotfill { fill: var(--hot); }
.storefill { fill: var(--store); }
"""
NOTES = {
    "public": "public subnets",
    "private": "private subnets: a way out through NAT and endpoints, none in",
    "database": "database subnets: no way out",
}


def svg(picture: Picture, title: str) -> str:
    """The whole drawing."""
    places = layout(picture)
    body = [
        *_frame(places, title),
        *_tiers(places),
        *_arrows(picture, places),
        *_notes(places),
        *_boxes(picture, places),
        *_lists(picture, places),
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {places.width:.0f} {places.height:.0f}" role="img" aria-label="{escape(title)}">',
            f"<title>{escape(title)}</title>",
            f"<style>{STYLE}</style>",
            f"<defs>{_head('hot')}{_head('store')}</defs>",
            *body,
            "</svg>",
            "",
        ]
    )


def _head(name: str) -> str:
    return f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="{name}fill" d="M0 0L8 4L0 8z"/></marker>'


def _frame(places: Layout, title: str) -> Iterator[str]:
    yield f'<rect class="page" width="{places.width:.0f}" height="{places.height:.0f}" rx="10"/>'
    yield _text(MARGIN, 34, title, "head")
    yield _text(
        MARGIN,
        56,
        "Solid: traffic that a security group lets in, with its port. Dashed: data that a role may read or write through AWS's API.",
    )
    yield _rect(places.vpc, "vpc")
    yield _text(places.vpc.x + PADDING, places.vpc.y + 18, "VPC", "title")


def _tiers(places: Layout) -> Iterator[str]:
    for place in places.tiers.values():
        yield _rect(place, "tier")


def _notes(places: Layout) -> Iterator[str]:
    for tier, place in places.tiers.items():
        yield _text(place.x + 10, place.bottom - 8, NOTES[tier], "note")


def _boxes(picture: Picture, places: Layout) -> Iterator[str]:
    for boxes in picture.tiers.values():
        for box in boxes:
            yield from _box(box, places.boxes[box.key], "box")
    for box in picture.stores:
        yield from _box(box, places.boxes[box.key], "store")


def _box(box: Box, place: Place, kind: str) -> Iterator[str]:
    yield _rect(place, kind)
    yield _text(place.x + PADDING, place.y + 22, box.title, "title")
    for index, line in enumerate(box.lines[:2]):
        yield _text(place.x + PADDING, place.y + 39 + 15 * index, line)


def _lists(picture: Picture, places: Layout) -> Iterator[str]:
    for title, place in places.lists.items():
        yield _rect(place, "list")
        yield _text(place.x + PADDING, place.y + 22, title, "title")
        for index, line in enumerate(picture.lists[title]):
            yield _text(place.x + PADDING, place.y + 22 + LIST_LINE * (index + 1), line)


def _arrows(picture: Picture, places: Layout) -> Iterator[str]:
    for arrow in picture.arrows:
        if not arrow.label:
            yield _stored(arrow, places, [a for a in picture.arrows if not a.label])
    for index, ((source, target), ports) in enumerate(_merged(picture).items()):
        yield from _traffic(places, (source, target), ", ".join(ports), index)


def _merged(picture: Picture) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for arrow in picture.arrows:
        if arrow.label:
            found.setdefault((arrow.source, arrow.target), []).append(arrow.label)
    return found


def _stored(arrow: Arrow, places: Layout, all_: list[Arrow]) -> str:
    """Down from the box into its lane under the tier, out of the VPC, and to the store."""
    source, target = places.boxes[arrow.source], places.boxes[arrow.target]
    lane = places.lanes[arrow.source]
    trunk = places.vpc.right + 20 + 9 * list(places.lanes).index(arrow.source)
    into = sorted({a.source for a in all_ if a.target == arrow.target}, key=list(places.lanes).index)
    y = target.y + target.height * (into.index(arrow.source) + 1) / (len(into) + 1)
    start = source.right - 18
    return f'<path class="data" d="M{start:.0f} {source.bottom:.0f}V{lane:.0f}H{trunk:.0f}V{y:.0f}H{target.x:.0f}"/>'


def _traffic(places: Layout, ends: tuple[str, str], label: str, index: int) -> Iterator[str]:
    target = places.boxes[ends[1]]
    if ends[0] == INTERNET:
        yield f'<path class="traffic" d="M{target.middle:.0f} {places.vpc.y - 12:.0f}V{target.y:.0f}"/>'
        yield _text(target.middle + 8, places.vpc.y - 6, f"internet :{label}", "port")
        return
    source, (x1, x2) = places.boxes[ends[0]], places.ends[ends]
    if source.y == target.y:
        # From roof to roof, higher the longer the way is.
        top, high = source.y, source.y - 22 - 0.04 * abs(x2 - x1)
        yield f'<path class="traffic" d="M{x1:.0f} {top:.0f}C{x1:.0f} {high:.0f} {x2:.0f} {high:.0f} {x2:.0f} {top:.0f}"/>'
        yield _text((x1 + x2) / 2 - 12, top + 0.75 * (high - top) + 3, f":{label}", "port")
        return
    y1, y2 = (source.bottom, target.y) if source.y < target.y else (source.y, target.bottom)
    half = (y1 + y2) / 2
    yield f'<path class="traffic" d="M{x1:.0f} {y1:.0f}C{x1:.0f} {half:.0f} {x2:.0f} {half:.0f} {x2:.0f} {y2:.0f}"/>'
    part = 0.4 + 0.2 * (index % 2)
    yield _text(x1 + (x2 - x1) * part - 12, y1 + (y2 - y1) * part + 4, f":{label}", "port")


def _rect(place: Place, kind: str) -> str:
    return f'<rect class="{kind}" x="{place.x:.0f}" y="{place.y:.0f}" width="{place.width:.0f}" height="{place.height:.0f}" rx="6"/>'


def _text(x: float, y: float, text: str, kind: str = "") -> str:
    of_kind = f' class="{kind}"' if kind else ""
    return f'<text{of_kind} x="{x:.0f}" y="{y:.0f}">{escape(text)}</text>'
