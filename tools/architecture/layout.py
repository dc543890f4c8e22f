"""Where everything in the picture stands. Pure arithmetic, in pixels."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tools.architecture.model import INTERNET, TIERS, Arrow, Box, Picture

MARGIN, GAP, PADDING = 24, 28, 14
BOX_HEIGHT, LEAST_WIDTH = 62, 132
# The widths of the letters of 12 px in the fonts that are asked for, on the safe side.
LETTER = 7.0
BAND_LABEL, NOTE, LANE = 36, 26, 9
TITLE_TOP = 92
LEAST_TIER = 560
LIST_LINE = 18


@dataclass(frozen=True, kw_only=True)
class Place:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """Half its width."""
        return self.x + self.width / 2

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height


@dataclass(kw_only=True)
class Layout:
    """All places: of boxes by key, of tiers, of the VPC and of the lists."""

    boxes: dict[str, Place] = field(default_factory=dict)
    tiers: dict[str, Place] = field(default_factory=dict)
    lists: dict[str, Place] = field(default_factory=dict)
    vpc: Place
    # For each box that reads or writes stores, the height of its line under its tier.
    lanes: dict[str, float] = field(default_factory=dict)
    # Where each arrow of traffic leaves and arrives: x at its source and x at its target.
    ends: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)
    width: float = 0
    height: float = 0


def layout(picture: Picture) -> Layout:
    """Tiers below one another, stores to their right, lists at the bottom."""
    rows = ordered(picture)
    every = [*(box for boxes in rows.values() for box in boxes), *picture.stores]
    widths = {box.key: _width(box) for box in every}
    inner = max(LEAST_TIER, *(sum(widths[b.key] + GAP for b in boxes) + GAP for boxes in rows.values()))
    found = Layout(vpc=Place(x=MARGIN, y=TITLE_TOP, width=inner + 2 * PADDING, height=0))
    y = found.vpc.y + 2 * PADDING
    for tier in TIERS:
        keeping = [b.key for b in rows[tier] if any(not a.label and a.source == b.key for a in picture.arrows)]
        bottom = _tier(found, tier, [(box.key, widths[box.key]) for box in rows[tier]], y)
        found.lanes |= {key: bottom + LANE * (index + 1) for index, key in enumerate(keeping)}
        y = bottom + GAP + LANE * (len(keeping) + 1)
    found.vpc = Place(x=MARGIN, y=TITLE_TOP, width=inner + 2 * PADDING, height=y - TITLE_TOP)
    _stores(found, picture.stores, widths)
    _lists(found, picture)
    found.ends = _ends(found, {(a.source, a.target) for a in picture.arrows if a.label and a.source != INTERNET})
    return found


def ordered(picture: Picture) -> dict[str, list[Box]]:
    """Each tier's boxes below those that they are reached from, so that few arrows cross."""
    place: dict[str, float] = {INTERNET: 0.0}
    rows: dict[str, list[Box]] = {}
    for tier in TIERS:
        sources = {box.key: _sources(box, picture.arrows, place) for box in picture.tiers[tier]}
        rows[tier] = sorted(picture.tiers[tier], key=lambda box, s=sources: (s[box.key], box.title))  # type: ignore[misc]  # bound now
        place |= {box.key: index - (len(rows[tier]) - 1) / 2 for index, box in enumerate(rows[tier])}
    return rows


def _sources(box: Box, arrows: Sequence[Arrow], place: dict[str, float]) -> float:
    above = [place[arrow.source] for arrow in arrows if arrow.target == box.key and arrow.source in place]
    return sum(above) / len(above) if above else 99.0


def _width(box: Box) -> float:
    return max(LEAST_WIDTH, max(map(len, (box.title, *box.lines))) * LETTER + 2 * PADDING)


def _tier(found: Layout, tier: str, boxes: Sequence[tuple[str, float]], y: float) -> float:
    """Place a tier and its boxes (keys and widths), spread over its width; its lower edge."""
    inner = found.vpc.width - 2 * PADDING
    spare = (inner - sum(width for _, width in boxes)) / (len(boxes) + 1)
    x = found.vpc.x + PADDING + spare
    for key, width in boxes:
        found.boxes[key] = Place(x=x, y=y + BAND_LABEL, width=width, height=BOX_HEIGHT)
        x += width + spare
    found.tiers[tier] = Place(x=found.vpc.x + PADDING, y=y, width=inner, height=BAND_LABEL + BOX_HEIGHT + NOTE)
    return found.tiers[tier].bottom


def _ends(found: Layout, arrows: set[tuple[str, str]]) -> dict[tuple[str, str], tuple[float, float]]:
    """Spread what leaves and arrives over each edge, in the order of the other ends, so that no two arrows meet."""
    edges: dict[tuple[str, bool], list[tuple[float, tuple[str, str], int]]] = {}
    for arrow in arrows:
        boxes = [found.boxes[key] for key in arrow]
        for side, (box, other) in enumerate((boxes, boxes[::-1])):
            edges.setdefault((arrow[side], other.y > box.y), []).append((other.middle, arrow, side))
    spread: dict[tuple[str, str], dict[int, float]] = {arrow: {} for arrow in arrows}
    for (key, _), ends in edges.items():
        place = found.boxes[key]
        for index, (_, arrow, side) in enumerate(sorted(ends)):
            spread[arrow][side] = place.x + place.width * (index + 1) / (len(ends) + 1)
    return {arrow: (sides[0], sides[1]) for arrow, sides in spread.items()}


def _stores(found: Layout, stores: list[Box], widths: dict[str, float]) -> None:
    x = found.vpc.right + 2 * GAP + LANE * len(found.lanes)
    step = max(BOX_HEIGHT + PADDING, found.vpc.height / max(len(stores), 1))
    for index, store in enumerate(stores):
        y = found.vpc.y + step * index + (step - BOX_HEIGHT) / 2
        found.boxes[store.key] = Place(x=x, y=y, width=widths[store.key], height=BOX_HEIGHT)
    found.width = max([found.vpc.right, *(found.boxes[store.key].right for store in stores)]) + MARGIN


def _lists(found: Layout, picture: Picture) -> None:
    lowest = max(place.bottom for place in (found.vpc, *found.boxes.values()))
    height = 2 * PADDING + LIST_LINE * (1 + max((len(lines) for lines in picture.lists.values()), default=0))
    width = (found.width - 2 * MARGIN - GAP * (len(picture.lists) - 1)) / max(len(picture.lists), 1)
    for index, title in enumerate(picture.lists):
        found.lists[title] = Place(x=MARGIN + index * (width + GAP), y=lowest + GAP, width=width, height=height)
    found.height = lowest + GAP + height + MARGIN
