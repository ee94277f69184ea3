"""What writes answer with: a receipt of ids, positions and instants, and the case's new version as its ETag."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from fastapi import Response
from pydantic import BaseModel, Field

from services.cases.receipts import EventRef, Receipt
from shared.kit.audit.witness import Witness
from shared.kit.problem import problems
from shared.kit.recorded import RecordedEvent

ETAG: Final[dict[str, Any]] = {
    "ETag": {"description": 'The version of the case, such as "7"', "schema": {"type": "string"}}
}
LOCATION: Final[dict[str, Any]] = {"Location": {"description": "The case", "schema": {"type": "string"}}}


class Written(BaseModel):
    """The answer to a write. A repeated request with the same Idempotency-Key and body gets the same one, its receipts
    perhaps to a later checkpoint.
    """

    case_id: str
    version: int = Field(ge=1, description="Version of the case with this write, as in its ETag")
    state: str = Field(examples=["evidence_open"])
    events: list[RecordedEvent] = Field(description="The facts that were recorded; none for an announcement")


class Announced(Written):
    """The receipt of announced evidence: its content is to be sent before `expires_at`; null where it has none."""

    evidence_id: str
    expires_at: datetime | None


def _success(status: int, description: str, model: type[Written], **headers: Any) -> dict[int | str, Any]:
    return {status: {"model": model, "description": description, "headers": {**ETAG, **headers}}}


def tag(version: int) -> str:
    """Return the ETag of a case at this version."""
    return f'"{version}"'


def written(status: int, description: str, model: type[Written] = Written) -> dict[int | str, Any]:
    """Return the `responses=` entries of a write on a case: its success, and 410 once its personal data is erased."""
    return {**_success(status, description, model), **problems(410)}


def filed(status: int, description: str) -> dict[int | str, Any]:
    """Return the `responses=` entry of the write that begins a case."""
    return _success(status, description, Written, **LOCATION)


def answer(receipt: Receipt, witness: Witness) -> Response:
    """Return the answer to a write: the same for the same receipt, but for the checkpoint that proofs lead to."""
    body: dict[str, Any] = {
        "case_id": receipt.case_id,
        "version": receipt.version,
        "state": receipt.state,
        "events": told(receipt.events, witness),
    }
    if receipt.evidence_id is not None:
        body |= {"evidence_id": receipt.evidence_id, "expires_at": receipt.expires_at}
    headers = {"ETag": tag(receipt.version)}
    if receipt.status == 201 and receipt.evidence_id is None:
        headers["Location"] = f"/cases/{receipt.case_id}"
    return Response(msgspec.json.encode(body), receipt.status, headers, media_type="application/json")


def told(events: Sequence[EventRef], witness: Witness) -> list[dict[str, Any]]:
    """Return what an answer says of recorded events, as `RecordedEvent` describes it. May block."""
    receipts = witness.receipts([event.position for event in events])
    return [
        msgspec.structs.asdict(event) | {"receipt": receipt} for event, receipt in zip(events, receipts, strict=True)
    ]
