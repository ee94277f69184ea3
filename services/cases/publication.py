"""The one codec between a case's domain events and their stored, published form (a recall's: `recallpublication`).

What it writes satisfies `shared.contracts.decisions` where the fact moves points. Names are for ever: an event that
changes its meaning gets a new name and a new row in the table, and the old row stays so that old bytes can be read.
"""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final, TypeAlias, TypeVar

import msgspec

from services.cases.domain import events as e
from shared.contracts import decisions
from shared.kit import cloudevent
from shared.kit.cloudevent import Draft
from shared.kit.decider import Recorded
from shared.kit.ids import uuid7
from shared.kit.log.model import Stored

Fact: TypeAlias = e.Fact
F = TypeVar("F")

TYPES: Final[Mapping[str, type[Fact]]] = {
    "demerit.cases.complaint_filed.v1": e.ComplaintFiled,
    "demerit.cases.respondent_notified.v1": e.RespondentNotified,
    "demerit.cases.defence_submitted.v1": e.DefenceSubmitted,
    "demerit.cases.evidence_submitted.v1": e.EvidenceSubmitted,
    "demerit.cases.evidence_window_waived.v1": e.EvidenceWindowWaived,
    "demerit.cases.handling_started.v1": e.HandlingStarted,
    "demerit.cases.officer_recused.v1": e.OfficerRecused,
    "demerit.cases.evidence_assessed.v1": e.EvidenceAssessed,
    "demerit.cases.complaint_withdrawn.v1": e.ComplaintWithdrawn,
    "demerit.cases.complaint_dismissed.v1": e.ComplaintDismissed,
    "demerit.cases.severe_violation_proposed.v1": e.SevereViolationProposed,
    "demerit.cases.override_proposed.v1": e.OverrideProposed,
    "demerit.cases.proposal_declined.v1": e.ProposalDeclined,
    "demerit.cases.proposal_withdrawn.v1": e.ProposalWithdrawn,
    decisions.ORDINARY_UPHELD: e.OrdinaryViolationUpheld,
    decisions.SEVERE_UPHELD: e.SevereViolationUpheld,
    "demerit.cases.decision_notified.v1": e.DecisionNotified,
    "demerit.cases.late_evidence_admitted.v1": e.LateEvidenceAdmitted,
    "demerit.cases.late_evidence_excluded.v1": e.LateEvidenceExcluded,
    "demerit.cases.deadline_extended.v1": e.DeadlineExtended,
    "demerit.cases.complaint_merged.v1": e.ComplaintMerged,
    "demerit.cases.complaint_refused.v1": e.ComplaintRefused,
    "demerit.cases.appeal_filed.v1": e.AppealFiled,
    "demerit.cases.dismissal_contested.v1": e.DismissalContested,
    "demerit.cases.appeal_returned.v1": e.AppealReturned,
    "demerit.cases.appeal_resumed.v1": e.AppealResumed,
    "demerit.cases.appeal_lapsed.v1": e.AppealLapsed,
    "demerit.cases.appeal_rejected.v1": e.AppealRejected,
    decisions.REVERSED: e.DecisionReversed,
    decisions.REGRADED: e.DecisionRegraded,
    "demerit.cases.dismissal_overturned.v1": e.DismissalOverturned,
    decisions.SANCTION_STAYED: e.SanctionStayed,
    decisions.STAY_LIFTED: e.StayLifted,
    "demerit.cases.revocation_proposed.v1": e.RevocationProposed,
    "demerit.cases.revocation_declined.v1": e.RevocationDeclined,
    "demerit.cases.revocation_withdrawn.v1": e.RevocationWithdrawn,
    decisions.REVOKED: e.DecisionRevoked,
    "demerit.cases.personal_data_erased.v1": e.PersonalDataErased,
    "demerit.cases.deadlines_recomputed.v1": e.DeadlinesRecomputed,
    "demerit.cases.deadline_breached.v1": e.DeadlineBreached,
}
NAMES: Final[Mapping[type[Fact], str]] = {fact: name for name, fact in TYPES.items()}
# A follower that does not know one of these must stop: it changes what a seller may do.
MOVES_POINTS: Final = frozenset(
    {
        decisions.ORDINARY_UPHELD,
        decisions.SEVERE_UPHELD,
        decisions.REVERSED,
        decisions.REGRADED,
        decisions.REVOKED,
        decisions.SANCTION_STAYED,
        decisions.STAY_LIFTED,
    }
)

# Fields that came later are written only where they say something: the bytes of earlier facts stay what they were.
_ADDED: Final[Mapping[type[Fact], Mapping[str, object]]] = {e.ComplaintFiled: {"detector": None, "overlaps": ()}}

# The field that says when a fact happened, of those that do not happen with their recording.
_TIMES: Final[Mapping[type[Fact], str]] = {
    e.ComplaintFiled: "filed_at",
    e.RespondentNotified: "received_at",
    e.EvidenceSubmitted: "received_at",
    e.DefenceSubmitted: "submitted_at",
    e.EvidenceWindowWaived: "waived_at",
    e.HandlingStarted: "started_at",
    e.ComplaintWithdrawn: "withdrawn_at",
    e.DecisionNotified: "notified_at",
    e.AppealFiled: "filed_at",
    e.DismissalContested: "filed_at",
    e.AppealReturned: "returned_at",
    e.AppealResumed: "resumed_at",
    e.AppealLapsed: "lapsed_at",
    e.DecisionRegraded: "decided_at",
    e.DismissalOverturned: "overturned_at",
    e.DeadlineBreached: "due",
}

_decoders: Final[Mapping[str, msgspec.json.Decoder[Any]]] = {
    name: msgspec.json.Decoder(fact) for name, fact in TYPES.items()
}


class UnknownEvent(Exception):
    """The service's own log holds an event that this version of the service cannot read: it must not go on."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where an event comes from: its case and seller account, who acted in which role, and on which request.

    `command_key` is the keyed digest of the request's idempotency scope, empty without one: never the key itself.
    """

    case_id: str
    seller: str
    actor: str
    actor_role: str
    command_key: str = ""


def case_stream(case_id: str) -> str:
    """Return the name of the stream of what people did in a case."""
    return f"case-{case_id}"


def clock_stream(case_id: str) -> str:
    """Return the name of the stream of what time did to a case."""
    return f"clock-{case_id}"


def to_draft(event: Fact, *, event_id: str, version: int, provenance: Provenance, causation_id: str = "") -> Draft:
    """Return the event, ready to be appended as `version` of its case's stream (the clock's facts: its clock stream).

    Raises:
        ValueError: a string in the event is not ASCII; free text belongs in the vault.
    """
    name = NAMES[type(event)]
    of_clock = isinstance(event, e.ClockEvent)
    return Draft(
        id=event_id,
        type=name,
        stream=clock_stream(provenance.case_id) if of_clock else case_stream(provenance.case_id),
        stream_version=version,
        subject=provenance.seller,
        data=cloudevent.canonical(_said(event)),
        time=effective_at(event),
        standing_effect="points" if name in MOVES_POINTS else "none",
        correlation_id=provenance.case_id,
        causation_id=causation_id,
        actor=provenance.actor,
        actor_role=provenance.actor_role,
        command_key=provenance.command_key,
        leaf_salt=secrets.token_hex(16),
    )


def _said(event: Fact) -> object:
    added = _ADDED.get(type(event))
    if added is None:
        return event
    silent = {name for name, nothing in added.items() if getattr(event, name) == nothing}
    return {name: value for name, value in _fields(event) if name not in silent}


def _fields(event: Fact) -> Iterator[tuple[str, object]]:
    return ((field.name, getattr(event, field.name)) for field in fields(event))


def imported_stream(seller: str) -> str:
    """Return the name of the stream of what was imported of a seller's past."""
    return f"imported-{seller}"


def imported_draft(event: e.PastPenaltyImported, seller: str, version: int) -> Draft:
    """Return an imported penalty, ready to be appended as `version` of its seller's stream."""
    return Draft(
        id=uuid7(),
        type=decisions.PAST_PENALTY_IMPORTED,
        stream=imported_stream(seller),
        stream_version=version,
        subject=seller,
        data=cloudevent.canonical(event),
        time=event.effective_at,
        standing_effect="points",
        correlation_id=event.import_id,
        actor=event.import_id,
        actor_role="import",
        leaf_salt=secrets.token_hex(16),
    )


def effective_at(event: Fact) -> datetime | None:
    """Return the instant (UTC) at which the fact happened, or None: at its recorded time, as every decision does.

    A regrade counts from the instant of the decision in whose place it stands.
    """
    name = _TIMES.get(type(event))
    at: datetime | None = None if name is None else getattr(event, name)
    return at


def from_stored(stored: Stored) -> Recorded[Fact]:
    """Return the domain event of an event in the service's own log.

    Raises:
        UnknownEvent: its type or its data is not one this service ever wrote.
    """
    return read_as(stored, _decoders)


def read_as(stored: Stored, decoders: Mapping[str, msgspec.json.Decoder[F]]) -> Recorded[F]:
    """Return the domain event of a stored one, read by the decoder of its type; raises `UnknownEvent`."""
    decoder = decoders.get(stored.type)
    if decoder is None:
        raise UnknownEvent(f"position {stored.position}: no event is called {stored.type}")
    try:
        envelope = cloudevent.decode(stored.state)
        event = decoder.decode(envelope.data)
    except msgspec.MsgspecError as broken:
        raise UnknownEvent(f"position {stored.position}: {stored.type} does not hold what it must") from broken
    return Recorded(event=event, id=envelope.id, position=stored.position, recorded_at=stored.recorded_at)
