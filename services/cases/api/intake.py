"""How a complaint comes in, and is taken back: filing, notice to the respondent, withdrawal."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from services.cases.api.answers import filed, written
from services.cases.api.bodies import Complaint, Notification
from services.cases.api.callers import FILE, HANDLE, any_case, complainant_of, detector_of
from services.cases.api.calls import Call, CaseId, call
from services.cases.api.desk import Desk
from services.cases.domain.commands import FileComplaint, NotifyRespondent, WithdrawComplaint
from services.cases.domain.events import Trade
from services.cases.request import Pen
from shared.kit.ids import uuid7
from shared.kit.problem import problems
from shared.kit.route import router


def intake_router(desk: Desk) -> APIRouter:
    """Return the routes of a complaint's beginning and of its withdrawal."""
    routes = router(tags=["intake"])
    by_complainant = Depends(call(desk.cases.clock, FILE))
    by_staff = Depends(call(desk.cases.clock, HANDLE))

    @routes.post(
        "/cases",
        status_code=201,
        response_class=Response,
        responses={**filed(201, "The complaint is filed"), **problems(409, 412)},
    )
    def file_complaint(body: Complaint, asked: Annotated[Call, by_complainant]) -> Response:
        """File a complaint (维权投诉). A buyer files as itself; the intake service says for whom."""
        complainant = complainant_of(asked.who, body.complainant)
        detector = detector_of(asked.who, body.detector)
        role = "complainant" if asked.who.complainant_id else "intake"

        def command(pen: Pen) -> FileComplaint:
            return FileComplaint(
                complainant=complainant,
                respondent=body.respondent,
                trade=body.trade.value() if body.trade else Trade(""),
                channels=tuple(body.channels),
                incidents=tuple(incident.value() for incident in body.incidents),
                narrative_digest=pen.write("narrative", body.narrative),
                contact_digests=tuple(pen.write("contact", contact) for contact in body.contacts),
                at=asked.at,
                detector=detector,
            )

        request = desk.request(asked, uuid7(), body, admits=any_case, role=role, status=201)
        return desk.answer(desk.cases.file(request, command))

    @routes.post(
        "/cases/{case_id}/notification",
        response_class=Response,
        responses={**written(200, "The evidence window runs"), **problems(404, 409, 412)},
    )
    def notify_respondent(case_id: CaseId, body: Notification, asked: Annotated[Call, by_staff]) -> Response:
        """Record that the respondent received the complaint."""
        return desk.by_staff(asked, case_id, body, lambda _: NotifyRespondent(body.received_at, asked.at))

    @routes.post(
        "/cases/{case_id}/withdrawal",
        response_class=Response,
        responses={**written(200, "The complaint is taken back"), **problems(404, 409, 412)},
    )
    def withdraw_complaint(case_id: CaseId, asked: Annotated[Call, by_complainant]) -> Response:
        """Take the complaint back; once it is decided, points stay."""
        return desk.by_party(asked, case_id, None, "complainant", lambda _: WithdrawComplaint(asked.at))

    return routes
