"""The end of a case's personal data, on request."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from services.cases.api.answers import written
from services.cases.api.callers import ADMIN, SUPERVISE, any_case, staff_role
from services.cases.api.calls import Call, CaseId, call
from services.cases.api.desk import Desk
from services.cases.erasures import Erasures
from shared.kit.problem import problems
from shared.kit.route import router


def erasure_router(desk: Desk, erasures: Erasures) -> APIRouter:
    """Return the route of erasure."""
    routes = router(prefix="/cases/{case_id}", tags=["privacy"])

    @routes.post(
        "/erasure",
        response_class=Response,
        responses={**written(200, "The personal data of the case is destroyed"), **problems(404, 409, 412)},
    )
    def erase(case_id: CaseId, asked: Annotated[Call, Depends(call(desk.cases.clock, SUPERVISE, ADMIN))]) -> Response:
        """Destroy the personal data of the case (个人信息删除) for good: key, texts, numbers and files.

        Its facts stay, and with them points, sanctions and proofs. During legal hold (法定留存) it is refused, with the
        instant from which on it is possible where that is known. The same caller's repetition gets the same answer.
        """
        key = asked.key(desk.keys, None) or desk.keys.request(asked.who, asked.route, "erasure", None)
        request = desk.request(asked, case_id, None, admits=any_case, role=staff_role(asked.who), staff=True, key=key)
        return desk.answer(erasures.erase(request))

    return routes
