"""Spans of effective time: when a sanction, a seal or a stay holds. Half-open, as every window is."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple


class Span(NamedTuple):
    """From `start` (inclusive) to `until` (exclusive); None: for good."""

    start: datetime
    until: datetime | None

    def covers(self, instant: datetime) -> bool:
        """Return whether the instant lies in it."""
        return self.start <= instant and (self.until is None or instant < self.until)


def covered(spans: Iterable[Span], instant: datetime) -> bool:
    """Return whether one of the spans covers the instant."""
    return any(span.covers(instant) for span in spans)


def apart(span: Span, gaps: Sequence[Span]) -> tuple[Span, ...]:
    """Return what is left of a span outside `gaps`, in order; the gaps are in order too and do not overlap."""
    pieces: list[Span] = []
    start = span.start
    for gap in gaps:
        if gap.until is not None and gap.until <= start:
            continue
        if span.until is not None and span.until <= gap.start:
            break
        if start < gap.start:
            pieces.append(Span(start, gap.start))
        if gap.until is None:
            return tuple(pieces)
        start = gap.until
    if span.until is None or start < span.until:
        pieces.append(Span(start, span.until))
    return tuple(pieces)


def first_free(instant: datetime, spans: Sequence[Span]) -> datetime | None:
    """Return the first instant from this one on that none of the spans covers, or None if they cover all the rest."""
    while True:
        ends = [span.until for span in spans if span.covers(instant)]
        if not ends:
            return instant
        latest = ends[0]
        if latest is None:
            return None
        instant = latest
