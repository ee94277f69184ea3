"""Durations in bounded memory: counted by their first three digits, so that median and percentile err by under 1 %."""

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from typing import Final

DIGITS: Final = 3
MEDIAN: Final = Fraction(1, 2)
NINETIETH: Final = Fraction(9, 10)


def rounded(seconds: int) -> int:
    """Return the seconds (0 or more) with all but the first three digits made zero."""
    unit: int = 10 ** max(0, len(str(seconds)) - DIGITS)
    return seconds // unit * unit


@dataclass(slots=True)
class Durations:
    """How long things took, in whole seconds begun and ended: count, maximum and the shares below."""

    count: int = 0
    longest_s: int = 0
    _seen: Counter[int] = field(default_factory=Counter)

    def add(self, microseconds: int) -> None:
        """Count one; what would be below zero, as by a clock that went back, counts as nothing."""
        seconds = max(0, microseconds // 1_000_000)
        self.count += 1
        self.longest_s = max(self.longest_s, seconds)
        self._seen[rounded(seconds)] += 1

    def at(self, share: Fraction) -> int | None:
        """Return the smallest counted value, as `rounded`, that so large a share does not exceed; None without any."""
        rank, passed = ceil(share * self.count), 0
        for seconds in sorted(self._seen):
            passed += self._seen[seconds]
            if passed >= rank:
                return seconds
        return None
