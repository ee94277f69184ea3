"""Officers take a case up, step back from it and judge its evidence (S7, S11, S12)."""

from dataclasses import replace

import pytest

from services.cases.domain.case import World
from services.cases.domain.commands import CaseCommand
from services.cases.domain.events import EvidenceAssessed, HandlingStarted, OfficerRecused, Verdict
from services.cases.domain.findings import find
from services.cases.domain.state import Open
from tests.support.cases_scenario import SEED_WORLD, TAOBAO_WORLD, Given, given
from tests.support.cases_story import (
    BUYER,
    CALLS,
    MAIL,
    OFFICER,
    SECOND,
    SELLER,
    assess,
    confirm,
    decline,
    defend,
    dismiss,
    file,
    hour,
    notify,
    override,
    propose,
    recuse,
    start,
    submit,
    uphold,
    withdraw,
)

WITH_PIECE = given(file(), notify(), submit())

BY_OFFICER: dict[str, CaseCommand] = {
    "start": start(SELLER),
    "recuse": recuse(SELLER),
    "assess": assess(officer=SELLER),
    "dismiss": dismiss(officer=SELLER),
    "uphold": uphold(officer=SELLER),
    "propose": propose(officer=SELLER),
    "override": override(officer=SELLER),
}


def test_an_officer_takes_the_case_up() -> None:
    given(file()).when(start()).then(HandlingStarted(OFFICER, hour(2)))


def test_the_first_start_is_the_one_that_counts_and_the_last_officer_has_the_case() -> None:
    state = given(file(), start(at=2), start(SECOND, at=4)).state
    assert isinstance(state, Open)
    assert (state.file.first_handled_at, state.file.handler) == (hour(2), SECOND)


def test_who_has_the_case_in_hand_does_not_take_it_up_again() -> None:
    given(file(), start()).when(start(at=3)).then_refused("already_handling", officer=OFFICER)


def test_an_officer_steps_back_and_may_not_act_any_more() -> None:
    given(file(), start()).when(recuse()).then(OfficerRecused(OFFICER, "digest-reason"))
    recused = given(*CALLS, start(), recuse())
    assert isinstance(recused.state, Open)
    assert recused.state.file.handler is None
    for command in (start(), recuse(), assess(), dismiss(), uphold(), propose(), override()):
        recused.when(command).then_refused("officer_recused", officer=OFFICER)


def test_a_recused_officer_answers_no_proposal() -> None:
    proposed = given(*MAIL, recuse(SECOND), propose())
    proposed.when(confirm(SECOND)).then_refused("officer_recused", officer=SECOND)
    proposed.when(decline(SECOND)).then_refused("officer_recused", officer=SECOND)


def test_another_officers_recusal_leaves_the_case_in_hand() -> None:
    state = given(file(), start(), recuse(SECOND)).state
    assert isinstance(state, Open)
    assert state.file.handler == OFFICER


def test_who_has_proposed_takes_that_back_before_stepping_back() -> None:
    proposed = given(*MAIL, propose())
    proposed.when(recuse(OFFICER, at=11)).then_refused("own_proposal_pending", proposal=proposed.history[-1].id)
    proposed.when(recuse(SECOND, at=11)).then(OfficerRecused(SECOND, "digest-reason"))


@pytest.mark.parametrize("name", BY_OFFICER)
def test_a_party_is_no_officer_of_its_own_case(name: str) -> None:
    given(*CALLS).when(BY_OFFICER[name]).then_refused("officer_is_party")


@pytest.mark.parametrize("party", [BUYER, SELLER])
def test_a_party_answers_no_proposal(party: str) -> None:
    given(*MAIL, propose()).when(confirm(party)).then_refused("officer_is_party")


def test_a_piece_is_assessed_with_each_fact_once() -> None:
    WITH_PIECE.when(assess("frequent_contact", "number_attributable", "frequent_contact")).then(
        EvidenceAssessed("e-1", OFFICER, "verified", ("frequent_contact", "number_attributable"))
    )


def test_the_last_assessment_counts() -> None:
    rejected = given(*CALLS, assess(verdict="rejected", at=7))
    assert isinstance(rejected.state, Open)
    assert find(rejected.state.file, "harassment").frequent_contact is None
    rejected.when(uphold()).then_refused("no_verified_evidence")


def test_evidence_that_nobody_submitted_is_not_assessed() -> None:
    WITH_PIECE.when(assess(evidence_id="e-2")).then_refused("unknown_evidence", evidence_id="e-2")


def test_a_fact_that_nobody_knows_is_refused_with_the_known_ones() -> None:
    refusal = WITH_PIECE.when(assess("bad_mood")).then_refused("unknown_fact", fact="bad_mood")
    known = ("frequent_contact", "number_attributable", "number_not_attributable", "covers_alleged_times")
    assert refusal.facts["known"] == (*known, "offensive_mail", "grave_harm", "insult", "threat")


@pytest.mark.parametrize("world", [SEED_WORLD, TAOBAO_WORLD])
@pytest.mark.parametrize("conduct", ["insult", "threat"])
def test_insults_and_threats_are_facts_under_every_version(world: World, conduct: str) -> None:
    case = given(file(), submit(), world=world)
    assert isinstance(case.when(assess(conduct)).event, EvidenceAssessed)


def test_only_a_carrier_certificate_covers_the_alleged_times() -> None:
    WITH_PIECE.when(assess("covers_alleged_times")).then_refused("certificate_needed", kind="call_list")
    certified = WITH_PIECE.and_(submit("c-1", "carrier_certificate", party="respondent"))
    assert isinstance(certified.when(assess("covers_alleged_times", evidence_id="c-1")).event, EvidenceAssessed)


def test_one_piece_does_not_show_a_fact_and_its_opposite() -> None:
    WITH_PIECE.when(assess("number_attributable", "number_not_attributable")).then_refused("shows_contradict")


def test_pieces_that_contradict_each_other_leave_the_sender_unproven() -> None:
    both = given(*CALLS, submit("e-2"), assess("number_not_attributable", evidence_id="e-2"))
    assert isinstance(both.state, Open)
    assert find(both.state.file, "harassment").number_attributable is None


def test_late_evidence_is_assessed_but_carries_no_finding() -> None:
    late = given(file(), notify(), submit(at=100), assess("frequent_contact", "number_attributable", at=101))
    assert isinstance(late.state, Open)
    findings = find(late.state.file, "harassment")
    assert (findings.frequent_contact, findings.number_attributable) == (None, None)


@pytest.mark.parametrize("verdict", ["unverified", "rejected"])
def test_evidence_not_verified_carries_no_finding(verdict: Verdict) -> None:
    doubted = given(file(), submit(), assess("frequent_contact", verdict=verdict))
    assert isinstance(doubted.state, Open)
    assert find(doubted.state.file, "harassment").frequent_contact is None


def test_the_last_claim_counts_even_if_it_is_late() -> None:
    claimed = given(file(), notify(), defend("no_contact", at=2), defend("number_not_mine", at=100))
    assert isinstance(claimed.state, Open)
    assert find(claimed.state.file, "harassment").claim == "number_not_mine"


@pytest.mark.parametrize("command", [start(at=12), recuse(at=12), assess(at=12)])
@pytest.mark.parametrize(
    ("ended", "code"),
    [(given(*CALLS, uphold()), "already_decided"), (given(*CALLS, withdraw()), "complaint_withdrawn")],
)
def test_after_the_end_nothing_is_handled(command: CaseCommand, ended: Given, code: str) -> None:
    ended.when(command).then_refused(code)


@pytest.mark.parametrize("command", [start(), recuse(), assess()])
def test_before_filing_nothing_is_handled(command: CaseCommand) -> None:
    given().when(command).then_refused("not_filed")


def test_stepping_back_is_reasoned() -> None:
    WITH_PIECE.when(replace(recuse(), reason_digest="")).then_refused("reason_missing")
