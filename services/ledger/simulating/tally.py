"""What a simulation counts as it goes: decisions by what becomes of them, accounts, standings at each instant."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.ledger.domain.answer import Standing
from services.ledger.domain.redeciding import Unknown
from services.ledger.domain.supposing import Verdict


class Tally:
    """The counts. `as_of` are the instants at which standings are compared."""

    def __init__(self, as_of: Sequence[datetime]) -> None:
        self._accounts, self._decisions, self._dismissals = Counter[str](), Counter[str](), Counter[str]()
        self._missing, self._versions = Counter[str](), Counter[str]()
        self._at = {instant: _Instant() for instant in as_of}

    def decided(self, verdict: Verdict) -> None:
        """Count one upheld decision."""
        self._decisions[verdict.outcome] += 1
        if verdict.unknown is not None:
            self._missing[verdict.unknown.missing] += 1
        if verdict.version is not None:
            self._versions[verdict.version.id] += 1

    def dismissed(self, outcome: str, unknown: Unknown | None) -> None:
        """Count one dismissal."""
        self._dismissals[outcome] += 1
        if unknown is not None:
            self._missing[unknown.missing] += 1

    def looked_at(self, *, changed: bool, unknown: bool) -> None:
        """Count one account: whether anything of it differs, and whether a decision of it is not replayable."""
        self._accounts.update({"looked_at": 1, "changed": int(changed), "not_replayable": int(unknown)})

    def quarantined(self) -> None:
        """Count one account that cannot answer."""
        self._accounts["quarantined"] += 1

    def stood(self, instant: datetime, before: Standing, after: Standing) -> None:
        """Count where one account stands at an instant, as it is and as it would be."""
        self._at[instant].count(before, after)

    def told(self) -> dict[str, Any]:
        """Return the counts in the form of the contract `SimulationReport`."""
        outcomes = ("same", "changed", "not_upheld", "not_replayable")
        return {
            "accounts": _named(self._accounts, ("looked_at", "changed", "not_replayable", "quarantined")),
            "decisions": _named(self._decisions, outcomes),
            "dismissals": _named(self._dismissals, ("same", "would_be_open", "not_replayable")),
            "missing": dict(sorted(self._missing.items())),
            "judged_by": dict(sorted(self._versions.items())),
            "standings": [{"as_of": instant, **counts.told()} for instant, counts in self._at.items()],
        }


class _Instant:
    """The counts of one instant."""

    def __init__(self) -> None:
        self.before, self.after, self.moved = Counter[str](), Counter[str](), Counter[tuple[str, str]]()
        self.points_before, self.points_after = Counter[str](), Counter[str]()

    def count(self, before: Standing, after: Standing) -> None:
        self.before[before.standing] += 1
        self.after[after.standing] += 1
        if before.standing != after.standing:
            self.moved[before.standing, after.standing] += 1
        self.points_before.update(before.points)
        self.points_after.update(after.points)

    def told(self) -> dict[str, Any]:
        moved = [{"from": was, "to": now, "accounts": count} for (was, now), count in sorted(self.moved.items())]
        return {
            "before": {"standings": _sorted(self.before), "points": _sorted(self.points_before)},
            "after": {"standings": _sorted(self.after), "points": _sorted(self.points_after)},
            "moved": moved,
        }


def _named(counts: Mapping[str, int], names: Sequence[str]) -> dict[str, int]:
    return {name: counts.get(name, 0) for name in names}


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items()))
