"""Recall of a faulty batch: a dry run, a proposal, a second supervisor's answer. All for supervisors alone."""

from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request, Response

from services.cases.api.answers import tag, told
from services.cases.api.bodies import Confirmation
from services.cases.api.callers import SUPERVISE, staff_role
from services.cases.api.calls import CASE_ID_PATTERN, Call, call
from services.cases.api.desk import Desk
from services.cases.api.pages import LINK, next_page
from services.cases.api.recallbodies import RecallBody
from services.cases.dryrun import dry_run
from services.cases.ledgerclient import MAX_SELLERS, LedgerClient
from services.cases.recallreceipt import RecallReceipt
from services.cases.recalls import Asked, Recalls
from services.cases.recallshapes import DryRun, RecallWritten
from services.cases.recallunit import RecallCall
from services.cases.receipts import KeyMaker
from shared.kit.fields import Identifier, QueryNumber
from shared.kit.ids import uuid7
from shared.kit.problem import problems
from shared.kit.route import router

NO_STORE: Final = {"Cache-Control": "private, no-store"}
ETAG: Final[dict[str, Any]] = {"ETag": {"description": "The version of the recall", "schema": {"type": "string"}}}
PLACE: Final[dict[str, Any]] = {"Location": {"description": "The recall", "schema": {"type": "string"}}}

RecallId = Annotated[str, Path(pattern=CASE_ID_PATTERN, description="The recall")]


def recalls_router(desk: Desk, recalls: Recalls, ledger: LedgerClient) -> APIRouter:
    """Return the routes that propose and answer recalls."""
    routes, keys, clock = router(tags=["recalls"]), desk.keys, desk.cases.clock

    @routes.post(
        "/recalls",
        status_code=201,
        response_class=Response,
        responses={
            200: {"model": DryRun, "description": "What the recall would change", "headers": LINK},
            201: {"model": RecallWritten, "description": "The recall waits for its answer", "headers": ETAG | PLACE},
            **problems(409, 412, 503),
        },
    )
    def recall(
        request: Request,
        body: RecallBody,
        asked: Annotated[Call, Depends(call(clock, SUPERVISE))],
        after: Annotated[Identifier | None, Query(description="Of a dry run: accounts behind this one")] = None,
        limit: Annotated[QueryNumber, Query(ge=1, le=MAX_SELLERS, description="Of a dry run: accounts")] = 50,
    ) -> Response:
        """Tell what revoking the selected decisions would change (dry_run), or propose to revoke them (propose).

        A dry run writes nothing, and names what the supervisor who asks may not revoke. A proposal fixes what is
        selected; another supervisor confirms or declines it.
        """
        criteria = body.criteria.value()
        if body.mode == "dry_run":
            shown, last = dry_run(recalls.log, ledger, criteria, asked.who.sub, after, limit)
            headers = {**NO_STORE, **next_page(request, "after", last)}
            return Response(shown.model_dump_json(), headers=headers, media_type="application/json")
        return _answer(recalls.propose(_asked(asked, uuid7(), body, keys, 201), criteria, body.reason), desk)

    @routes.post(
        "/recalls/{recall_id}/confirmation",
        response_class=Response,
        responses={200: {"model": RecallWritten, "headers": ETAG}, **problems(404, 409, 412, 428)},
    )
    def answer(
        recall_id: RecallId, body: Confirmation, asked: Annotated[Call, Depends(call(clock, SUPERVISE, decision=True))]
    ) -> Response:
        """Confirm or decline what another supervisor proposed; once confirmed, the decisions are being revoked."""
        return _answer(recalls.answer(_asked(asked, recall_id, body, keys), body.answer, body.reason), desk)

    @routes.post(
        "/recalls/{recall_id}/withdrawal",
        response_class=Response,
        responses={200: {"model": RecallWritten, "headers": ETAG}, **problems(404, 409, 412, 428)},
    )
    def withdraw(
        recall_id: RecallId, asked: Annotated[Call, Depends(call(clock, SUPERVISE, decision=True))]
    ) -> Response:
        """Take a recall back, as the supervisor who proposed it, while it waits for its answer."""
        return _answer(recalls.withdraw(_asked(asked, recall_id, None, keys)), desk)

    return routes


def _asked(
    asked: Call, recall_id: str, body: RecallBody | Confirmation | None, keys: KeyMaker, status: int = 200
) -> Asked:
    made = RecallCall(recall_id, asked.who.sub, staff_role(asked.who), status, asked.key(keys, body))
    return Asked(made, asked.at, asked.if_match)


def _answer(receipt: RecallReceipt, desk: Desk) -> Response:
    """Return the answer to a write: the same for the same receipt, but for the checkpoint that proofs lead to."""
    body = {name: getattr(receipt, name) for name in RecallWritten.model_fields}
    body["events"] = told(receipt.events, desk.witness)
    headers = {"ETag": tag(receipt.version)}
    if receipt.status == 201:
        headers["Location"] = f"/recalls/{receipt.recall_id}"
    return Response(msgspec.json.encode(body), receipt.status, headers, media_type="application/json")
