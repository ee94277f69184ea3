"""What may come late after all: a late piece of evidence is ruled on, a deadline moves."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from services.cases.api.answers import written
from services.cases.api.callers import HANDLE, SUPERVISE
from services.cases.api.calls import Call, CaseId, PieceId, call
from services.cases.api.desk import Desk
from services.cases.api.handlingbodies import Admission, Extension
from services.cases.domain.commands import ExtendDeadline, RuleOnLateEvidence
from shared.kit.problem import problems
from shared.kit.route import router


def lateness_router(desk: Desk) -> APIRouter:
    """Return the routes of late evidence and later deadlines."""
    routes = router(prefix="/cases/{case_id}", tags=["procedure"])
    clock = desk.cases.clock

    @routes.post(
        "/evidence/{evidence_id}/admission",
        response_class=Response,
        responses={**written(200, "The ruling is recorded"), **problems(404, 409, 412)},
    )
    def rule_on_late_evidence(
        case_id: CaseId, evidence_id: PieceId, body: Admission, asked: Annotated[Call, Depends(call(clock, HANDLE))]
    ) -> Response:
        """Admit a late piece, so that it counts like one in time, or exclude it; the last ruling on a piece counts."""
        return desk.by_staff(
            asked,
            case_id,
            body,
            lambda pen: RuleOnLateEvidence(
                asked.who.sub, evidence_id, body.admit, pen.write("reason", body.reason), asked.at
            ),
        )

    @routes.post(
        "/deadline-extension",
        response_class=Response,
        responses={**written(200, "The deadline is later"), **problems(404, 409, 412)},
    )
    def extend_deadline(
        case_id: CaseId, body: Extension, asked: Annotated[Call, Depends(call(clock, SUPERVISE))]
    ) -> Response:
        """Move a deadline that has not passed, as a supervisor; the resolution follows a later evidence window."""
        return desk.by_staff(
            asked,
            case_id,
            body,
            lambda pen: ExtendDeadline(
                asked.who.sub, body.deadline, body.due, pen.write("reason", body.reason), asked.at
            ),
            role="supervisor",
        )

    return routes
