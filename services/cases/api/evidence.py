"""Evidence: announced, sent as a stream, read back by those who may see it."""

import asyncio
from dataclasses import replace
from typing import Annotated, Any, Final

from anyio import to_thread
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse
from starlette.requests import ClientDisconnect

from services.cases import refusals
from services.cases.announcements import Announcement
from services.cases.api.answers import Announced, written
from services.cases.api.bodies import EvidenceBody
from services.cases.api.callers import FILE, RESPOND, STAFF, as_party, may_read, party_of, party_role
from services.cases.api.calls import Call, CaseId, PieceId, call
from services.cases.api.desk import Desk
from services.cases.domain.evidence_kinds import KINDS
from services.cases.refusals import Refused
from services.cases.submissions import Offered, Submissions
from services.cases.upload import ContentTooLong, Received, Upload
from shared.kit.ids import uuid7
from shared.kit.problem import Problem, problems
from shared.kit.route import router

_TYPES: Final = sorted({media_type for kind in KINDS.values() for media_type in kind.media_types})
_BINARY: Final[dict[str, Any]] = {"schema": {"type": "string", "format": "binary"}}
_BODY: Final[dict[str, Any]] = {"requestBody": {"required": True, "content": dict.fromkeys(_TYPES, _BINARY)}}
_CONTENT: Final[dict[str, Any]] = {
    "description": "The content as it was sent",
    "content": dict.fromkeys(_TYPES, _BINARY),
}
_UNTRUSTED: Final = {
    "Cache-Control": "private, no-store",
    "Content-Disposition": "attachment",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


def evidence_router(desk: Desk, submissions: Submissions, upload_timeout_s: float) -> APIRouter:
    """Return the routes of evidence. An upload that takes longer than `upload_timeout_s` is given up."""
    routes = router(prefix="/cases/{case_id}/evidence", tags=["evidence"])
    clock = desk.cases.clock
    by_party = Depends(call(clock, FILE, RESPOND))

    @routes.post(
        "",
        status_code=201,
        response_class=Response,
        responses={**written(201, "Announced, or recorded at once", Announced), **problems(404, 409, 412)},
    )
    def announce(case_id: CaseId, body: EvidenceBody, asked: Annotated[Call, by_party]) -> Response:
        """Announce a piece (举证), as either party; a chat evidence number is recorded at once."""
        party = party_of(asked.who)
        request = desk.request(asked, case_id, body, evidence_id=uuid7(), status=201, **_as(asked))
        offered = Offered(body.kind, body.media_type, body.size_bytes, body.number)
        return desk.answer(submissions.offer(request, party, offered))

    @routes.put(
        "/{evidence_id}/content",
        response_class=Response,
        responses={
            **written(200, "The evidence is recorded", Announced),
            **problems(400, 404, 408, 409, 410, 412, 413, 415),
        },
        openapi_extra=_BODY,
    )
    async def send(
        request: Request, case_id: CaseId, evidence_id: PieceId, asked: Annotated[Call, by_party]
    ) -> Response:
        """Send the content of an announced piece. When it is complete and on disk counts as its receipt.

        Sending the same content again gets the same answer; another content is refused.
        """
        party = party_of(asked.who)
        key = desk.keys.request(asked.who, asked.route, "content", None)
        wanted = desk.request(asked, case_id, None, evidence_id=evidence_id, **{**_as(asked), "key": key})
        expected = await to_thread.run_sync(submissions.expect, wanted, party)
        _refuse_headers(request, expected)
        upload = await to_thread.run_sync(submissions.begin, expected)
        try:
            received = await _receive(request, upload, expected, upload_timeout_s)
            at = replace(wanted, at=clock())
            receipt = await to_thread.run_sync(submissions.submit, at, expected, upload, received)
            return await to_thread.run_sync(desk.answer, receipt)
        finally:
            await to_thread.run_sync(upload.discard)

    @routes.get("/{evidence_id}/content", response_class=Response, responses={200: _CONTENT, **problems(404, 410)})
    def read(
        case_id: CaseId, evidence_id: PieceId, asked: Annotated[Call, Depends(call(clock, *STAFF, FILE, RESPOND))]
    ) -> Response:
        """Read a content back, as staff or as the party that submitted it."""
        content = submissions.read(case_id, evidence_id, lambda state, piece: may_read(asked.who, state, piece.party))
        headers = {**_UNTRUSTED, "Content-Length": str(content.size_bytes)}
        return StreamingResponse(content.chunks, headers=headers, media_type=content.media_type)

    return routes


def _as(asked: Call) -> dict[str, Any]:
    """The party as whom the caller acts."""
    party = party_of(asked.who)
    return {"admits": as_party(asked.who, party), "role": party_role(asked.who, party)}


def _refuse_headers(request: Request, expected: Announcement) -> None:
    """Refuse what the headers already show to be wrong, before a byte is taken."""
    media_type = request.headers.get("content-type", expected.media_type).split(";")[0].strip().lower()
    if media_type not in (expected.media_type, "application/octet-stream"):
        raise Refused(refusals.content_type_mismatch(expected.media_type))
    if request.headers.get("content-encoding", "identity") != "identity":
        raise Refused(refusals.content_type_mismatch(expected.media_type))
    length = request.headers.get("content-length")
    if length is not None and length != str(expected.size_bytes):
        raise Refused(refusals.content_size_mismatch(expected.size_bytes))


async def _receive(request: Request, upload: Upload, expected: Announcement, limit_s: float) -> Received:
    try:
        async with asyncio.timeout(limit_s):
            async for piece in request.stream():
                await to_thread.run_sync(upload.write, piece)
            return await to_thread.run_sync(upload.complete)
    except ContentTooLong:
        raise Refused(refusals.content_size_mismatch(expected.size_bytes)) from None
    except TimeoutError:
        raise Refused(refusals.content_too_slow(int(limit_s))) from None
    except ClientDisconnect:
        raise Problem(400, "content_incomplete", "The content would have to arrive whole.") from None
