"""Two officers decide what is severe, and the exception of S5: propose, confirm, decline, take back."""

import pytest

from services.cases.domain.case import state_name
from services.cases.domain.commands import CaseCommand
from services.cases.domain.events import (
    ComplaintWithdrawn,
    Findings,
    OrdinaryViolationUpheld,
    OverrideProposed,
    ProposalDeclined,
    ProposalWithdrawn,
    SevereViolationProposed,
    SevereViolationUpheld,
)
from services.cases.domain.state import Open
from tests.support.cases_scenario import SEED_WORLD, TAOBAO_WORLD, given
from tests.support.cases_story import (
    CALLS,
    INSULTS,
    MAIL,
    OFFICER,
    SECOND,
    assess,
    confirm,
    decline,
    hour,
    override,
    propose,
    take_back,
    uphold,
    withdraw,
)

TB_2012 = SEED_WORLD.timeline.versions[0].ref
CN_2026 = SEED_WORLD.calendars.years[2026].ref
FOUND_MAIL = Findings("harassment", "other", number_attributable=True, factors=("offensive_mail",))
FOUND_INSULTS = Findings("abuse", "other", number_attributable=True, factors=("insult",))
SEVERE, EXCEPTION = given(*MAIL, propose()), given(*INSULTS, override())


def test_a_severe_violation_is_proposed_with_its_findings() -> None:
    given(*MAIL).when(propose()).then(SevereViolationProposed(OFFICER, "grave", FOUND_MAIL, "digest-reason"))
    assert state_name(SEVERE.state, hour(10)) == "severe_proposed"


def test_a_second_officer_makes_it_a_severe_violation_with_forty_eight_points() -> None:
    SEVERE.when(confirm()).then(
        SevereViolationUpheld(
            officer=OFFICER,
            confirmed_by=SECOND,
            grade="grave",
            points=48,
            factors=("offensive_mail",),
            findings=FOUND_MAIL,
            direct=(),
            rulebook=TB_2012,
            calendars=(CN_2026,),
            reason_digest="digest-reason",
        )
    )


def test_the_exception_is_proposed_and_confirmed_as_an_ordinary_violation() -> None:
    given(*INSULTS).when(override()).then(OverrideProposed(OFFICER, "general", FOUND_INSULTS, "digest-reason"))
    assert state_name(EXCEPTION.state, hour(10)) == "override_proposed"
    EXCEPTION.when(confirm(reason="digest-second")).then(
        OrdinaryViolationUpheld(
            officer=OFFICER,
            grade="general",
            points=12,
            factors=("insult",),
            findings=FOUND_INSULTS,
            direct=(),
            rulebook=TB_2012,
            calendars=(CN_2026,),
            reason_digest="digest-second",
            confirmed_by=SECOND,
        )
    )


def test_the_exception_is_closed_where_the_ordinary_way_is_open_or_the_matter_is_another() -> None:
    given(*CALLS).when(override()).then_refused("outcome_closed", outcome="propose_override", open=("uphold_ordinary",))
    given(*INSULTS).when(override(found="harassment")).then_refused("outcome_closed", open=("evidence_insufficient",))
    given(*INSULTS, world=TAOBAO_WORLD).when(override()).then_refused("outcome_closed", open=("uphold_ordinary",))


def test_who_proposed_does_not_answer() -> None:
    SEVERE.when(confirm(OFFICER)).then_refused("same_officer", proposer=OFFICER)
    SEVERE.when(decline(OFFICER)).then_refused("same_officer", proposer=OFFICER)


def test_a_declined_proposal_opens_the_case_again() -> None:
    SEVERE.when(decline()).then(ProposalDeclined(SECOND, "digest-decline"))
    again = SEVERE.and_(decline())
    assert isinstance(again.state, Open)
    assert isinstance(again.when(uphold(at=12)).event, OrdinaryViolationUpheld)


def test_declining_is_reasoned() -> None:
    SEVERE.when(decline(reason="")).then_refused("reason_missing")


def test_the_proposer_takes_the_proposal_back() -> None:
    SEVERE.when(take_back()).then(ProposalWithdrawn(OFFICER))
    assert isinstance(SEVERE.and_(take_back()).state, Open)
    EXCEPTION.when(take_back(SECOND)).then_refused("not_proposer", proposer=OFFICER)


@pytest.mark.parametrize("command", [confirm(), decline(), take_back()])
def test_without_a_proposal_there_is_nothing_to_answer(command: CaseCommand) -> None:
    given(*MAIL).when(command).then_refused("nothing_proposed")
    given().when(command).then_refused("not_filed")


def test_evidence_judged_anew_closes_what_was_proposed() -> None:
    lighter = SEVERE.and_(assess("frequent_contact", "number_attributable", at=10.5))
    lighter.when(confirm()).then_refused("outcome_closed", outcome="propose_severe", open=("uphold_ordinary",))
    rejected = SEVERE.and_(assess(verdict="rejected", at=10.5))
    rejected.when(confirm()).then_refused("no_verified_evidence")
    heavier = EXCEPTION.and_(assess("frequent_contact", "number_attributable", at=10.5))
    heavier.when(confirm()).then_refused("outcome_closed", outcome="propose_override", open=("uphold_ordinary",))


def test_the_decision_keeps_the_findings_of_its_confirmation() -> None:
    event = SEVERE.and_(assess("grave_harm", "number_attributable", at=10.5)).when(confirm()).event
    assert isinstance(event, SevereViolationUpheld)
    assert (event.factors, event.findings.factors) == (("grave_harm",), ("grave_harm",))


def test_the_complainant_may_withdraw_while_something_is_proposed() -> None:
    SEVERE.when(withdraw(10.5)).then(ComplaintWithdrawn(hour(10.5)))
    SEVERE.and_(withdraw(10.5)).when(confirm()).then_refused("complaint_withdrawn")
