"""The codec between a recall's domain events and their stored, published form. Names are for ever.

None of them moves points: what a recall revokes stands on the streams of the cases, as `DecisionRevoked`.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from services.cases.domain.recall import events as r
from services.cases.domain.recall.events import RecallFact
from services.cases.publication import read_as
from shared.kit import cloudevent
from shared.kit.cloudevent import Draft
from shared.kit.decider import Recorded
from shared.kit.ids import uuid7
from shared.kit.log.model import Stored

TYPES: Final[Mapping[str, type[RecallFact]]] = {
    "demerit.cases.recall_proposed.v1": r.RecallProposed,
    "demerit.cases.recall_selected.v1": r.RecallSelected,
    "demerit.cases.recall_confirmed.v1": r.RecallConfirmed,
    "demerit.cases.recall_declined.v1": r.RecallDeclined,
    "demerit.cases.recall_withdrawn.v1": r.RecallWithdrawn,
    "demerit.cases.recall_passed_over.v1": r.RecallPassedOver,
    "demerit.cases.recall_completed.v1": r.RecallCompleted,
}
NAMES: Final[Mapping[type[RecallFact], str]] = {fact: name for name, fact in TYPES.items()}

_decoders: Final[Mapping[str, msgspec.json.Decoder[Any]]] = {
    name: msgspec.json.Decoder(fact) for name, fact in TYPES.items()
}


@dataclass(frozen=True, slots=True)
class By:
    """Who acts on a recall, in which role, on which request; see `publication.Provenance`."""

    actor: str
    role: str
    command_key: str = ""


def recall_stream(recall_id: str) -> str:
    """Return the name of a recall's stream."""
    return f"recall-{recall_id}"


def to_draft(event: RecallFact, recall_id: str, *, version: int, by: By, causation_id: str = "") -> Draft:
    """Return the event, ready to be appended as `version` of its recall's stream.

    It is about no seller account: its subject is the recall.

    Raises:
        ValueError: a string in the event is not ASCII; free text belongs in the vault.
    """
    return Draft(
        id=uuid7(),
        type=NAMES[type(event)],
        stream=recall_stream(recall_id),
        stream_version=version,
        subject=f"recall:{recall_id}",
        data=cloudevent.canonical(event),
        time=event.proposed_at if isinstance(event, r.RecallProposed) else None,
        correlation_id=recall_id,
        causation_id=causation_id,
        actor=by.actor,
        actor_role=by.role,
        command_key=by.command_key,
        leaf_salt=secrets.token_hex(16),
    )


def from_stored(stored: Stored) -> Recorded[RecallFact]:
    """Return the domain event of an event in a recall's stream; raises `UnknownEvent`."""
    return read_as(stored, _decoders)
