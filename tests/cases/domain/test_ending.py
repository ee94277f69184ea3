"""How a case ends for the parties: the complaint taken back, the decision received."""

from datetime import timedelta

import pytest

from services.cases.domain.case import state_name
from services.cases.domain.events import ComplaintWithdrawn, DecisionNotified
from tests.support.cases_scenario import Given, given
from tests.support.cases_story import CALLS, dismiss, file, hour, notify, tell, uphold, withdraw

UPHELD, DISMISSED = given(*CALLS, uphold()), given(file(), dismiss())


def test_a_complaint_is_taken_back_before_the_decision() -> None:
    given(file(), notify()).when(withdraw()).then(ComplaintWithdrawn(hour(10)))
    assert state_name(given(file(), withdraw()).state, hour(10)) == "withdrawn"


def test_after_the_decision_points_stay() -> None:
    UPHELD.when(withdraw(11)).then_refused("already_decided")
    given(file(), withdraw()).when(withdraw(11)).then_refused("complaint_withdrawn")
    given().when(withdraw()).then_refused("not_filed")


@pytest.mark.parametrize("decided", [UPHELD, DISMISSED])
def test_the_notice_of_the_decision_starts_fifteen_days_of_appeal(decided: Given) -> None:
    decided.when(tell(12, at=13)).then(DecisionNotified(hour(12), hour(12) + timedelta(hours=360)))


def test_notice_is_given_once() -> None:
    UPHELD.and_(tell(12)).when(tell(13)).then_refused("decision_already_notified", notified_at="2026-03-02T14:00:00Z")


@pytest.mark.parametrize("notified", [10, 13])
def test_notice_at_the_decision_or_now_is_accepted(notified: float) -> None:
    assert isinstance(UPHELD.when(tell(notified, at=13)).event, DecisionNotified)


@pytest.mark.parametrize("notified", [9.999, 13.001])
def test_notice_before_the_decision_or_in_the_future_is_refused(notified: float) -> None:
    UPHELD.when(tell(notified, at=13)).then_refused(
        "notified_at_out_of_range", not_before="2026-03-02T12:00:00Z", not_after="2026-03-02T15:00:00Z"
    )


def test_there_is_no_notice_without_a_decision() -> None:
    given().when(tell()).then_refused("not_filed")
    given(*CALLS).when(tell()).then_refused("undecided")
    given(file(), withdraw()).when(tell()).then_refused("undecided")


@pytest.mark.parametrize("ended", [UPHELD, DISMISSED, given(file(), withdraw())])
def test_an_ended_case_is_not_filed_again(ended: Given) -> None:
    ended.when(file()).then_refused("already_filed")


def test_the_state_has_the_decisions_name() -> None:
    assert state_name(UPHELD.state, hour(20)) == "upheld"
    assert state_name(DISMISSED.state, hour(20)) == "dismissed"
    assert state_name(given().state, hour(0)) == "unfiled"
