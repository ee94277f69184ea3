"""What happens between complaint and decision: the defence, the waiver, and what officers do with the case."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from services.cases.api.answers import written
from services.cases.api.bodies import Assessment, Defence, Recusal
from services.cases.api.callers import HANDLE, RESPOND
from services.cases.api.calls import Call, CaseId, PieceId, call
from services.cases.api.desk import Desk
from services.cases.domain.commands import AssessEvidence, Recuse, StartHandling, SubmitDefence, WaiveWindow
from shared.kit.problem import problems
from shared.kit.route import router


def procedure_router(desk: Desk) -> APIRouter:
    """Return the routes of the procedure, evidence content apart."""
    routes = router(prefix="/cases/{case_id}", tags=["procedure"])
    by_respondent = Depends(call(desk.cases.clock, RESPOND))
    by_staff = Depends(call(desk.cases.clock, HANDLE))

    @routes.post(
        "/defence",
        response_class=Response,
        responses={**written(200, "The explanation is recorded"), **problems(404, 409, 412)},
    )
    def submit_defence(case_id: CaseId, body: Defence, asked: Annotated[Call, by_respondent]) -> Response:
        """Explain (说明), as the respondent; what comes after the window is marked late."""
        return desk.by_party(
            asked,
            case_id,
            body,
            "respondent",
            lambda pen: SubmitDefence(body.claim, pen.write("statement", body.statement), asked.at),
        )

    @routes.post(
        "/window-waiver",
        response_class=Response,
        responses={**written(200, "The evidence window is closed"), **problems(404, 409, 412)},
    )
    def waive_window(case_id: CaseId, asked: Annotated[Call, by_respondent]) -> Response:
        """Need no more time, as the respondent."""
        return desk.by_party(asked, case_id, None, "respondent", lambda _: WaiveWindow(asked.at))

    @routes.post(
        "/handling",
        response_class=Response,
        responses={**written(200, "The case is in the officer's hands"), **problems(404, 409, 412)},
    )
    def start_handling(case_id: CaseId, asked: Annotated[Call, by_staff]) -> Response:
        """Take the case up, as the officer who asks."""
        return desk.by_staff(asked, case_id, None, lambda _: StartHandling(asked.who.sub, asked.at))

    @routes.post(
        "/recusal",
        response_class=Response,
        responses={**written(200, "The officer acts no more in this case"), **problems(404, 409, 412)},
    )
    def recuse(case_id: CaseId, body: Recusal, asked: Annotated[Call, by_staff]) -> Response:
        """Step back from the case, as the officer who asks, for a reason kept in the vault."""
        return desk.by_staff(
            asked, case_id, body, lambda pen: Recuse(asked.who.sub, pen.write("reason", body.reason), asked.at)
        )

    @routes.post(
        "/evidence/{evidence_id}/assessment",
        response_class=Response,
        responses={**written(200, "The assessment is recorded"), **problems(404, 409, 412)},
    )
    def assess_evidence(
        case_id: CaseId, evidence_id: PieceId, body: Assessment, asked: Annotated[Call, by_staff]
    ) -> Response:
        """Say whether a piece is genuine and what it shows; the last assessment of a piece counts."""
        return desk.by_staff(
            asked,
            case_id,
            body,
            lambda _: AssessEvidence(asked.who.sub, evidence_id, body.verdict, tuple(body.shows), asked.at),
        )

    return routes
