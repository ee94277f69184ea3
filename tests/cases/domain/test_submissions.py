"""What the parties give: explanations, evidence, a waiver (S4, S9, S10)."""

from typing import Any

import pytest

from services.cases.domain.case import state_name
from services.cases.domain.commands import CaseCommand
from services.cases.domain.events import DefenceSubmitted, EvidenceSubmitted, EvidenceWindowWaived
from services.cases.domain.evidence_kinds import KINDS
from services.cases.domain.submissions import MAX_PIECES, MAX_STATEMENTS
from tests.support.cases_scenario import Given, given
from tests.support.cases_story import (
    CALLS,
    MAIL,
    defend,
    dismiss,
    file,
    hour,
    notify,
    propose,
    submit,
    submit_number,
    uphold,
    waive,
    withdraw,
)

DUE_H = 86  # hours from filing to the end of the evidence window: Thursday 24:00 in Shanghai
NOTICED = given(file(), notify())


def timeliness(case: Given, **evidence: Any) -> str:
    event = case.when(submit("late?", **evidence)).event
    assert isinstance(event, EvidenceSubmitted)
    return event.timeliness


def test_the_respondent_explains_in_time() -> None:
    NOTICED.when(defend("number_not_mine", at=2)).then(
        DefenceSubmitted("number_not_mine", hour(2), "in_time", "digest-statement")
    )


@pytest.mark.parametrize(("at", "expected"), [(DUE_H - 0.001, "in_time"), (DUE_H, "late")])
def test_at_the_due_instant_it_is_late_for_both_parties(at: float, expected: str) -> None:
    event = NOTICED.when(defend(at=at)).event
    assert isinstance(event, DefenceSubmitted)
    assert event.timeliness == expected
    assert timeliness(NOTICED, at=at) == expected
    assert timeliness(NOTICED, at=at, party="respondent") == expected


def test_before_the_notice_everything_is_in_time() -> None:
    event = given(file()).when(defend(at=DUE_H + 1)).event
    assert isinstance(event, DefenceSubmitted)
    assert event.timeliness == "in_time"
    assert timeliness(given(file()), at=DUE_H + 1) == "in_time"


def test_an_answer_puts_the_case_under_review() -> None:
    assert state_name(NOTICED.and_(defend(at=2)).state, hour(2)) == "under_review"


def test_statements_have_a_limit() -> None:
    full = NOTICED.and_(*(defend(at=2) for _ in range(MAX_STATEMENTS)))
    full.when(defend(at=2)).then_refused("too_many_statements", limit=MAX_STATEMENTS)


def test_a_piece_is_recorded_with_its_receipt() -> None:
    NOTICED.when(submit("e-9", at=3)).then(
        EvidenceSubmitted(
            "e-9", "complainant", "call_list", "application/pdf", 1000, "digest-content", hour(3), "in_time"
        )
    )


def test_a_chat_evidence_number_has_no_content() -> None:
    event = NOTICED.when(submit_number()).event
    assert isinstance(event, EvidenceSubmitted)
    assert (event.media_type, event.size_bytes) == (None, 0)
    with_file = submit("n-1", "chat_evidence_number")
    NOTICED.when(with_file).then_refused("content_not_expected", kind="chat_evidence_number")
    sized = submit("n-1", "chat_evidence_number", media_type=None, sniffed_type=None)
    NOTICED.when(sized).then_refused("content_not_expected", kind="chat_evidence_number")
    found = submit("n-1", "chat_evidence_number", media_type=None, size_bytes=0)
    NOTICED.when(found).then_refused("media_type_mismatch", declared=None, found="application/pdf")


@pytest.mark.parametrize("kind", [kind for kind, rules in KINDS.items() if rules.media_types])
def test_each_kind_takes_its_media_types_up_to_its_size(kind: str) -> None:
    rules = KINDS[kind]
    for media_type in rules.media_types:
        typed: dict[str, Any] = {"media_type": media_type, "sniffed_type": media_type}
        largest = {**typed, "size_bytes": rules.limit_bytes}
        assert isinstance(NOTICED.when(submit("e", kind, **largest)).event, EvidenceSubmitted)
        too_large = {**typed, "size_bytes": rules.limit_bytes + 1}
        NOTICED.when(submit("e", kind, **too_large)).then_refused("evidence_too_large", limit_bytes=rules.limit_bytes)
        NOTICED.when(submit("e", kind, **typed, size_bytes=0)).then_refused("evidence_empty")


def test_an_unknown_kind_is_refused_with_the_known_ones() -> None:
    NOTICED.when(submit("e", "hearsay")).then_refused("unknown_evidence_kind", kind="hearsay", kinds=tuple(KINDS))


@pytest.mark.parametrize("media_type", ["text/html", "application/pdf", None])
def test_a_media_type_that_the_kind_does_not_take_is_refused(media_type: str | None) -> None:
    screenshot = submit("e", "chat_screenshot", media_type=media_type, sniffed_type=media_type)
    NOTICED.when(screenshot).then_refused("media_type_not_allowed", media_types=KINDS["chat_screenshot"].media_types)


@pytest.mark.parametrize("sniffed", ["image/png", None])
def test_bytes_of_another_type_than_declared_are_refused(sniffed: str | None) -> None:
    lying = submit("e", sniffed_type=sniffed)
    NOTICED.when(lying).then_refused("media_type_mismatch", declared="application/pdf", found=sniffed)


def test_a_comma_separated_list_is_found_as_plain_text_but_not_the_other_way_round() -> None:
    listed = submit("e", media_type="text/csv", sniffed_type="text/plain")
    assert isinstance(NOTICED.when(listed).event, EvidenceSubmitted)
    NOTICED.when(submit("e", "other", media_type="text/plain", sniffed_type="text/csv")).then_refused(
        "media_type_mismatch"
    )


def test_an_evidence_id_is_used_once() -> None:
    NOTICED.and_(submit("e-1")).when(submit_number("e-1")).then_refused("evidence_id_taken", evidence_id="e-1")


def test_pieces_have_a_limit_for_each_party() -> None:
    full = NOTICED.and_(*(submit(f"e-{number}") for number in range(MAX_PIECES)))
    full.when(submit("more")).then_refused("too_many_pieces", party="complainant", limit=MAX_PIECES)
    assert isinstance(full.when(submit("other", party="respondent")).event, EvidenceSubmitted)


def test_the_respondent_waives_the_rest_of_the_window() -> None:
    NOTICED.when(waive(4)).then(EvidenceWindowWaived(hour(4)))
    assert state_name(NOTICED.and_(waive(4)).state, hour(4)) == "under_review"


def test_the_window_may_be_waived_before_the_notice_and_after_an_answer() -> None:
    given(file()).when(waive(0.5)).then(EvidenceWindowWaived(hour(0.5)))
    NOTICED.and_(defend(at=2)).when(waive(4)).then(EvidenceWindowWaived(hour(4)))


def test_a_waiver_ends_the_time_of_the_respondent_only() -> None:
    waived = NOTICED.and_(waive(4))
    assert timeliness(waived, at=4, party="respondent") == "late"
    assert timeliness(waived, at=4, party="complainant") == "in_time"


def test_a_waiver_does_not_lengthen_the_window() -> None:
    unnoticed = given(file()).and_(waive(DUE_H + 5), notify(1, at=DUE_H + 6))
    assert timeliness(unnoticed, at=DUE_H + 1, party="respondent") == "late"


@pytest.mark.parametrize("case", [NOTICED.and_(waive(4)), NOTICED.and_(waive(4), defend(at=5))])
def test_a_waived_window_is_closed(case: Given) -> None:
    case.when(waive(6)).then_refused("window_closed", closed_at="2026-03-02T06:00:00Z")


def test_a_window_that_is_over_is_closed() -> None:
    NOTICED.when(waive(DUE_H)).then_refused("window_closed", closed_at="2026-03-05T16:00:00Z")


def test_parties_may_speak_while_something_is_proposed() -> None:
    proposed = given(*MAIL, propose())
    assert isinstance(proposed.when(defend(at=11)).event, DefenceSubmitted)
    assert isinstance(proposed.when(submit("e-2", at=11)).event, EvidenceSubmitted)
    assert isinstance(proposed.when(waive(at=11)).event, EvidenceWindowWaived)


ENDED = [
    (given(*CALLS, uphold()), "already_decided"),
    (given(file(), dismiss()), "already_decided"),
    (given(*CALLS, withdraw()), "complaint_withdrawn"),
]


@pytest.mark.parametrize("command", [defend(at=12), submit("e-2", at=12), waive(at=12), notify(12)])
@pytest.mark.parametrize(("ended", "code"), ENDED)
def test_after_the_end_nothing_is_taken(command: CaseCommand, ended: Given, code: str) -> None:
    ended.when(command).then_refused(code)


@pytest.mark.parametrize("command", [defend(), submit(), waive()])
def test_before_filing_nothing_is_taken(command: CaseCommand) -> None:
    given().when(command).then_refused("not_filed")
