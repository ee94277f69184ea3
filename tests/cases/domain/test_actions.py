"""What a case says that each role may do next."""

from services.cases.domain.actions import next_actions
from services.cases.domain.submissions import MAX_PIECES, MAX_STATEMENTS
from tests.support.cases_scenario import given
from tests.support.cases_story import (
    CALLS,
    MAIL,
    assess,
    defend,
    file,
    hour,
    notify,
    propose,
    start,
    submit,
    waive,
)


def test_nothing_filed_can_be_filed() -> None:
    assert next_actions(given().state, hour(0)) == {"complainant": ("file_complaint",), "intake": ("file_complaint",)}


def test_a_filed_case_waits_for_notice_and_takes_what_parties_give() -> None:
    assert next_actions(given(file()).state, hour(1)) == {
        "complainant": ("submit_evidence", "withdraw_complaint"),
        "respondent": ("submit_defence", "submit_evidence", "waive_window"),
        "system": ("notify_respondent",),
        "officer": ("notify_respondent", "start_handling", "recuse", "merge_complaint", "refuse_complaint", "dismiss"),
        "supervisor": ("extend_deadline",),
    }


def test_once_heard_and_verified_an_officer_may_uphold() -> None:
    upholding = ("uphold_ordinary", "propose_severe", "propose_override")
    handling = ("start_handling", "recuse", "assess_evidence", "merge_complaint", "refuse_complaint", "dismiss")
    assert next_actions(given(*CALLS).state, hour(6))["officer"] == (*handling, *upholding)
    unheard = given(file(), notify(), submit(), assess("frequent_contact")).state
    assert next_actions(unheard, hour(6))["officer"] == handling
    assert next_actions(unheard, hour(86))["officer"] == (*handling, *upholding)
    assert "system" not in next_actions(unheard, hour(6))


def test_a_closed_window_is_not_waived() -> None:
    noticed = given(file(), notify())
    assert "waive_window" in next_actions(noticed.state, hour(85))["respondent"]
    assert "waive_window" not in next_actions(noticed.state, hour(86))["respondent"]
    assert "waive_window" not in next_actions(noticed.and_(waive()).state, hour(5))["respondent"]


def test_limits_take_actions_away() -> None:
    full = given(file(), *(defend() for _ in range(MAX_STATEMENTS)), *(submit(f"e-{n}") for n in range(MAX_PIECES)))
    actions = next_actions(full.state, hour(6))
    assert actions["complainant"] == ("withdraw_complaint",)
    assert actions["respondent"] == ("submit_evidence", "waive_window")


def test_a_proposal_is_answered_by_a_second_officer() -> None:
    proposed = given(*MAIL, propose())
    actions = next_actions(proposed.state, hour(11))
    assert actions["officer"] == ("start_handling", "recuse", "assess_evidence")
    assert actions["proposer"] == ("withdraw_proposal",)
    assert actions["second_officer"] == ("confirm", "decline")
    doubted = proposed.and_(assess(verdict="rejected", at=11)).state
    assert next_actions(doubted, hour(11))["second_officer"] == ("decline",)


def test_who_has_taken_a_matter_up_refuses_it_no_more_and_what_came_late_is_ruled_on() -> None:
    taken_up = given(file(), notify(), start(), submit(at=100)).state
    assert next_actions(taken_up, hour(100))["officer"] == (
        *("start_handling", "recuse", "assess_evidence", "rule_on_late_evidence"),
        *("merge_complaint", "dismiss"),
    )
