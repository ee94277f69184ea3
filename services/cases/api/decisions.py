"""How a case ends: one officer's decision or proposal, a second officer's answer, and notice to the parties."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Response

from services.cases.api.answers import written
from services.cases.api.bodies import Confirmation, Decision, DecisionNotice, DismissBody, OverrideBody
from services.cases.api.callers import CONFIRM, DECIDE, HANDLE
from services.cases.api.calls import Call, CaseId, call
from services.cases.api.desk import Desk
from services.cases.domain import commands
from services.cases.domain.commands import AnswerProposal, CaseCommand, NotifyDecision, WithdrawProposal
from services.cases.request import Pen
from shared.kit.problem import problems
from shared.kit.route import router


def decisions_router(desk: Desk) -> APIRouter:
    """Return the routes of decisions; all but the notice need If-Match."""
    routes = router(prefix="/cases/{case_id}", tags=["decisions"])
    clock = desk.cases.clock

    @routes.post(
        "/decision",
        response_class=Response,
        responses={**written(200, "The decision or proposal is recorded"), **problems(404, 409, 412, 428)},
    )
    def decide(
        case_id: CaseId,
        body: Annotated[Decision, Body()],
        asked: Annotated[Call, Depends(call(clock, DECIDE, decision=True))],
    ) -> Response:
        """Dismiss, uphold as ordinary, or propose to uphold as severe or by override (which a second officer answers).

        Who comes too late gets 409 `already_decided` with the decision that stands as `winner`.
        """
        return desk.by_staff(asked, case_id, body, lambda pen: _ruling(body, asked, pen))

    @routes.post(
        "/confirmation",
        response_class=Response,
        responses={**written(200, "The proposal is answered"), **problems(404, 409, 412, 428)},
    )
    def answer_proposal(
        case_id: CaseId, body: Confirmation, asked: Annotated[Call, Depends(call(clock, CONFIRM, decision=True))]
    ) -> Response:
        """Confirm or decline what another officer proposed."""
        return desk.by_staff(
            asked,
            case_id,
            body,
            lambda pen: AnswerProposal(asked.who.sub, body.answer, pen.write("reason", body.reason), asked.at),
        )

    @routes.post(
        "/proposal/withdrawal",
        response_class=Response,
        responses={**written(200, "The proposal is taken back"), **problems(404, 409, 412, 428)},
    )
    def withdraw_proposal(
        case_id: CaseId, asked: Annotated[Call, Depends(call(clock, DECIDE, decision=True))]
    ) -> Response:
        """Take a proposal back, as the officer who made it."""
        return desk.by_staff(asked, case_id, None, lambda _: WithdrawProposal(asked.who.sub, asked.at))

    @routes.post(
        "/decision/notification",
        response_class=Response,
        responses={**written(200, "The appeal window runs"), **problems(404, 409, 412)},
    )
    def notify_decision(
        case_id: CaseId, body: DecisionNotice, asked: Annotated[Call, Depends(call(clock, HANDLE))]
    ) -> Response:
        """Record that the parties have the decision."""
        return desk.by_staff(asked, case_id, body, lambda _: NotifyDecision(body.notified_at, asked.at))

    return routes


def _ruling(body: Decision, asked: Call, pen: Pen) -> CaseCommand:
    officer, reason = asked.who.sub, pen.write("reason", body.reason)
    if isinstance(body, DismissBody):
        return commands.Dismiss(officer, body.ground, body.found_subject, body.referral, reason, asked.at)
    if isinstance(body, OverrideBody):
        return commands.ProposeOverride(officer, body.grade, body.found_subject, reason, asked.at)
    if body.outcome == "propose_severe":
        return commands.ProposeSevere(officer, body.grade, body.found_subject, reason, asked.at)
    return commands.UpholdOrdinary(officer, body.grade, body.found_subject, reason, asked.at)
