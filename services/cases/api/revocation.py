"""Revocation ex officio (依职权撤销): one supervisor proposes, a second one answers."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from services.cases.api.answers import written
from services.cases.api.callers import SUPERVISE
from services.cases.api.calls import Call, CaseId, call
from services.cases.api.desk import Desk
from services.cases.api.reviewbodies import Reason, RevocationAnswer
from services.cases.domain.commands import AnswerRevocation, ProposeRevocation, WithdrawRevocation
from shared.kit.problem import problems
from shared.kit.route import router

SUPERVISOR: Final = "supervisor"


def revocation_router(desk: Desk) -> APIRouter:
    """Return the routes of a revocation; all need If-Match."""
    routes = router(prefix="/cases/{case_id}/revocation", tags=["revocation"])
    by_supervisor = Depends(call(desk.cases.clock, SUPERVISE, decision=True))

    @routes.post(
        "",
        response_class=Response,
        responses={**written(200, "The revocation waits for a second supervisor"), **problems(404, 409, 412, 428)},
    )
    def propose_revocation(case_id: CaseId, body: Reason, asked: Annotated[Call, by_supervisor]) -> Response:
        """Propose to revoke the violation that counts, with an appeal or without; the parties do not learn of it."""
        who = asked.who.sub
        return desk.by_staff(
            asked,
            case_id,
            body,
            lambda pen: ProposeRevocation(who, pen.write("reason", body.reason), asked.at),
            SUPERVISOR,
        )

    @routes.post(
        "/confirmation",
        response_class=Response,
        responses={**written(200, "The revocation is answered"), **problems(404, 409, 412, 428)},
    )
    def answer_revocation(case_id: CaseId, body: RevocationAnswer, asked: Annotated[Call, by_supervisor]) -> Response:
        """Confirm or decline what another supervisor proposed; with the confirmation the points never counted."""
        return desk.by_staff(
            asked,
            case_id,
            body,
            lambda pen: AnswerRevocation(asked.who.sub, body.answer, pen.write("reason", body.reason), asked.at),
            SUPERVISOR,
        )

    @routes.post(
        "/withdrawal",
        response_class=Response,
        responses={**written(200, "The proposal is taken back"), **problems(404, 409, 412, 428)},
    )
    def withdraw_revocation(case_id: CaseId, asked: Annotated[Call, by_supervisor]) -> Response:
        """Take the proposal back, as the supervisor who made it."""
        return desk.by_staff(asked, case_id, None, lambda _: WithdrawRevocation(asked.who.sub, asked.at), SUPERVISOR)

    return routes
