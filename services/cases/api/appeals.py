"""Appeals (违规申诉): filed and supplemented by the side that the decision is against."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from services.cases.api.answers import written
from services.cases.api.callers import FILE, RESPOND, party_of
from services.cases.api.calls import Call, CaseId, call
from services.cases.api.desk import Desk
from services.cases.api.reviewbodies import Statement
from services.cases.domain.commands import FileAppeal, ResumeAppeal
from shared.kit.problem import problems
from shared.kit.route import router


def appeals_router(desk: Desk) -> APIRouter:
    """Return the routes of the appellant."""
    routes = router(prefix="/cases/{case_id}/appeal", tags=["appeals"])
    by_party = Depends(call(desk.cases.clock, FILE, RESPOND))

    @routes.post(
        "",
        response_class=Response,
        responses={**written(200, "The platform holds the appeal"), **problems(404, 409, 412)},
    )
    def file_appeal(case_id: CaseId, body: Statement, asked: Annotated[Call, by_party]) -> Response:
        """Appeal, once: as the respondent against a violation, as the complainant against a dismissal.

        Only some rulebook versions let a dismissal be contested. The window stands still while the platform holds it.
        """
        party = party_of(asked.who)
        return desk.by_party(
            asked, case_id, body, party, lambda pen: FileAppeal(party, pen.write("appeal", body.statement), asked.at)
        )

    @routes.post(
        "/resumption",
        response_class=Response,
        responses={**written(200, "The platform holds the appeal again"), **problems(404, 409, 412)},
    )
    def resume_appeal(case_id: CaseId, body: Statement, asked: Annotated[Call, by_party]) -> Response:
        """Give what the reviewer wanted, before the window closes, as the side that appealed."""
        party = party_of(asked.who)
        return desk.by_party(
            asked, case_id, body, party, lambda pen: ResumeAppeal(party, pen.write("appeal", body.statement), asked.at)
        )

    return routes
