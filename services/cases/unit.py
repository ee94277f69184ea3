"""What one decision commits together: its events, its read-model rows and its receipt, made from the log's stamps."""

from collections.abc import Sequence
from dataclasses import replace

from services.cases.casefile import Loaded, fold
from services.cases.caserow import rows_of, unless_clocked
from services.cases.causes import cause_of
from services.cases.domain.case import CaseState
from services.cases.domain.events import (
    CaseEvent,
    ComplaintMerged,
    OrdinaryViolationUpheld,
    SevereViolationUpheld,
)
from services.cases.domain.matters import Related, matter_of
from services.cases.domain.state import Unfiled
from services.cases.incidentrow import taken_in_rows, unless_joined, unless_penalised, unless_resolved
from services.cases.publication import Provenance, to_draft
from services.cases.reader import state_for
from services.cases.receipts import Receipt, kept_bytes, references
from services.cases.request import Request
from shared.kit.cloudevent import Draft
from shared.kit.decider import Recorded
from shared.kit.ids import uuid7
from shared.kit.log.model import Append, Idempotency, Stamp
from shared.kit.log.rows import RowChange, Unless


class Unit:
    """The events of one decision with their rows and receipt, all made from the stamps that the log gives.

    `related` are the other cases of the matter as the decision saw them.
    """

    def __init__(
        self, request: Request, loaded: Loaded, events: Sequence[CaseEvent], related: Sequence[Related] = ()
    ) -> None:
        self._request, self._loaded, self._events, self._related = request, loaded, events, related
        self._drafts = self._make_drafts()

    def append(self) -> Append:
        """Return what is to be committed together, refused where somebody else's append has made it untrue."""
        key = self._request.key
        idempotency = None
        if key is not None:
            idempotency = Idempotency(key.scope, key.digest, lambda stamps: kept_bytes(self.receipt(stamps)))
        return Append(self._drafts, self._rows, idempotency, unless=self._guards())

    def receipt(self, stamps: Sequence[Stamp]) -> Receipt:
        """Return the answer to the request."""
        request, after = self._request, self._after(stamps)
        return Receipt(
            status=request.status,
            case_id=request.case_id,
            version=self._loaded.version + len(self._drafts),
            state=state_for(after, request.at, staff=request.staff),
            events=references(self._drafts, stamps),
            evidence_id=request.evidence_id,
            expires_at=request.expires_at,
        )

    def _rows(self, stamps: Sequence[Stamp]) -> Sequence[RowChange]:
        if not stamps:
            return self._request.rows
        loaded = self._loaded
        after = replace(loaded, state=self._after(stamps), version=loaded.version + len(stamps))
        taken_in = taken_in_rows(loaded.state, after.state, self._related)
        return [*rows_of(loaded.state, after), *taken_in, *self._request.rows]

    def _guards(self) -> list[Unless]:
        """What time did to the case meanwhile, and what became of other cases of its matter."""
        state, guards = self._loaded.state, [unless_clocked(self._loaded)]
        for event in self._events:
            if isinstance(event, OrdinaryViolationUpheld | SevereViolationUpheld) and not isinstance(state, Unfiled):
                filed = state.file.filed
                matter = matter_of(filed)
                guards += unless_penalised(matter, self._related)
                guards += unless_joined(matter, self._loaded.case_id, self._related)
            elif isinstance(event, ComplaintMerged):
                guards += [unless_resolved(other) for other in self._related if other.case_id == event.into]
        return guards

    def _after(self, stamps: Sequence[Stamp]) -> CaseState:
        recorded = [
            Recorded(event, draft.id, stamp.position, stamp.recorded_at)
            for event, draft, stamp in zip(self._events, self._drafts, stamps, strict=True)
        ]
        return fold(self._loaded.state, recorded)

    def _make_drafts(self) -> list[Draft]:
        request = self._request
        provenance = Provenance(
            case_id=request.case_id,
            seller=self._seller(),
            actor=request.actor,
            actor_role=request.role,
            command_key=request.key.scope if request.key else "",
        )
        return [
            to_draft(
                event,
                event_id=uuid7(),
                version=self._loaded.version + nth,
                provenance=provenance,
                causation_id=cause_of(self._loaded.state, event),
            )
            for nth, event in enumerate(self._events, start=1)
        ]

    def _seller(self) -> str:
        state = self._loaded.state
        if not isinstance(state, Unfiled):
            return state.file.filed.respondent
        filed = fold(state, [Recorded(event, "", 0, self._request.at) for event in self._events])
        assert not isinstance(filed, Unfiled)  # noqa: S101  # only a filing is decided on an unfiled case
        return filed.file.filed.respondent
