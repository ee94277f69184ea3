"""How a complaint ends without a decision of its own: merged into another case, or not taken up."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from services.cases.api.answers import written
from services.cases.api.callers import HANDLE
from services.cases.api.calls import Call, CaseId, call
from services.cases.api.desk import Desk
from services.cases.api.handlingbodies import Merger, RefusalBody
from services.cases.domain.commands import MergeComplaint, RefuseComplaint
from shared.kit.problem import problems
from shared.kit.route import router


def ending_router(desk: Desk) -> APIRouter:
    """Return the routes of mergers and refusals."""
    routes = router(prefix="/cases/{case_id}", tags=["procedure"])
    by_staff = Depends(call(desk.cases.clock, HANDLE))

    @routes.post(
        "/merge",
        response_class=Response,
        responses={**written(200, "The other case goes on for both"), **problems(404, 409, 412)},
    )
    def merge_complaint(case_id: CaseId, body: Merger, asked: Annotated[Call, by_staff]) -> Response:
        """Merge the complaint (并案) into one of the same matter that shares an incident; both stay readable."""
        return desk.by_staff(
            asked,
            case_id,
            body,
            lambda pen: MergeComplaint(asked.who.sub, body.into, pen.write("reason", body.reason), asked.at),
        )

    @routes.post(
        "/refusal",
        response_class=Response,
        responses={**written(200, "The complaint is not taken up"), **problems(404, 409, 412)},
    )
    def refuse_complaint(case_id: CaseId, body: RefusalBody, asked: Annotated[Call, by_staff]) -> Response:
        """Do not take the matter up (不予受理), before anybody has; what belongs elsewhere is referred there."""
        return desk.by_staff(
            asked,
            case_id,
            body,
            lambda pen: RefuseComplaint(
                asked.who.sub, body.code, body.referral, pen.write("reason", body.reason), asked.at
            ),
        )

    return routes
