"""What a recall does not do over HTTP: act where a supervisor of it may not, and tell the parties of itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.both_services import Both, both_services
from tests.support.cases_service import uphold
from tests.support.recalls_over_http import OFFICER, REASON, completed, confirm, dry, outcomes, propose


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    """Both services, with a worker that looks for recalls all the time."""
    with both_services(tmp_path, clock_interval_s=0.01) as running:
        yield running


@pytest.mark.parametrize("barred", ["v-1", "v-2"], ids=["proposer", "confirmer"])
def test_a_case_in_which_a_supervisor_may_not_act_is_passed_over_and_named(both: Both, barred: str) -> None:
    """Given a supervisor who stepped back from two of three cases, then the dry run and the recall tell it apart."""
    cases = [both.upheld(), both.upheld("s-1", "t-2", recused=barred), both.upheld("s-2", "t-3", recused=barred)]
    for left in cases[1:]:
        alone = both.supervisor(barred).post(f"/cases/{left}/revocation", {"reason": REASON}, 403, If_Match="*")
        assert alone["code"] == "officer_recused"
    first, second = dry(both.supervisor(barred), OFFICER)["previews"]
    assert [(one["case_id"], one["refusal"]) for one in first["decisions"]] == [
        (cases[0], None),
        (cases[1], "officer_recused"),
    ]
    assert first["standing_after"]["points"]["ordinary"] == 12
    assert (second["problem"]["code"], second["standing_after"]) == ("none_revocable", None)
    recall = propose(both.supervisor("v-1"))["recall_id"]
    confirm(both, recall)
    view = completed(both, recall)
    assert (view["revoked"], view["passed_over"], view["remaining"]) == (1, 2, 0)
    assert [(one["case_id"], one["outcome"], one["code"]) for one in outcomes(both, recall)] == [
        (cases[0], "revoked", None),
        (cases[1], "passed_over", "officer_recused"),
        (cases[2], "passed_over", "officer_recused"),
    ]
    assert both.standing("s-1")["points"]["ordinary"] == 12


def test_no_party_reads_which_recall_revoked_the_decision(both: Both) -> None:
    case = both.upheld("s-1", "t-1")
    recall = propose(both.supervisor())["recall_id"]
    confirm(both, recall)
    completed(both, recall)
    parties = both.cases.buyer, both.cases.caller("seller", "s-1", seller="s-1")
    paths = f"/cases/{case}", f"/cases/{case}/history"
    for party in parties:
        assert all(recall not in str(party.get(path)) for path in paths)
        told = party.get(paths[1])["entries"][-1]["summary"]
        assert told == "The decision was revoked: its points never counted."
    assert all(recall in str(both.supervisor().get(path)) for path in paths)


def test_ids_of_a_list_that_select_nothing_are_named(both: Both) -> None:
    """Given a list with a decision, its case and an id that nobody knows, then the dry run says which were in vain."""
    case, stranger = both.upheld(), "0198c5a2-5e60-7d3a-9c7e-3f1d2b4a6c8e"
    (preview,) = dry(both.supervisor(), OFFICER)["previews"]
    (named,) = preview["decisions"]
    told = dry(both.supervisor(), {"decisions": [named["decision"], case, stranger]})
    assert (told["selected"], told["unmatched"]) == (1, [case, stranger])
    of_another = dry(both.supervisor(), {"officer": "nobody", "decisions": [named["decision"]]})
    assert (of_another["selected"], of_another["unmatched"]) == (0, [named["decision"]])


def test_what_was_merged_into_a_revoked_case_is_free_for_another_again(both: Both) -> None:
    """Given an incident penalised by way of a merger, when a recall revokes that, then another case may penalise it."""
    cases, trade = both.cases, {"id": "t-9"}
    night = {"channel": "sms", "at": "2026-03-01T22:30:00+08:00", "until": "2026-03-02T01:00:00+08:00"}
    later = {"channel": "phone", "at": "2026-03-01T23:30:00+08:00", "until": "2026-03-01T23:45:00+08:00"}
    first, third = cases.heard(trade=trade), cases.heard(trade=trade, incidents=[later])
    second = cases.file(trade=trade, channels=["sms"], incidents=[night])
    cases.officer.post(f"/cases/{second}/merge", {"into": first, "reason": REASON})
    cases.officer.decide(f"/cases/{first}/decision", uphold())
    barred = cases.officer.decide(f"/cases/{third}/decision", uphold(), 409)
    assert barred["code"] == "incident_already_penalised"
    recall = propose(both.supervisor("v-1"))["recall_id"]
    confirm(both, recall)
    assert completed(both, recall)["revoked"] == 1
    assert cases.officer.decide(f"/cases/{third}/decision", uphold())["state"] == "upheld"
