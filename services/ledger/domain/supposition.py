"""Which rules are supposed instead of those there are, and for the decisions of which period."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from shared.rulebook.model import Ref, RulebookVersion, Timeline

NO_FACTORS: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Supposition:
    """The rules as they are and as they are supposed to be, and the period `[since, until)` that is redecided."""

    current: Timeline
    supposed: Timeline
    since: datetime
    until: datetime

    def holds(self, instant: datetime) -> bool:
        """Return whether the instant lies in the period."""
        return self.since <= instant < self.until

    def assessed(self, pinned: Ref | None) -> frozenset[str]:
        """Return the factors that officers could assess under a pinned version."""
        version = self.current.named(pinned.id) if pinned is not None else None
        return NO_FACTORS if version is None else frozenset(version.factors)


def in_force_since(current: Timeline, version: RulebookVersion, since: datetime) -> Timeline:
    """Return the rules as they are until `since`, and `version` from then on, for good."""
    kept = [one for one in current.versions if one.effective_from < since]
    ended = [replace(one, effective_until=min(one.effective_until or since, since)) for one in kept]
    return Timeline(
        f"{current.name}+{version.id}", (*ended, replace(version, effective_from=since, effective_until=None))
    )
