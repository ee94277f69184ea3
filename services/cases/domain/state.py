"""What a case is at any moment: one file that grows, in one of a few states. Widened by adding a state to the union."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias, assert_never

from services.cases.domain import events
from services.cases.domain.appeal import Appeal
from services.cases.domain.file import CaseFile
from shared.kit.decider import Recorded

FiledName: TypeAlias = Literal[
    "filed",
    "evidence_open",
    "under_review",
    "severe_proposed",
    "override_proposed",
    "upheld",
    "dismissed",
    "appeal_filed",
    "returned_for_supplement",
    "upheld_final",
    "dismissed_final",
    "reversed",
    "regraded",
    "withdrawn",
    "merged",
    "refused",
]
StateName: TypeAlias = Literal["unfiled"] | FiledName

Violation: TypeAlias = events.OrdinaryViolationUpheld | events.SevereViolationUpheld
Revocation: TypeAlias = Recorded[events.RevocationProposed]


@dataclass(frozen=True, slots=True)
class Unfiled:
    """Nothing has happened under this id."""


@dataclass(frozen=True, slots=True)
class Open:
    """The case runs: filed, its evidence open, or under review, as the clock has it (see `state_name`)."""

    file: CaseFile


@dataclass(frozen=True, slots=True)
class SevereProposed:
    """A severe violation waits for a second officer."""

    file: CaseFile
    proposal: Recorded[events.SevereViolationProposed]


@dataclass(frozen=True, slots=True)
class OverrideProposed:
    """An override waits for a second officer."""

    file: CaseFile
    proposal: Recorded[events.OverrideProposed]


@dataclass(frozen=True, slots=True)
class Upheld:
    """成立. Decided against the respondent; no appeal was filed. `revocation` waits for a second supervisor."""

    file: CaseFile
    decision: Recorded[Violation]
    notified: events.DecisionNotified | None = None
    revocation: Revocation | None = None


@dataclass(frozen=True, slots=True)
class Dismissed:
    """不成立. Decided: not upheld."""

    file: CaseFile
    decision: Recorded[events.ComplaintDismissed]
    notified: events.DecisionNotified | None = None


@dataclass(frozen=True, slots=True)
class Appealed:
    """A violation under appeal. `stay` holds what it brought in abeyance."""

    file: CaseFile
    decision: Recorded[Violation]
    notified: events.DecisionNotified
    appeal: Appeal
    stay: Recorded[events.SanctionStayed] | None = None
    revocation: Revocation | None = None


@dataclass(frozen=True, slots=True)
class Contested:
    """A dismissal under appeal."""

    file: CaseFile
    decision: Recorded[events.ComplaintDismissed]
    notified: events.DecisionNotified
    appeal: Appeal


@dataclass(frozen=True, slots=True)
class UpheldFinal:
    """维持. The appeal came to nothing: rejected, or lapsed."""

    file: CaseFile
    decision: Recorded[Violation]
    notified: events.DecisionNotified
    ended: Recorded[events.AppealRejected | events.AppealLapsed]
    revocation: Revocation | None = None


@dataclass(frozen=True, slots=True)
class DismissedFinal:
    """The dismissal was contested and stands: rejected, or lapsed."""

    file: CaseFile
    decision: Recorded[events.ComplaintDismissed]
    notified: events.DecisionNotified
    ended: Recorded[events.AppealRejected | events.AppealLapsed]


@dataclass(frozen=True, slots=True)
class Regraded:
    """A lower violation stands in the place of the one that was appealed against."""

    file: CaseFile
    decision: Recorded[Violation]
    notified: events.DecisionNotified
    regrade: Recorded[events.DecisionRegraded]
    revocation: Revocation | None = None


@dataclass(frozen=True, slots=True)
class Reversed:
    """撤销. The violation counts no longer: reversed on appeal, or revoked, and with it the `regrade` in its place."""

    file: CaseFile
    decision: Recorded[Violation]
    notified: events.DecisionNotified | None
    undone: Recorded[events.DecisionReversed | events.DecisionRevoked]
    regrade: Recorded[events.DecisionRegraded] | None = None


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The complainant took the complaint back; nothing is decided any more."""

    file: CaseFile
    withdrawn_at: datetime


@dataclass(frozen=True, slots=True)
class Merged:
    """并案. Another case goes on in this one's stead."""

    file: CaseFile
    merged: Recorded[events.ComplaintMerged]


@dataclass(frozen=True, slots=True)
class Refused:
    """不予受理. The platform did not take the matter up."""

    file: CaseFile
    refused: Recorded[events.ComplaintRefused]


UNFILED: Final = Unfiled()

Proposed: TypeAlias = SevereProposed | OverrideProposed
Undecided: TypeAlias = Open | SevereProposed | OverrideProposed
Penalised: TypeAlias = Upheld | Appealed | UpheldFinal | Regraded  # a violation counts
Decided: TypeAlias = Penalised | Reversed | Dismissed | Contested | DismissedFinal
Ended: TypeAlias = Withdrawn | Merged | Refused  # without a decision
Filed: TypeAlias = Undecided | Decided | Ended
CaseState: TypeAlias = Unfiled | Filed


def penalty(state: CaseState) -> str | None:
    """Return the event id of the decision whose entry counts in the ledger: the regrade's where there is one.

    None where the case gives no penalty, not yet or no longer.
    """
    match state:
        case Regraded():
            return state.regrade.id
        case Upheld() | Appealed() | UpheldFinal():
            return state.decision.id
        case _:
            return None


def ended_at(state: CaseState) -> datetime | None:
    """Return when the platform's work of S11 was done: decided (recorded time), withdrawn, merged or refused."""
    match state:
        case Unfiled() | Open() | SevereProposed() | OverrideProposed():
            return None
        case Withdrawn():
            return state.withdrawn_at
        case Merged():
            return state.merged.recorded_at
        case Refused():
            return state.refused.recorded_at
        case _:
            return state.decision.recorded_at


def state_name(state: CaseState, now: datetime) -> StateName:
    """Return the public name of the state at `now`.

    Two are made by the clock: an open case is under review once the respondent answered or waived, or from the instant
    on at which evidence is due; an appeal that was returned has come to nothing from the instant on at which its
    window closes.
    """
    match state:
        case Unfiled():
            return "unfiled"
        case Open(file):
            if file.respondent_heard(now):
                return "under_review"
            return "filed" if file.notified is None else "evidence_open"
        case SevereProposed():
            return "severe_proposed"
        case OverrideProposed():
            return "override_proposed"
        case Appealed() | Contested():
            if state.appeal.lapsed(now):
                return "upheld_final" if isinstance(state, Appealed) else "dismissed_final"
            return "appeal_filed" if state.appeal.returned is None else "returned_for_supplement"
        case Merged():
            return "merged"
        case Refused():
            return "refused"
        case Withdrawn():
            return "withdrawn"
        case _:
            return _decided_name(state)


def _decided_name(
    state: Upheld | Dismissed | UpheldFinal | DismissedFinal | Reversed | Regraded,
) -> StateName:
    match state:
        case Upheld():
            return "upheld"
        case Dismissed():
            return "dismissed"
        case UpheldFinal():
            return "upheld_final"
        case DismissedFinal():
            return "dismissed_final"
        case Reversed():
            return "reversed"
        case Regraded():
            return "regraded"
        case _:
            assert_never(state)
