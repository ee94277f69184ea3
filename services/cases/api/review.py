"""What reviewers do with an appeal: return it for supplement, decide it, stay the sanction meanwhile."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from services.cases.api.answers import written
from services.cases.api.callers import REVIEW
from services.cases.api.calls import Call, CaseId, call
from services.cases.api.desk import Desk
from services.cases.api.reviewbodies import Reason, Return, Review
from services.cases.domain.commands import DecideAppeal, LiftStay, ReturnAppeal, StaySanction
from shared.kit.problem import problems
from shared.kit.route import router

REVIEWER: Final = "reviewer"


def review_router(desk: Desk) -> APIRouter:
    """Return the routes of a reviewer, who took no part in the case; the decision needs If-Match."""
    routes = router(prefix="/cases/{case_id}", tags=["appeals"])
    clock = desk.cases.clock
    by_reviewer = Depends(call(clock, REVIEW))

    @routes.post(
        "/appeal/return",
        response_class=Response,
        responses={**written(200, "The appeal window runs again"), **problems(404, 409, 412)},
    )
    def return_appeal(case_id: CaseId, body: Return, asked: Annotated[Call, by_reviewer]) -> Response:
        """Want more from the appellant (补充材料); an appeal that is not supplemented in time comes to nothing."""
        who = asked.who.sub
        return desk.by_staff(
            asked, case_id, body, lambda pen: ReturnAppeal(who, pen.write("reason", body.reason), asked.at), REVIEWER
        )

    @routes.post(
        "/appeal/decision",
        response_class=Response,
        responses={**written(200, "The appeal is decided"), **problems(404, 409, 412, 428)},
    )
    def decide_appeal(
        case_id: CaseId, body: Review, asked: Annotated[Call, Depends(call(clock, REVIEW, decision=True))]
    ) -> Response:
        """Reject the appeal, reverse the decision (撤销), or lower its grade.

        Who comes too late gets 409 `already_decided` with the fact that stands as `winner`.
        """
        return desk.by_staff(
            asked,
            case_id,
            body,
            lambda pen: DecideAppeal(
                asked.who.sub, body.outcome, body.grade, pen.write("reason", body.reason), asked.at
            ),
            REVIEWER,
        )

    @routes.post(
        "/stay",
        response_class=Response,
        responses={**written(200, "The decision imposes nothing for now"), **problems(404, 409, 412)},
    )
    def stay_sanction(case_id: CaseId, body: Reason, asked: Annotated[Call, by_reviewer]) -> Response:
        """Stay what the decision brought (暂缓执行) while the appeal goes on; points stay, no start or end moves."""
        who = asked.who.sub
        return desk.by_staff(
            asked, case_id, body, lambda pen: StaySanction(who, pen.write("reason", body.reason), asked.at), REVIEWER
        )

    @routes.post(
        "/stay/lifting",
        response_class=Response,
        responses={**written(200, "The decision imposes again"), **problems(404, 409, 412)},
    )
    def lift_stay(case_id: CaseId, body: Reason, asked: Annotated[Call, by_reviewer]) -> Response:
        """Lift the stay before the appeal is decided."""
        who = asked.who.sub
        return desk.by_staff(
            asked, case_id, body, lambda pen: LiftStay(who, pen.write("reason", body.reason), asked.at), REVIEWER
        )

    return routes
