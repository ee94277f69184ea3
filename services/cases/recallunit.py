"""What one answer of a recall's decider commits together: its events, its rows and its receipt."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.cases.domain.recall.events import RecallFact
from services.cases.domain.recall.state import Recall
from services.cases.recallfile import LoadedRecall
from services.cases.recallpublication import By, to_draft
from services.cases.recallreceipt import RecallReceipt, receipt_of
from services.cases.recallrow import recall_rows
from services.cases.receipts import RequestKey
from shared.kit.cloudevent import canonical
from shared.kit.decider import Recorded
from shared.kit.log.model import Append, Idempotency, Stamp
from shared.kit.log.rows import RowChange


@dataclass(frozen=True, slots=True)
class RecallCall:
    """One write to a recall, as the application takes it; `key` is the request's idempotency key."""

    recall_id: str
    actor: str
    role: str
    status: int = 200
    key: RequestKey | None = None


class RecallUnit:
    """The events of one decision about a recall with rows and receipt, made from the stamps that the log gives."""

    def __init__(self, call: RecallCall, loaded: LoadedRecall, events: Sequence[RecallFact]) -> None:
        self._call, self._loaded, self._events = call, loaded, events
        by = By(call.actor, call.role, call.key.scope if call.key else "")
        cause = _cause(loaded)
        self._drafts = [
            to_draft(event, call.recall_id, version=loaded.version + nth, by=by, causation_id=cause)
            for nth, event in enumerate(events, start=1)
        ]

    def append(self) -> Append:
        """Return what is to be committed together."""
        key, idempotency = self._call.key, None
        if key is not None:
            idempotency = Idempotency(key.scope, key.digest, lambda stamps: canonical(self.receipt(stamps)))
        return Append(self._drafts, self._rows, idempotency)

    def receipt(self, stamps: Sequence[Stamp]) -> RecallReceipt:
        """Return the answer to the request."""
        return receipt_of(self._call.status, self._after(stamps), self._drafts, stamps)

    def _rows(self, stamps: Sequence[Stamp]) -> list[RowChange]:
        return recall_rows(self._loaded, self._after(stamps))

    def _after(self, stamps: Sequence[Stamp]) -> LoadedRecall:
        return self._loaded.after(
            [
                Recorded(event, draft.id, stamp.position, stamp.recorded_at)
                for event, draft, stamp in zip(self._events, self._drafts, stamps, strict=True)
            ]
        )


def _cause(loaded: LoadedRecall) -> str:
    """The fact that is answered: the proposal."""
    return loaded.state.proposed.id if isinstance(loaded.state, Recall) else ""
