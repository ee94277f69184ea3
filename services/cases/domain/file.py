"""The file of a case: what has been filed, submitted, judged and noted, decisions apart; and its running deadlines."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, TypeAlias

from services.cases.domain import events
from services.cases.domain.appeal import Appeal
from services.cases.domain.events import DeadlineName
from shared.rulebook.model import Deadline

Basis: TypeAlias = Literal["filing", "receipt", "window", "reopening", "fixed"]


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of evidence with its last assessment and, if it came late, the last ruling on that; None: not yet."""

    submitted: events.EvidenceSubmitted
    assessment: events.EvidenceAssessed | None = None
    ruling: events.LateEvidenceAdmitted | events.LateEvidenceExcluded | None = None

    @property
    def admitted(self) -> bool:
        """Whether it may be considered: it came in time, or was admitted although late."""
        return self.submitted.timeliness == "in_time" or isinstance(self.ruling, events.LateEvidenceAdmitted)

    @property
    def counts(self) -> bool:
        """Whether findings may rest on it: admitted, and last assessed as verified."""
        return self.admitted and self.assessment is not None and self.assessment.verdict == "verified"


@dataclass(frozen=True, slots=True)
class Running:
    """A deadline as it stands: when it is due, and from what it was counted, so that it can be counted anew.

    `filing`, `receipt`, `reopening`: from that instant, `since`. `window`: from the end of the evidence window,
    `since`. `fixed`: a supervisor set it, and no calendar moves it.
    """

    deadline: Deadline
    basis: Basis
    since: datetime

    @property
    def due(self) -> datetime:
        """When it is too late (exclusive)."""
        return self.deadline.due


@dataclass(frozen=True, slots=True)
class CaseFile:
    """What is in the file. `evidence_due` is None until the respondent has notice.

    `first_handled_at` is when the platform first stepped in; `handler` is the officer who has the case in hand now;
    `officers` are all who took part in it, `recused` those who stepped back; `breached` names the deadlines that are
    on record as passed with their work undone; `missed` are breaches of deadlines that a reopening replaced before the
    clock had recorded them; `appeal` is the last appeal that has ended.
    """

    filed: events.ComplaintFiled
    first_handling: Running
    resolution: Running
    evidence_due: Running | None = None
    notified: events.RespondentNotified | None = None
    defences: tuple[events.DefenceSubmitted, ...] = ()
    evidence: tuple[Piece, ...] = ()
    waived_at: datetime | None = None
    first_handled_at: datetime | None = None
    handler: str | None = None
    officers: frozenset[str] = field(default_factory=frozenset)
    recused: frozenset[str] = field(default_factory=frozenset)
    breached: frozenset[str] = field(default_factory=frozenset)
    missed: tuple[events.DeadlineBreached, ...] = ()
    erased: events.PersonalDataErased | None = None
    appeal: Appeal | None = None

    def instant(self, at: datetime) -> datetime:
        """Return `at`, or the filing where that is later: the clock may have been set back in between."""
        return max(at, self.filed.filed_at)

    def window_end(self, party: events.Party) -> datetime | None:
        """Return when the party's time for evidence ends (exclusive), None while nothing ends it.

        A waiver shortens only the time of the respondent, who gives it.
        """
        due = None if self.evidence_due is None else self.evidence_due.due
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

    def running(self, name: DeadlineName) -> Running | None:
        """Return a deadline as it stands, None where it does not run yet."""
        match name:
            case "first_handling":
                return self.first_handling
            case "resolution":
                return self.resolution
            case "evidence":
                return self.evidence_due

    def passed(self, name: DeadlineName, now: datetime) -> bool:
        """Return whether the deadline has passed by `now`, or is on record as breached although the clock was set back.

        What has passed has passed: nothing moves it any more.
        """
        running = self.running(name)
        return name in self.breached or (running is not None and running.due <= now)

    def with_deadline(self, name: DeadlineName, running: Running) -> "CaseFile":
        """Return the file with this deadline in the place of the one of that name."""
        match name:
            case "first_handling":
                return replace(self, first_handling=running)
            case "resolution":
                return replace(self, resolution=running)
            case "evidence":
                return replace(self, evidence_due=running)


def opened(filed: events.ComplaintFiled) -> CaseFile:
    """Return the file of a complaint that was just filed."""
    return CaseFile(
        filed,
        first_handling=Running(filed.first_handling_due, "filing", filed.filed_at),
        resolution=Running(filed.resolution_due, "filing", filed.filed_at),
    )
