"""Curves over a growing log as SVG: both axes logarithmic, one line a contender, readable on light and dark pages.

Written by hand: four small charts are not worth a plotting library with its dozen packages.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final, TypeAlias

Points: TypeAlias = Sequence[tuple[int, float]]  # (entries, per second), both above zero, ascending by entries

WIDTH: Final = 640
HEIGHT: Final = 360
LEFT, RIGHT, TOP, BOTTOM = 84, 96, 44, 48
INK: Final = "#7a7a7a"
GRID: Final = "#7a7a7a40"
COLOURS: Final = {"ours": "#2f7ed8", "limit": "#8a8a8a", "stock": "#d9822b", "crud": "#2e9e5b", "emmett": "#a05cc7"}
POWERS: Final = "⁰¹²³⁴⁵⁶⁷⁸⁹"


@dataclass(frozen=True, slots=True)
class Axis:
    """Whole powers of ten from `low` to `high`, laid over pixels from `start` to `end`."""

    low: int
    high: int
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return the pixel of a value."""
        return self.start + (self.end - self.start) * (math.log10(value) - self.low) / (self.high - self.low)

    def powers(self) -> range:
        """Return the exponents of its ticks."""
        return range(self.low, self.high + 1)


def chart(title: str, across: str, up: str, lines: Mapping[str, Points]) -> str:
    """Return the SVG document of a chart with these lines; it says what it shows to those who do not see it.

    Raises:
        ValueError: there is no point to draw.
    """
    drawn = [point for points in lines.values() for point in points]
    if not drawn:
        raise ValueError("a chart would have to have a point")
    x = _axis([entries for entries, _ in drawn], LEFT, WIDTH - RIGHT)
    y = _axis([rate for _, rate in drawn], HEIGHT - BOTTOM, TOP)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
            f'font-family="sans-serif" font-size="12" fill="{INK}">',
            f"<title>{escape(title)}</title>",
            f'<text x="{LEFT}" y="22" font-size="14">{escape(title)}</text>',
            *_ticks(x, y),
            f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 8}" text-anchor="middle">{escape(across)}</text>',
            f'<text x="{LEFT}" y="38" text-anchor="start" font-size="11">{escape(up)}</text>',
            *(part for name, points in lines.items() for part in _line(name, points, x, y)),
            "</svg>\n",
        ]
    )


def _axis(values: Sequence[float], start: float, end: float) -> Axis:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return Axis(low, max(high, low + 1), start, end)


def _ticks(x: Axis, y: Axis) -> Iterator[str]:
    for power in x.powers():
        at = x.at(10.0**power)
        yield f'<path d="M{at:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="{GRID}"/>'
        yield f'<text x="{at:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{_power(power)}</text>'
    for power in y.powers():
        at = y.at(10.0**power)
        yield f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="{GRID}"/>'
        yield f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{_power(power)}</text>'


def _power(exponent: int) -> str:
    sign = "⁻" if exponent < 0 else ""
    return "10" + sign + "".join(POWERS[int(digit)] for digit in str(abs(exponent)))


def _line(name: str, points: Points, x: Axis, y: Axis) -> Iterator[str]:
    places = [(x.at(entries), y.at(rate)) for entries, rate in points]
    colour = COLOURS[name]
    path = "L".join(f"{across:.1f} {up:.1f}" for across, up in places)
    yield f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
    for (across, up), (entries, rate) in zip(places, points, strict=True):
        told = f"{name}: {rate:,.0f}/s at {entries:,}"
        yield f'<circle cx="{across:.1f}" cy="{up:.1f}" r="3.5" fill="{colour}"><title>{told}</title></circle>'
    across, up = places[-1]
    yield f'<text x="{across + 8:.1f}" y="{up + 4:.1f}" fill="{colour}">{name}</text>'
