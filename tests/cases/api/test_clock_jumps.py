"""A clock that is set back stops nobody: order and recorded times go on, and notices given "now" are taken."""

from datetime import datetime

from tests.support.cases_service import CasesService, uphold


def test_a_notice_to_the_respondent_is_taken_after_the_clock_was_set_back(cases: CasesService) -> None:
    case = cases.file()
    cases.clock.move(days=-2)
    cases.officer.post(f"/cases/{case}/notification", {})
    shown = cases.officer.get(f"/cases/{case}")
    assert shown["notified_at"] == shown["filed_at"]


def test_a_notice_of_the_decision_is_taken_after_the_clock_was_set_back(cases: CasesService) -> None:
    case = cases.heard()
    cases.clock.move(days=-2)
    cases.officer.decide(f"/cases/{case}/decision", uphold())
    cases.officer.post(f"/cases/{case}/decision/notification", {})
    decision = cases.officer.get(f"/cases/{case}")["decision"]
    assert decision["notified_at"] == decision["recorded_at"]
    recorded = [datetime.fromisoformat(event["recordedtime"]) for event in cases.feed()]
    assert recorded == sorted(set(recorded))


def test_a_notice_told_for_a_time_before_the_decision_is_still_refused(cases: CasesService) -> None:
    case = cases.heard()
    before = cases.clock.now.isoformat()
    cases.officer.decide(f"/cases/{case}/decision", uphold())
    refused = cases.officer.post(f"/cases/{case}/decision/notification", {"notified_at": before}, 409)
    assert refused["code"] == "notified_at_out_of_range"
