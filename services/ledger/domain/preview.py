"""What would change if entries counted no longer: for whoever is about to revoke them. Nothing is recorded."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal, TypeAlias

from services.ledger.domain.changes import in_order, moves, turns
from services.ledger.domain.course import course_of
from services.ledger.domain.events import SanctionChange
from services.ledger.domain.facts import Reversal
from services.ledger.domain.knowledge import Knowledge, learn
from services.ledger.domain.standing import Standing, standing_in
from services.ledger.domain.state import Account, course
from shared.rulebook.model import Timeline

SUPPOSED: Final = "preview"  # the id of the revocations that are supposed

WhyNot: TypeAlias = Literal["unknown", "reversed"]


@dataclass(frozen=True, slots=True)
class Named:
    """An entry that was asked about; `why_not` says why revoking it would change nothing, None: it counts."""

    entry: str
    why_not: WhyNot | None


@dataclass(frozen=True, slots=True)
class Preview:
    """Standing as it is and as it would be, the sanctions that would change, in ladder order, the entries as asked."""

    before: Standing
    after: Standing
    sanctions: tuple[SanctionChange, ...]
    entries: tuple[Named, ...]


def preview(account: Account, timeline: Timeline, at: datetime, entries: Sequence[str]) -> Preview:
    """Return what revoking these entries at `at`, one after the other, would do to an account.

    An entry named again is revoked once. What is supposed has no position: `last_entry_position` is that of the last
    real fact in both standings.
    """
    now = course(account, timeline)
    named = tuple([Named(entry, _why_not(now.known, entry)) for entry in entries])
    recorded_at = max([at, *(fact.recorded_at for fact in account.facts[-1:])])
    position = account.facts[-1].position if account.facts else 0
    known = now.known
    for one in named:
        if one.why_not is None:
            position += 1
            known = learn(known, Reversal(SUPPOSED, position, one.entry, "revoked", recorded_at))
    then = course_of(known)
    after = standing_in(account.seller, then, at)
    return Preview(
        before=standing_in(account.seller, now, at),
        after=replace(after, last_entry_position=now.known.last_position),
        sanctions=in_order(moves(now.known, known), turns(now, then, recorded_at)),
        entries=named,
    )


def _why_not(known: Knowledge, entry: str) -> WhyNot | None:
    if entry not in known.entries:
        return "unknown"
    return "reversed" if entry in known.undone else None
