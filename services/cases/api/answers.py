"""What writes answer with: a receipt of ids, positions and instants, and the case's new version as its ETag."""

from datetime import datetime
from typing import Any, Final

import msgspec
from fastapi import Response
from pydantic import BaseModel, Field

from services.cases.receipts import EventRef, Receipt
from shared.kit.problem import problems

ETAG: Final[dict[str, Any]] = {
    "ETag": {"description": 'The version of the case, such as "7"', "schema": {"type": "string"}}
}
LOCATION: Final[dict[str, Any]] = {"Location": {"description": "The case", "schema": {"type": "string"}}}


class RecordedEvent(BaseModel):
    """One fact as the log has it."""

    id: str = Field(description="Id of the event; a decision is named by it")
    type: str = Field(examples=["demerit.cases.complaint_filed.v1"])
    position: int = Field(ge=1, description="Position in the cases log")
    recorded_at: datetime


class Written(BaseModel):
    """The receipt of a write. A repeated request with the same Idempotency-Key and body gets the same one."""

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


def answer(receipt: Receipt) -> Response:
    """Return the answer to a write, the same bytes for the same receipt."""
    body: dict[str, Any] = {
        "case_id": receipt.case_id,
        "version": receipt.version,
        "state": receipt.state,
        "events": [_event(event) for event in receipt.events],
    }
    if receipt.evidence_id is not None:
        body |= {"evidence_id": receipt.evidence_id, "expires_at": receipt.expires_at}
    headers = {"ETag": tag(receipt.version)}
    if receipt.status == 201 and receipt.evidence_id is None:
        headers["Location"] = f"/cases/{receipt.case_id}"
    return Response(msgspec.json.encode(body), receipt.status, headers, media_type="application/json")


def _event(event: EventRef) -> dict[str, Any]:
    return {"id": event.id, "type": event.type, "position": event.position, "recorded_at": event.recorded_at}
