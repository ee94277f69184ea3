"""Officers merge a complaint into another case of its matter, which goes on for both (R12)."""

from dataclasses import replace

import pytest

from services.cases.domain.case import state_name
from services.cases.domain.commands import CaseCommand
from services.cases.domain.events import ComplaintMerged, Incident
from services.cases.domain.matters import Related
from services.cases.domain.state import Merged, ended_at
from tests.support.cases_scenario import given
from tests.support.cases_story import (
    BUYER,
    CALLS,
    MAIL,
    OFFICER,
    defend,
    dismiss,
    file,
    hour,
    merge,
    propose,
    recuse,
    start,
    submit,
    tell,
    uphold,
    withdraw,
)

OTHER = Related("case-2", file().incidents, undecided=True)
FILED = given(file()).among(OTHER)
MORE = Incident("phone", hour(-10))
MERGED = FILED.and_(merge())


def test_a_complaint_is_merged_into_a_case_that_shares_an_incident() -> None:
    FILED.when(merge()).then(ComplaintMerged("case-2", OFFICER, "digest-reason"))
    state = MERGED.state
    assert isinstance(state, Merged)
    assert (state_name(state, hour(1000)), ended_at(state)) == ("merged", hour(2))
    assert state.file.filed == FILED.file.filed


def test_it_may_be_merged_after_it_was_taken_up_and_into_a_decided_case() -> None:
    decided = replace(OTHER, undecided=False, penalty="decision-2")
    given(*CALLS, start()).among(decided).when(merge()).then_accepted()


@pytest.mark.parametrize(
    "related",
    [
        (),
        (replace(OTHER, case_id="case-3"),),
        (replace(OTHER, incidents=(Incident("phone", hour(-22), hour(-21)),)),),
    ],
    ids=["none", "another", "no-shared-instant"],
)
def test_another_incident_or_matter_is_not_merged(related: tuple[Related, ...]) -> None:
    given(file()).among(*related).when(merge()).then_refused("another_incident", case="case-2")


def test_a_case_that_ended_or_was_decided_without_a_penalty_takes_nothing_in() -> None:
    ended = replace(OTHER, undecided=False)
    given(file()).among(ended).when(merge()).then_refused("merged_into_ended", case="case-2")
    erased = replace(ended, penalty="decision-2", erased=True)
    given(file()).among(erased).when(merge()).then_refused("merged_into_ended", case="case-2")


def test_a_decided_case_takes_in_only_what_it_penalises_whole() -> None:
    """Given two incidents of which the other case has one, then it takes the complaint in while undecided alone."""
    (judged,) = file().incidents
    left = Incident("phone", hour(-22), hour(-21))
    both = given(file(incidents=(judged, left)))
    decided = replace(OTHER, undecided=False, penalty="decision-2")
    both.among(decided).when(merge()).then_refused("incidents_left", case="case-2")
    both.among(OTHER).when(merge()).then_accepted()
    both.among(replace(decided, incidents=(judged, left, MORE))).when(merge()).then_accepted()


def test_merging_is_reasoned_and_by_nobody_who_is_a_party_or_stepped_back() -> None:
    FILED.when(merge(reason="")).then_refused("reason_missing")
    FILED.when(merge(officer=BUYER)).then_refused("officer_is_party")
    FILED.and_(recuse(at=1)).when(merge()).then_refused("officer_recused", officer=OFFICER)


def test_while_something_is_proposed_nothing_is_merged() -> None:
    given(*MAIL, propose()).among(OTHER).when(merge(at=11)).then_refused("proposal_pending", proposer=OFFICER)


@pytest.mark.parametrize("command", [submit(), defend(), start(), merge(), withdraw(), uphold(), dismiss()])
def test_a_merged_complaint_sends_to_the_case_that_goes_on(command: CaseCommand) -> None:
    MERGED.when(command).then_refused("complaint_merged", into="case-2")


def test_a_merged_complaint_has_no_decision() -> None:
    MERGED.when(tell()).then_refused("undecided")


def test_a_decided_or_withdrawn_case_is_not_merged() -> None:
    given(*CALLS, uphold()).among(OTHER).when(merge(at=11)).then_refused("already_decided")
    FILED.and_(withdraw(1)).when(merge()).then_refused("complaint_withdrawn")
    given().when(merge()).then_refused("not_filed")
