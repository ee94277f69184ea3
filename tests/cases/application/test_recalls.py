"""Applying a recall: one fact per case, whatever stops the worker, whoever else acts on the cases meanwhile."""

import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from services.cases.casefile import load
from services.cases.domain.commands import DecideAppeal, EraseData, FileAppeal, ProposeRevocation
from services.cases.domain.events import DecisionRevoked
from services.cases.domain.recall.events import Criteria
from services.cases.domain.state import Reversed
from services.cases.refusals import Refused
from services.cases.sweeping import sweep
from shared.kit.cloudevent import decode
from tests.support.cases_service import MONDAY
from tests.support.cases_story import hour, tell
from tests.support.recalling import OFFICER, Recalling, recalling

NEVER = threading.Event()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Recalling]:
    """A service without HTTP whose worker works when told to."""
    opened = recalling(tmp_path)
    yield opened
    opened.writer.close()


def appealed(service: Recalling, case: str) -> None:
    """The respondent appeals against the decision of a case."""
    service.give(case, FileAppeal("respondent", "digest", hour(20)))


def reverse(service: Recalling, case: str) -> None:
    """A reviewer reverses it."""
    service.give(case, DecideAppeal("r-1", "reverse", None, "digest", hour(21)))


def test_every_selected_decision_is_revoked_by_a_fact_that_names_the_recall(service: Recalling) -> None:
    cases = [service.uphold() for _ in range(3)]
    other = service.uphold(officer="officer-2")
    recall = service.confirmed()
    assert service.worker.work(NEVER) == 4  # three decisions, and the end
    found = service.explained(recall)
    assert (found.state, [one.case_id for one in found.outcomes]) == ("completed", cases)
    for case in cases:
        state = load(service.writer.cases.log, case).state
        assert isinstance(state, Reversed)
        assert state.undone.event == DecisionRevoked(service.decided[case], "v-1", "v-2", recall, "")
    assert not isinstance(load(service.writer.cases.log, other).state, Reversed)
    envelopes = [decode(fact.state) for fact in service.facts("decision_revoked")]
    assert {(one.actor, one.actorrole, one.standingeffect) for one in envelopes} == {("recall", "recall", "points")}
    assert [one.causationid for one in envelopes] == [service.decided[case] for case in cases]


@pytest.mark.parametrize("state", ["proposed", "declined", "withdrawn"])
def test_nothing_is_revoked_before_a_second_supervisor_confirms(service: Recalling, state: str) -> None:
    service.uphold()
    recall = service.proposed()
    if state == "declined":
        service.recalls.answer(service.asked("v-2", recall), "decline", "it was right")
    elif state == "withdrawn":
        service.recalls.withdraw(service.asked("v-1", recall))
    assert service.worker.work(NEVER) == 0
    assert service.explained(recall).state == state
    assert service.facts("decision_revoked") == []


def test_a_worker_stopped_between_any_two_appends_is_resumed_by_another(tmp_path: Path) -> None:
    """For every cut: given four decisions, one reversed meanwhile, when the worker dies there, the next ends it."""
    for cut in range(6):
        service = recalling(tmp_path / str(cut))
        cases = [service.uphold() for _ in range(4)]
        appealed(service, cases[1])
        recall = service.confirmed()
        reverse(service, cases[1])
        for _ in range(cut):
            assert service.worker.step()
        middle = service.explained(recall)
        assert sum(one.outcome != "pending" for one in middle.outcomes) == min(cut, 4)
        service.writer.close()
        again = recalling(tmp_path / str(cut))
        again.worker.work(NEVER)
        assert not again.worker.step()
        found = again.explained(recall)
        assert [one.outcome for one in found.outcomes] == ["revoked", "passed_over", "revoked", "revoked"]
        assert len(again.facts("decision_revoked")) == 3
        assert len(again.facts("recall_passed_over")) == len(again.facts("recall_completed")) == 1
        again.writer.close()


def test_workers_at_once_settle_each_decision_once(service: Recalling) -> None:
    for _ in range(15):
        service.uphold()
    recall = service.confirmed()
    workers = [threading.Thread(target=service.worker.work, args=(NEVER,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    found = service.explained(recall)
    assert (found.state, {one.outcome for one in found.outcomes}) == ("completed", {"revoked"})
    assert len(service.facts("decision_revoked")) == 15
    assert len(service.facts("recall_completed")) == 1


def test_what_was_decided_otherwise_first_is_passed_over_with_the_fact_that_won(service: Recalling) -> None:
    case = service.uphold()
    appealed(service, case)
    recall = service.confirmed()
    reverse(service, case)
    service.worker.work(NEVER)
    (outcome,) = service.explained(recall).outcomes
    (reversal,) = service.facts("decision_reversed")
    assert (outcome.outcome, outcome.code, outcome.winner) == (
        "passed_over",
        "already_decided",
        decode(reversal.state).id,
    )
    assert service.facts("decision_revoked") == []


def test_an_appeal_that_is_decided_after_the_recall_is_told_who_won(service: Recalling) -> None:
    case = service.uphold()
    appealed(service, case)
    service.confirmed()
    service.worker.work(NEVER)
    with pytest.raises(Refused, match="already_decided") as refused:
        reverse(service, case)
    (revoked,) = service.facts("decision_revoked")
    winner = refused.value.refusal.facts["winner"]
    assert isinstance(winner, dict)
    assert winner["id"] == decode(revoked.state).id


def test_a_reviewer_and_the_recall_racing_make_one_fact_per_case(service: Recalling) -> None:
    """Given appeals against all, when a reviewer reverses them one by one while the recall runs, each ends once."""
    cases = [service.uphold() for _ in range(12)]
    for case in cases:
        appealed(service, case)
    recall = service.confirmed()
    refused: list[str] = []

    def review() -> None:
        for case in reversed(cases):
            try:
                reverse(service, case)
            except Refused as lost:
                refused.append(lost.refusal.code)

    racing = [threading.Thread(target=review), threading.Thread(target=service.worker.work, args=(NEVER,))]
    for one in racing:
        one.start()
    for one in racing:
        one.join()
    service.worker.work(NEVER)
    found = service.explained(recall)
    revoked, reversed_ = service.facts("decision_revoked"), service.facts("decision_reversed")
    assert len(revoked) + len(reversed_) == len({fact.stream for fact in (*revoked, *reversed_)}) == 12
    assert [one.outcome for one in found.outcomes].count("revoked") == len(revoked)
    assert refused == ["already_decided"] * len(revoked)


def test_a_regrade_that_came_meanwhile_is_what_the_recall_revokes(service: Recalling) -> None:
    """The lighter decision rests on the same fault: what stands in the decision's place is revoked."""
    case = service.uphold(severe=True)
    appealed(service, case)
    recall = service.confirmed()
    service.give(case, DecideAppeal("r-1", "regrade", "general", "digest", hour(21)))
    service.worker.work(NEVER)
    assert [one.outcome for one in service.explained(recall).outcomes] == ["revoked"]
    (regrade,), (revoked,) = service.facts("decision_regraded"), service.facts("decision_revoked")
    assert msgspec.json.decode(decode(revoked.state).data)["decision"] == decode(regrade.state).id


def test_a_regrade_is_selected_by_its_own_id_too(service: Recalling) -> None:
    """What the ledger counts is named by the regrade; either name selects the decision, once."""
    case = service.uphold(severe=True)
    service.uphold()
    appealed(service, case)
    service.give(case, DecideAppeal("r-1", "regrade", "general", "digest", hour(21)))
    regrade = decode(service.facts("decision_regraded")[0].state).id
    for named in ((regrade,), (service.decided[case],), (regrade, service.decided[case])):
        found = service.explained(service.proposed(Criteria(decisions=named)))
        assert [one.decision for one in found.outcomes] == [service.decided[case]]


def test_the_confirming_officer_is_meant_too(service: Recalling) -> None:
    case = service.uphold(severe=True)
    service.uphold()
    found = service.explained(service.proposed(Criteria(officer="officer-2")))
    assert [one.case_id for one in found.outcomes] == [case]


def test_two_recalls_of_the_same_decisions_revoke_them_once(service: Recalling) -> None:
    for _ in range(2):
        service.uphold()
    first, second = service.confirmed(), service.confirmed()
    service.worker.work(NEVER)
    assert [one.outcome for one in service.explained(first).outcomes] == ["revoked"] * 2
    left = service.explained(second)
    assert [one.winner for one in left.outcomes] == [one.event for one in service.explained(first).outcomes]
    assert (left.state, {one.outcome for one in left.outcomes}) == ("completed", {"passed_over"})


def test_a_revocation_that_was_proposed_for_the_case_alone_does_not_hold_the_recall_up(service: Recalling) -> None:
    case = service.uphold()
    service.give(case, ProposeRevocation("v-3", "digest", hour(20)))
    recall = service.confirmed()
    service.worker.work(NEVER)
    assert [one.outcome for one in service.explained(recall).outcomes] == ["revoked"]
    (revoked,) = service.facts("decision_revoked")
    assert decode(revoked.state).causationid == service.decided[case]


def test_an_erased_case_is_revoked_without_its_key(service: Recalling) -> None:
    case = service.uphold()
    service.give(case, tell(), EraseData("a-1", hour(50_000)))
    service.writer.cases.vault.forget(case)
    recall = service.confirmed()
    service.worker.work(NEVER)
    assert [one.outcome for one in service.explained(recall).outcomes] == ["revoked"]


def test_the_reason_outlives_the_sweep_and_that_of_a_recall_never_proposed_does_not(service: Recalling) -> None:
    service.uphold()
    recall = service.proposed(reason="the detector took echoes for calls")
    vault = service.writer.cases.vault
    key = vault.new_case("never-proposed")
    vault.keep(key, {"d": "text"}, written_by="w", at_us=0)
    later = MONDAY.replace(year=2027)
    assert sweep(service.writer.cases.log, vault, service.writer.store, later) == 1
    assert list(vault.texts(recall).values()) == ["the detector took echoes for calls"]
    assert vault.texts("never-proposed") == {}


def test_a_proposal_that_came_to_nothing_leaves_no_text(service: Recalling) -> None:
    with pytest.raises(Refused, match="nothing_selected"):
        service.proposed(Criteria(officer="nobody"))
    keys = service.writer.cases.vault.cases_made_before(2**62)
    assert keys == []


@pytest.mark.parametrize(
    ("criteria", "found"),
    [
        (OFFICER, [0, 1]),
        (Criteria(officer="officer-2"), [2]),
        (Criteria(rulebook="TB-2012"), [0, 1, 2]),
        (Criteria(rulebook="TB-2016-06"), []),
        (Criteria(rulebook="TB-2012", officer="officer-2"), [2]),
        (Criteria(detector="night-calls"), []),
        (Criteria(decided_before=MONDAY), []),
        (Criteria(decided_from=MONDAY), [0, 1, 2]),
    ],
)
def test_criteria_are_combined(service: Recalling, criteria: Criteria, found: list[int]) -> None:
    cases = [service.uphold(), service.uphold(), service.uphold(officer="officer-2")]
    if not found:
        with pytest.raises(Refused, match="nothing_selected"):
            service.proposed(criteria)
        return
    recall = service.proposed(criteria)
    assert [one.case_id for one in service.explained(recall).outcomes] == [cases[nth] for nth in found]
