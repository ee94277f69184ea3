"""What a write to a recall answers, and what is kept of it with its idempotency key: ids, numbers and instants."""

from collections.abc import Sequence
from typing import Final

import msgspec

from services.cases.recallfile import LoadedRecall
from services.cases.receipts import EventRef, references
from shared.kit.cloudevent import Draft
from shared.kit.log.model import Stamp


class RecallReceipt(msgspec.Struct, frozen=True):
    """`version` is that of the recall's stream with the write, `state` its public state then."""

    status: int
    recall_id: str
    version: int
    state: str
    selected: int
    events: tuple[EventRef, ...]


_decoder: Final = msgspec.json.Decoder(RecallReceipt)


def receipt_of(status: int, after: LoadedRecall, drafts: Sequence[Draft], stamps: Sequence[Stamp]) -> RecallReceipt:
    """Return the receipt of a write that leaves the recall like this."""
    state = after.state
    assert state is not None  # noqa: S101  # whatever is written to a recall, it was proposed
    events = references(drafts, stamps)
    return RecallReceipt(status, after.recall_id, after.version, state.name, len(state.selected), events)


def from_kept(kept: bytes) -> RecallReceipt:
    """Return the receipt that was kept."""
    return _decoder.decode(kept)
