"""The one codec between a case's domain events and their stored, published form.

What it writes satisfies `shared.contracts.decisions` where the fact moves points. Names are for ever: an event that
changes its meaning gets a new name and a new row in the table, and the old row stays so that old bytes can be read.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

import msgspec

from services.cases.domain import events as e
from shared.contracts import decisions
from shared.kit import cloudevent
from shared.kit.cloudevent import Draft
from shared.kit.decider import Recorded
from shared.kit.log.model import Stored

Fact: TypeAlias = e.CaseEvent | e.ClockEvent

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
    "demerit.cases.deadline_breached.v1": e.DeadlineBreached,
}
NAMES: Final[Mapping[type[Fact], str]] = {fact: name for name, fact in TYPES.items()}
MOVES_POINTS: Final = frozenset({decisions.ORDINARY_UPHELD, decisions.SEVERE_UPHELD})

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
    of_clock = isinstance(event, e.DeadlineBreached)
    return Draft(
        id=event_id,
        type=name,
        stream=clock_stream(provenance.case_id) if of_clock else case_stream(provenance.case_id),
        stream_version=version,
        subject=provenance.seller,
        data=cloudevent.canonical(event),
        time=effective_at(event),
        standing_effect="points" if name in MOVES_POINTS else "none",
        correlation_id=provenance.case_id,
        causation_id=causation_id,
        actor=provenance.actor,
        actor_role=provenance.actor_role,
        command_key=provenance.command_key,
        leaf_salt=secrets.token_hex(16),
    )


def effective_at(event: Fact) -> datetime | None:
    """Return the instant (UTC) at which the fact happened, or None: at its recorded time, as every decision does."""
    match event:
        case e.ComplaintFiled():
            return event.filed_at
        case e.RespondentNotified() | e.EvidenceSubmitted():
            return event.received_at
        case e.DefenceSubmitted():
            return event.submitted_at
        case e.EvidenceWindowWaived():
            return event.waived_at
        case e.HandlingStarted():
            return event.started_at
        case e.ComplaintWithdrawn():
            return event.withdrawn_at
        case e.DecisionNotified():
            return event.notified_at
        case e.DeadlineBreached():
            return event.due
        case _:
            return None


def from_stored(stored: Stored) -> Recorded[Fact]:
    """Return the domain event of an event in the service's own log.

    Raises:
        UnknownEvent: its type or its data is not one this service ever wrote.
    """
    decoder = _decoders.get(stored.type)
    if decoder is None:
        raise UnknownEvent(f"position {stored.position}: no event is called {stored.type}")
    try:
        envelope = cloudevent.decode(stored.state)
        event: Fact = decoder.decode(envelope.data)
    except msgspec.MsgspecError as broken:
        raise UnknownEvent(f"position {stored.position}: {stored.type} does not hold what it must") from broken
    return Recorded(event=event, id=envelope.id, position=stored.position, recorded_at=stored.recorded_at)
