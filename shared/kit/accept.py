"""Which of the representations on offer a caller prefers. Source: RFC 9110, section 12.5.1."""

import re
from collections.abc import Sequence
from typing import Final

from shared.kit.problem import Problem

MAX_RANGES: Final = 32

_quality: Final = re.compile(r"(0(\.[0-9]{0,3})?|1(\.0{0,3})?)\Z")


def preferred(accept: Sequence[str], offered: Sequence[str]) -> str:
    """Return the offered media type that the `Accept` headers weigh highest; among equals the first one offered.

    Raises:
        Problem: 406 `not_acceptable`, when none of them is accepted.
    """
    ranges = [part for header in accept for part in header.split(",") if part.strip()][:MAX_RANGES]
    if not ranges:
        return offered[0]
    weights = dict(map(_weighed, ranges))
    best = max(offered, key=lambda media_type: _weight(media_type, weights))
    if _weight(best, weights) > 0:
        return best
    raise Problem(
        406,
        "not_acceptable",
        f"The Accept header would have to allow one of: {', '.join(offered)}.",
        facts={"offered": list(offered)},
    )


def _weight(media_type: str, weights: dict[str, float]) -> float:
    """The most specific range decides."""
    for candidate in (media_type, media_type.partition("/")[0] + "/*", "*/*"):
        if candidate in weights:
            return weights[candidate]
    return 0.0


def _weighed(part: str) -> tuple[str, float]:
    media_type, *parameters = (piece.strip().lower() for piece in part.split(";"))
    quality = next((one[2:] for one in parameters if one.startswith("q=")), "1")
    return media_type, float(quality) if _quality.match(quality) else 0.0
