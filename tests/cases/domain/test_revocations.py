"""Two supervisors revoke what counts, whatever became of the appeal; a recall revokes at once, for two people too."""

import pytest

from services.cases.domain.case import state_name
from services.cases.domain.commands import CaseCommand
from services.cases.domain.events import (
    DecisionRevoked,
    RevocationDeclined,
    RevocationProposed,
    RevocationWithdrawn,
)
from services.cases.domain.state import Appealed, Penalised, Regraded, Reversed, Upheld, penalty
from tests.support.cases_afterwards import (
    CONTESTABLE,
    DISMISSED,
    SEVERE,
    UPHELD,
    appeal,
    contest,
    erase,
    keep,
    propose_revocation,
    recall,
    regrade,
    reject,
    resume,
    reverse,
    revoke,
    send_back,
    take_revocation_back,
)
from tests.support.cases_scenario import Given, given
from tests.support.cases_story import (
    BUYER,
    CALLS,
    OTHER,
    SUPERVISOR,
    file,
    hour,
    recuse,
    tell,
    uphold,
    withdraw,
)

VIOLATION = given(*UPHELD)
PROPOSED = VIOLATION.and_(propose_revocation())
LOWERED = given(*SEVERE, appeal(), regrade())
COUNTING = {
    "upheld": given(*CALLS, uphold()),
    "notified": VIOLATION,
    "appealed": VIOLATION.and_(appeal()),
    "returned": VIOLATION.and_(appeal(), send_back()),
    "final": VIOLATION.and_(appeal(), reject()),
    "regraded": LOWERED,
}


@pytest.mark.parametrize("case", COUNTING.values(), ids=COUNTING)
def test_two_supervisors_revoke_whatever_counts(case: Given) -> None:
    counts = penalty(case.state)
    assert counts is not None
    case.when(propose_revocation()).then(RevocationProposed(counts, SUPERVISOR, "digest-reason"))
    proposed = case.and_(propose_revocation())
    assert penalty(proposed.state) == counts
    proposed.when(revoke()).then(DecisionRevoked(counts, SUPERVISOR, OTHER, None, "digest-reason"))
    revoked = proposed.and_(revoke()).state
    assert isinstance(revoked, Reversed)
    assert (state_name(revoked, hour(61)), penalty(revoked)) == ("reversed", None)


def test_after_a_regrade_it_is_the_regrade_that_is_revoked() -> None:
    assert isinstance(LOWERED.state, Regraded)
    said = LOWERED.and_(propose_revocation()).when(revoke()).event
    assert isinstance(said, DecisionRevoked)
    assert said.decision == LOWERED.state.regrade.id != LOWERED.state.decision.id
    revoked = LOWERED.and_(propose_revocation(), revoke()).state
    assert isinstance(revoked, Reversed)
    assert revoked.regrade == LOWERED.state.regrade


def test_the_second_supervisor_may_give_a_reason_of_their_own() -> None:
    PROPOSED.when(revoke(reason="digest-second")).then(
        DecisionRevoked("event-6", SUPERVISOR, OTHER, None, "digest-second")
    )


def test_who_proposed_does_not_answer() -> None:
    PROPOSED.when(revoke(SUPERVISOR)).then_refused("same_officer", proposer=SUPERVISOR)
    PROPOSED.when(keep(SUPERVISOR)).then_refused("same_officer", proposer=SUPERVISOR)


def test_a_revocation_may_be_declined_with_a_reason() -> None:
    PROPOSED.when(keep()).then(RevocationDeclined(OTHER, "digest-keep"))
    PROPOSED.when(keep(reason="")).then_refused("reason_missing")
    kept = PROPOSED.and_(keep())
    assert isinstance(kept.state, Upheld)
    assert kept.state.revocation is None
    kept.when(propose_revocation(OTHER, at=70)).then_accepted()


def test_the_proposer_takes_a_revocation_back() -> None:
    PROPOSED.when(take_revocation_back()).then(RevocationWithdrawn(SUPERVISOR))
    PROPOSED.when(take_revocation_back(OTHER)).then_refused("not_proposer", proposer=SUPERVISOR)
    assert penalty(PROPOSED.and_(take_revocation_back()).state) == "event-6"


def test_one_revocation_waits_at_a_time() -> None:
    PROPOSED.when(propose_revocation(OTHER)).then_refused("revocation_pending", proposal="event-8", proposer=SUPERVISOR)


@pytest.mark.parametrize("command", [revoke(), keep(), take_revocation_back()])
def test_without_a_proposal_there_is_nothing_to_answer(command: CaseCommand) -> None:
    VIOLATION.when(command).then_refused("nothing_proposed")


def test_a_revocation_is_reasoned_and_by_nobody_who_is_a_party_or_stepped_back() -> None:
    VIOLATION.when(propose_revocation(reason="")).then_refused("reason_missing")
    VIOLATION.when(propose_revocation(BUYER)).then_refused("officer_is_party")
    case = given(*CALLS, recuse(SUPERVISOR), uphold())
    case.when(propose_revocation()).then_refused("officer_recused", officer=SUPERVISOR)
    case.and_(propose_revocation("third")).when(revoke(SUPERVISOR)).then_refused("officer_recused")


@pytest.mark.parametrize("command", [propose_revocation(), revoke(), keep(), take_revocation_back(), recall("event-6")])
def test_only_a_violation_that_counts_is_revoked(command: CaseCommand) -> None:
    given(*DISMISSED).when(command).then_refused("not_upheld")
    given(*DISMISSED, contest(), world=CONTESTABLE).when(command).then_refused("not_upheld")
    given(*DISMISSED, contest(), reject(), world=CONTESTABLE).when(command).then_refused("not_upheld")
    given(*CALLS).when(command).then_refused("undecided")
    given(file(), withdraw()).when(command).then_refused("undecided")
    given().when(command).then_refused("not_filed")
    undone = VIOLATION.and_(appeal(), reverse())
    winner = undone.when(command).then_refused("already_decided").facts["winner"]
    assert isinstance(winner, dict)
    assert (winner["id"], winner["type"]) == ("event-9", "demerit.cases.decision_reversed.v1")


def test_a_proposal_outlives_appeal_and_rejection_but_not_the_decision_it_is_about() -> None:
    proposed = VIOLATION.and_(propose_revocation(at=15))
    appealed = proposed.and_(appeal())
    assert isinstance(appealed.state, Appealed)
    for case in (appealed, appealed.and_(send_back(), resume()), appealed.and_(reject())):
        case.when(revoke()).then_accepted()
    lowered = given(*SEVERE, propose_revocation(at=15), appeal(), regrade())
    lowered.when(revoke()).then_refused("nothing_proposed")
    appealed.and_(reverse()).when(revoke()).then_refused("already_decided")


def test_a_revoked_decision_is_neither_appealed_against_nor_told_again() -> None:
    revoked = given(*CALLS, uphold(), propose_revocation(), revoke())
    revoked.when(appeal(at=62)).then_refused("already_decided")
    revoked.when(tell(62)).then_refused("already_decided")
    PROPOSED.and_(revoke()).when(tell(62)).then_refused("decision_already_notified")
    PROPOSED.and_(appeal(at=60), revoke()).when(reject(at=62)).then_refused("already_decided")


@pytest.mark.parametrize("case", COUNTING.values(), ids=COUNTING)
def test_a_recall_revokes_what_counts_at_once(case: Given) -> None:
    decision, counts = decided(case), penalty(case.state)
    assert counts is not None
    for selected in {decision, counts}:
        case.when(recall(selected)).then(DecisionRevoked(counts, SUPERVISOR, OTHER, "recall-1", ""))
    case.when(recall("event-99")).then_refused("another_decision", asked="event-99", decision=counts)


def decided(case: Given) -> str:
    assert isinstance(case.state, Penalised)
    return case.state.decision.id


def test_a_recall_goes_before_a_revocation_that_waits_and_takes_two_people_as_well() -> None:
    assert PROPOSED.when(recall("event-6")).event == DecisionRevoked("event-6", SUPERVISOR, OTHER, "recall-1", "")
    VIOLATION.when(recall("event-6", OTHER, OTHER)).then_refused("same_officer", proposer=OTHER)


@pytest.mark.parametrize("supervisors", [("barred", OTHER), (SUPERVISOR, "barred")], ids=["proposer", "confirmer"])
def test_a_recall_is_by_nobody_who_is_a_party_or_stepped_back(supervisors: tuple[str, str]) -> None:
    stepped_back = given(*CALLS, recuse("barred"), uphold())
    stepped_back.when(recall(decided(stepped_back), *supervisors)).then_refused("officer_recused", officer="barred")
    stepped_back.when(recall(decided(stepped_back))).then_accepted()
    proposer, confirmer = (BUYER if name == "barred" else name for name in supervisors)
    VIOLATION.when(recall(decided(VIOLATION), proposer, confirmer)).then_refused("officer_is_party")


def test_a_recall_reaches_a_case_whose_personal_data_is_erased() -> None:
    erased = VIOLATION.and_(erase())
    erased.when(recall("event-6", at=2_000_000)).then_accepted()
    assert penalty(erased.and_(recall("event-6", at=2_000_000)).state) is None
