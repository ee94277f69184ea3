"""What a case is at any moment: one file that grows, in one of a few states. Widened by adding a state to the union."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeAlias, assert_never

from services.cases.domain import events
from shared.kit.decider import Recorded

StateName: TypeAlias = Literal[
    "unfiled",
    "filed",
    "evidence_open",
    "under_review",
    "severe_proposed",
    "override_proposed",
    "upheld",
    "dismissed",
    "withdrawn",
]


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of evidence with its last assessment, None while nobody has judged it."""

    submitted: events.EvidenceSubmitted
    assessment: events.EvidenceAssessed | None = None

    @property
    def counts(self) -> bool:
        """Whether findings may rest on it: admitted, which being in time makes it, and last assessed as verified."""
        verified = self.assessment is not None and self.assessment.verdict == "verified"
        return verified and self.submitted.timeliness == "in_time"


@dataclass(frozen=True, slots=True)
class CaseFile:
    """What has been filed, submitted and noted, decision apart.

    `first_handled_at` is when the platform first stepped in; `handler` is the officer who has the case in hand now.
    """

    filed: events.ComplaintFiled
    notified: events.RespondentNotified | None = None
    defences: tuple[events.DefenceSubmitted, ...] = ()
    evidence: tuple[Piece, ...] = ()
    waived_at: datetime | None = None
    first_handled_at: datetime | None = None
    handler: str | None = None
    recused: frozenset[str] = field(default_factory=frozenset)

    def window_end(self, party: events.Party) -> datetime | None:
        """Return when the party's time for evidence ends (exclusive), None while nothing ends it.

        A waiver shortens only the time of the respondent, who gives it.
        """
        due = None if self.notified is None else self.notified.evidence_due.due
        if party == "complainant" or self.waived_at is None:
            return due
        return self.waived_at if due is None else min(due, self.waived_at)

    def respondent_heard(self, now: datetime) -> bool:
        """Return whether the respondent has had the chance to speak: answered, waived, or out of time at `now`."""
        end = self.window_end("respondent")
        return bool(self.defences) or self.waived_at is not None or (end is not None and end <= now)

    def piece(self, evidence_id: str) -> Piece | None:
        """Return the piece of this id, or None."""
        return next((piece for piece in self.evidence if piece.submitted.evidence_id == evidence_id), None)


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
    """成立. Decided against the respondent."""

    file: CaseFile
    decision: Recorded[events.OrdinaryViolationUpheld | events.SevereViolationUpheld]
    notified: events.DecisionNotified | None = None


@dataclass(frozen=True, slots=True)
class Dismissed:
    """不成立. Decided: not upheld."""

    file: CaseFile
    decision: Recorded[events.ComplaintDismissed]
    notified: events.DecisionNotified | None = None


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The complainant took the complaint back; nothing is decided any more."""

    file: CaseFile
    withdrawn_at: datetime


UNFILED: Final = Unfiled()

Proposed: TypeAlias = SevereProposed | OverrideProposed
Undecided: TypeAlias = Open | SevereProposed | OverrideProposed
Decided: TypeAlias = Upheld | Dismissed
CaseState: TypeAlias = Unfiled | Undecided | Decided | Withdrawn


def state_name(state: CaseState, now: datetime) -> StateName:
    """Return the public name of the state at `now`.

    `under_review` is made by the clock: an open case is under review once the respondent answered or waived, or from
    the instant on at which evidence is due.
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
        case Upheld():
            return "upheld"
        case Dismissed():
            return "dismissed"
        case Withdrawn():
            return "withdrawn"
        case _:
            assert_never(state)
