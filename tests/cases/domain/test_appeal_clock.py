"""The 15 × 24 hours of an appeal: the time left stands still in each hold, and at the closing instant it is late."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import pytest

from services.cases.domain.case import state_name
from services.cases.domain.commands import FileAppeal, LapseAppeal, NotifyDecision, ResumeAppeal, ReturnAppeal
from services.cases.domain.events import AppealLapsed, AppealResumed, AppealReturned, Incident
from services.cases.domain.state import Appealed, DismissedFinal, UpheldFinal
from tests.support.cases_afterwards import (
    CONTESTABLE,
    DISMISSED,
    REVIEWER,
    UPHELD,
    appeal,
    contest,
    lapse,
    reject,
    resume,
    send_back,
)
from tests.support.cases_scenario import given
from tests.support.cases_story import CALLS, OFFICER, SELLER, file, hour, uphold
from tests.support.tree import ROOT

VECTORS: Final = json.loads((ROOT / "tests/vectors/deadlines.json").read_text("utf-8"))["appeal_clock"]
APPEALED: Final = given(*UPHELD, appeal())
RETURNED: Final = APPEALED.and_(send_back())  # 8 hours ran before the hold of 10: it closes at 372 + 10
CLOSES: Final = 382.0
MOMENT: Final = timedelta(microseconds=1)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["name"]))
def test_the_worked_examples_by_commands(vector: dict[str, Any]) -> None:
    notice, filed, returned, closes = (
        datetime.fromisoformat(vector[name]) for name in ("notice", "filed", "returned", "closes")
    )
    at = notice - timedelta(days=30)
    case = given(file(at=at, incidents=(Incident("phone", at),)))
    case = case.and_(*(replace(command, at=notice - timedelta(days=1)) for command in CALLS[2:]))
    case = case.and_(replace(uphold(), at=notice - timedelta(hours=1)))
    case = case.and_(NotifyDecision(notice, notice), FileAppeal("respondent", "digest-appeal", filed))
    said = case.when(ReturnAppeal(REVIEWER, "digest-reason", returned)).event
    assert isinstance(said, AppealReturned)
    assert said.closes_at == closes
    back = case.and_(ReturnAppeal(REVIEWER, "digest-reason", returned))
    back.when(LapseAppeal(closes - MOMENT)).then_refused("appeal_not_lapsed")
    back.when(ResumeAppeal("respondent", "digest-more", closes)).then_refused("appeal_window_closed")
    back.when(LapseAppeal(closes)).then(AppealLapsed("event-5", closes))


def test_a_returned_appeal_says_until_when_it_can_be_supplemented() -> None:
    APPEALED.when(send_back()).then(AppealReturned(REVIEWER, hour(30), hour(CLOSES), "digest-reason"))
    assert state_name(RETURNED.state, hour(CLOSES) - MOMENT) == "returned_for_supplement"
    RETURNED.when(send_back(at=31)).then_refused("appeal_returned", closes_at="2026-03-18T00:00:00Z")
    RETURNED.when(reject()).then_refused("appeal_returned")
    RETURNED.when(reject(at=CLOSES)).then_refused("appeal_window_closed")
    APPEALED.when(send_back(reason="")).then_refused("reason_missing")


def test_the_clock_pauses_for_each_hold() -> None:
    again = RETURNED.and_(resume(at=40), send_back(at=100))  # the second hold took 60 hours
    assert isinstance(again.state, Appealed)
    assert again.state.appeal.holds == ((hour(20), hour(30)), (hour(40), hour(100)))
    assert again.state.appeal.returned is not None
    assert again.state.appeal.returned.closes_at == hour(CLOSES + 60)
    again.when(resume(at=CLOSES + 60)).then_refused("appeal_window_closed")
    again.when(resume(at=CLOSES + 59.999)).then_accepted()


def test_while_the_platform_holds_it_no_time_runs() -> None:
    for held in (APPEALED, RETURNED.and_(resume())):
        held.when(lapse(at=1_000_000)).then_refused("appeal_not_lapsed", closes_at=None)
        assert state_name(held.state, hour(1_000_000)) == "appeal_filed"


def test_the_appellant_supplements_what_was_returned_and_nobody_else() -> None:
    RETURNED.when(resume()).then(AppealResumed(hour(40), "digest-more"))
    RETURNED.when(resume("complainant")).then_refused("not_appellant", appellant="respondent")
    RETURNED.when(resume(statement="")).then_refused("statement_missing")
    APPEALED.when(resume()).then_refused("appeal_not_returned")
    contested = given(*DISMISSED, contest(), send_back(), world=CONTESTABLE)
    contested.when(resume("respondent")).then_refused("not_appellant", appellant="complainant")
    contested.when(resume("complainant")).then_accepted()


def test_every_statement_is_kept_in_order() -> None:
    state = RETURNED.and_(resume()).state
    assert isinstance(state, Appealed)
    assert state.appeal.statements == ("digest-appeal", "digest-more")


def test_an_appeal_that_is_not_supplemented_lapses_at_the_closing_instant() -> None:
    RETURNED.when(lapse(at=CLOSES - 0.001)).then_refused("appeal_not_lapsed", closes_at="2026-03-18T00:00:00Z")
    RETURNED.when(lapse(at=CLOSES)).then(AppealLapsed("event-6", hour(CLOSES)))
    RETURNED.when(lapse(at=5000)).then(AppealLapsed("event-6", hour(CLOSES)))
    assert state_name(RETURNED.state, hour(CLOSES)) == "upheld_final"
    assert isinstance(RETURNED.and_(lapse()).state, UpheldFinal)


def test_a_contested_dismissal_lapses_too() -> None:
    contested = given(*DISMISSED, contest(), send_back(), world=CONTESTABLE)
    contested.when(lapse()).then(AppealLapsed("event-2", hour(CLOSES)))
    assert state_name(contested.state, hour(CLOSES)) == "dismissed_final"
    assert isinstance(contested.and_(lapse()).state, DismissedFinal)


def test_a_clock_set_back_never_puts_one_step_before_the_one_it_follows() -> None:
    returned = APPEALED.and_(send_back(at=-5))
    assert returned.history[-1].event == AppealReturned(REVIEWER, hour(20), hour(372), "digest-reason")
    resumed = returned.and_(resume(at=-9))
    assert resumed.history[-1].event == AppealResumed(hour(20), "digest-more")


@pytest.mark.parametrize("reviewer", [OFFICER, SELLER])
def test_who_took_part_returns_no_appeal(reviewer: str) -> None:
    code = "officer_is_party" if reviewer == SELLER else "reviewer_took_part"
    APPEALED.when(send_back(reviewer)).then_refused(code)


def test_who_returned_an_appeal_may_decide_it() -> None:
    RETURNED.and_(resume()).when(reject()).then_accepted()
