"""What a decided or ended case says that each role may do next."""

import pytest

from services.cases.domain.actions import next_actions
from services.cases.domain.commands import CaseCommand
from services.cases.domain.matters import Related
from tests.support.cases_afterwards import (
    CONTESTABLE,
    DISMISSED,
    UPHELD,
    WINDOW_END,
    appeal,
    contest,
    erase,
    propose_revocation,
    send_back,
    stay,
)
from tests.support.cases_scenario import given
from tests.support.cases_story import CALLS, dismiss, file, hour, merge, refuse, uphold, withdraw


def test_a_violation_waits_for_its_notice_for_an_appeal_and_for_supervisors() -> None:
    assert next_actions(given(*CALLS, uphold()).state, hour(11)) == {
        "system": ("notify_decision",),
        "respondent": ("file_appeal",),
        "supervisor": ("propose_revocation",),
    }
    told = given(*UPHELD).state
    final = {"administrator": ("erase_data",), "supervisor": ("propose_revocation",)}
    assert next_actions(told, hour(WINDOW_END - 1)) == {**final, "respondent": ("file_appeal",)}
    assert next_actions(told, hour(WINDOW_END)) == final


def test_a_dismissal_is_contested_where_the_rulebook_says_so() -> None:
    assert next_actions(given(file(), dismiss()).state, hour(11)) == {"system": ("notify_decision",)}
    told = given(*DISMISSED).state
    assert next_actions(told, hour(13)) == {"administrator": ("erase_data",)}
    contesting = {"administrator": ("erase_data",), "complainant": ("file_appeal",)}
    assert next_actions(told, hour(13), contestable=True) == contesting


def test_an_appeal_is_with_the_reviewer_or_back_with_the_appellant_or_over() -> None:
    held = given(*UPHELD, appeal())
    both = {"complainant": ("submit_evidence",), "supervisor": ("propose_revocation",)}
    reviewing = ("return_appeal", "decide_appeal")
    assert next_actions(held.state, hour(21)) == {
        **both,
        "respondent": ("submit_evidence",),
        "reviewer": (*reviewing, "stay_sanction"),
    }
    assert next_actions(held.and_(stay()).state, hour(26))["reviewer"] == (*reviewing, "lift_stay")
    returned = held.and_(send_back()).state
    assert next_actions(returned, hour(31)) == {
        **both,
        "respondent": ("resume_appeal", "submit_evidence"),
        "reviewer": ("stay_sanction",),
    }
    assert next_actions(returned, hour(500)) == {
        "system": ("lapse_appeal",),
        "supervisor": ("propose_revocation",),
    }
    contested = given(*DISMISSED, contest(), world=CONTESTABLE).state
    assert next_actions(contested, hour(21)) == {
        "complainant": ("submit_evidence",),
        "respondent": ("submit_evidence",),
        "reviewer": reviewing,
    }


def test_a_revocation_is_answered_by_a_second_supervisor() -> None:
    assert next_actions(given(*UPHELD, propose_revocation(at=400)).state, hour(400)) == {
        "supervisor": ("withdraw_revocation",),
        "second_supervisor": ("confirm_revocation", "decline_revocation"),
    }


@pytest.mark.parametrize("ended", [withdraw(at=1), refuse(), merge(at=1)])
def test_a_case_that_ended_waits_for_its_erasure_and_then_for_nobody(ended: CaseCommand) -> None:
    other = Related("case-2", file().incidents, undecided=True)
    case = given(file()).among(other).and_(ended)
    assert next_actions(case.state, hour(11)) == {"administrator": ("erase_data",)}
    assert next_actions(case.among().and_(erase()).state, hour(2_000_000)) == {}


def test_an_erased_violation_waits_for_nobody() -> None:
    assert next_actions(given(*UPHELD, erase()).state, hour(2_000_000)) == {}
