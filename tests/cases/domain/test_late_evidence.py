"""What came late counts once an officer admits it; the last ruling on a piece is the one that holds."""

import pytest

from services.cases.domain.events import LateEvidenceAdmitted, LateEvidenceExcluded, OrdinaryViolationUpheld
from services.cases.domain.file import Piece
from tests.support.cases_scenario import Given, given
from tests.support.cases_story import (
    CALLS,
    MAIL,
    OFFICER,
    SELLER,
    assess,
    defend,
    file,
    notify,
    propose,
    recuse,
    rule,
    submit,
    uphold,
    withdraw,
)

FOUND = assess("frequent_contact", "number_attributable", at=101)
LATE = given(file(), notify(), defend(), submit(at=100), FOUND)
DUE = 86.0  # the window closes


def piece(case: Given) -> Piece:
    found = case.file.piece("e-1")
    assert isinstance(found, Piece)
    return found


@pytest.mark.parametrize(("at", "late"), [(DUE - 0.001, False), (DUE, True)])
def test_at_the_instant_at_which_the_window_closes_it_is_late(at: float, late: bool) -> None:
    case = given(file(), notify(), submit(at=at))
    assert piece(case).admitted is not late
    if late:
        case.when(rule(at=101)).then_accepted()
    else:
        case.when(rule(at=101)).then_refused("evidence_not_late", evidence_id="e-1")


def test_a_late_piece_counts_for_nothing_until_it_is_admitted() -> None:
    LATE.when(uphold(at=102)).then_refused("no_verified_evidence")
    LATE.when(rule(at=102)).then(LateEvidenceAdmitted("e-1", OFFICER, "digest-reason"))
    assert isinstance(LATE.and_(rule(at=102)).when(uphold(at=103)).event, OrdinaryViolationUpheld)


def test_a_late_piece_may_be_admitted_before_it_is_assessed() -> None:
    case = given(file(), notify(), defend(), submit(at=100), rule(at=100.5), FOUND)
    case.when(uphold(at=102)).then_accepted()


def test_an_excluded_piece_counts_for_nothing() -> None:
    LATE.when(rule(admit=False, at=102)).then(LateEvidenceExcluded("e-1", OFFICER, "digest-reason"))
    excluded = LATE.and_(rule(admit=False, at=102))
    excluded.when(uphold(at=103)).then_refused("no_verified_evidence")
    assert not piece(excluded).counts


def test_the_last_ruling_counts() -> None:
    changed = LATE.and_(rule(at=102), rule(admit=False, at=103))
    assert not piece(changed).admitted
    assert piece(changed.and_(rule(at=104))).counts


def test_a_piece_is_ruled_on_while_something_is_proposed_and_confirming_looks_again() -> None:
    proposed = given(*MAIL, submit("e-2", at=100), propose(at=101))
    proposed.when(rule("e-2", at=102)).then_accepted()


def test_a_ruling_names_a_piece_of_the_case_and_is_reasoned() -> None:
    LATE.when(rule("e-9", at=102)).then_refused("unknown_evidence")
    LATE.when(rule(reason="", at=102)).then_refused("reason_missing")


def test_neither_a_party_nor_who_stepped_back_rules() -> None:
    LATE.when(rule(officer=SELLER, at=102)).then_refused("officer_is_party")
    LATE.and_(recuse("other")).when(rule(officer="other", at=102)).then_refused("officer_recused", officer="other")


def test_after_the_end_nothing_is_ruled_on() -> None:
    given(*CALLS, submit("e-2", at=100), uphold(at=101)).when(rule("e-2", at=102)).then_refused("already_decided")
    LATE.and_(withdraw(102)).when(rule(at=103)).then_refused("complaint_withdrawn")
    given().when(rule()).then_refused("not_filed")
