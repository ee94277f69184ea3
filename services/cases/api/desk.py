"""Turns a call over HTTP into a request of the application, and its receipt into an answer."""

from dataclasses import dataclass
from typing import Any

from fastapi import Response
from pydantic import BaseModel

from services.cases.api.answers import answer
from services.cases.api.callers import any_case, as_party, party_role, staff_role
from services.cases.api.calls import Call
from services.cases.application import Cases
from services.cases.domain.events import Party
from services.cases.receipts import KeyMaker, Receipt
from services.cases.request import Command, Request
from shared.kit.audit.witness import Witness


@dataclass(frozen=True, slots=True)
class Desk:
    """Where routes hand in what they were asked."""

    cases: Cases
    keys: KeyMaker
    witness: Witness

    def by_staff(
        self, call: Call, case_id: str, body: BaseModel | None, command: Command, role: str | None = None
    ) -> Response:
        """Carry out a command of staff; `role` is the one that the route asks for, None: the caller's own."""
        acting = role or staff_role(call.who)
        request = self.request(call, case_id, body, admits=any_case, role=acting, staff=True)
        return self.answer(self.cases.carry_out(request, command))

    def by_party(self, call: Call, case_id: str, body: BaseModel | None, party: Party, command: Command) -> Response:
        """Carry out a command of one side of the case."""
        admits, role = as_party(call.who, party), party_role(call.who, party)
        request = self.request(call, case_id, body, admits=admits, role=role)
        return self.answer(self.cases.carry_out(request, command))

    def answer(self, receipt: Receipt) -> Response:
        """Return the answer to a write. May block, but never long."""
        return answer(receipt, self.witness)

    def request(self, call: Call, case_id: str, body: BaseModel | None, **how: Any) -> Request:
        """Return the request; `how` gives `admits`, `role` and whatever is special about it."""
        given = {"key": call.key(self.keys, body), **how}
        return Request(case_id=case_id, actor=call.who.sub, at=call.at, precondition=call.if_match, **given)
