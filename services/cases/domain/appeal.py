"""An appeal, and its clock: the time left stands still while the platform holds it. Source: domain §4."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from services.cases.domain import events
from services.cases.domain.deadlines import Hold
from services.cases.domain.events import Party
from shared.kit.decider import Recorded

AppealEnd: TypeAlias = (
    events.AppealRejected
    | events.AppealLapsed
    | events.DecisionReversed
    | events.DecisionRegraded
    | events.DecisionRevoked
    | events.DismissalOverturned
)
"""What an appeal ends with: the reviewer's word, the clock's, or a revocation of what it was about."""


@dataclass(frozen=True, slots=True)
class Appeal:
    """违规申诉. Who appealed, in which times the platform has held it, and whether it is back with the appellant.

    `holds` are in order of time, the last one open unless `returned`; `statements` are the digests of what was said.
    `ended` is None while it goes on.
    """

    party: Party
    filed: Recorded[events.AppealFiled | events.DismissalContested]
    holds: tuple[Hold, ...]
    statements: tuple[str, ...]
    returned: events.AppealReturned | None = None
    ended: Recorded[AppealEnd] | None = None

    def lapsed(self, now: datetime) -> bool:
        """Return whether it has come to nothing by `now`: returned, and not resumed before the window closed."""
        return self.returned is not None and self.returned.closes_at <= now

    def back(self, returned: events.AppealReturned) -> "Appeal":
        """Return the appeal as the appellant has it back: the hold ended."""
        (since, _), *before = reversed(self.holds)
        return replace(self, holds=(*reversed(before), (since, returned.returned_at)), returned=returned)

    def again(self, resumed: events.AppealResumed) -> "Appeal":
        """Return the appeal as the platform has it again: a new hold began."""
        statements = (*self.statements, resumed.statement_digest)
        return replace(self, holds=(*self.holds, (resumed.resumed_at, None)), statements=statements, returned=None)


def begun(filed: Recorded[events.AppealFiled | events.DismissalContested]) -> Appeal:
    """Return the appeal that was just filed."""
    party: Party = "respondent" if isinstance(filed.event, events.AppealFiled) else "complainant"
    return Appeal(party, filed, ((filed.event.filed_at, None),), (filed.event.statement_digest,))
