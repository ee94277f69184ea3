"""The platform does not take a matter up (不予受理): with a code, a reason, and with where it belongs, if it does."""

import pytest

from services.cases.domain.case import state_name
from services.cases.domain.commands import CaseCommand
from services.cases.domain.events import ComplaintRefused
from services.cases.domain.merging import REFUSAL_CODES
from services.cases.domain.referrals import REFERRALS
from services.cases.domain.state import Refused, ended_at
from tests.support.cases_scenario import given
from tests.support.cases_story import (
    BUYER,
    CALLS,
    MAIL,
    OFFICER,
    dismiss,
    file,
    hour,
    notify,
    propose,
    recuse,
    refuse,
    start,
    submit,
    tell,
    uphold,
    withdraw,
)

FILED = given(file())
REFUSED = FILED.and_(refuse())


@pytest.mark.parametrize("code", [code for code in REFUSAL_CODES if code != "belongs_elsewhere"])
def test_a_matter_is_refused_with_a_code_and_without_a_referral(code: str) -> None:
    FILED.when(refuse(code)).then(ComplaintRefused(OFFICER, code, None, "digest-reason"))
    FILED.when(refuse(code, "civility_report")).then_refused("referral_needed")


@pytest.mark.parametrize("referral", REFERRALS)
def test_what_belongs_elsewhere_is_referred_there(referral: str) -> None:
    said = FILED.when(refuse("belongs_elsewhere", referral))
    said.then(ComplaintRefused(OFFICER, "belongs_elsewhere", referral, "digest-reason"))


def test_a_referral_names_a_channel_that_exists_and_is_needed_where_it_belongs() -> None:
    FILED.when(refuse("belongs_elsewhere", "the-moon")).then_refused("unknown_referral", referrals=REFERRALS)
    FILED.when(refuse("belongs_elsewhere")).then_refused("referral_needed")
    FILED.when(refuse("no-such-code")).then_refused("unknown_refusal_code", refusal="no-such-code", codes=REFUSAL_CODES)


def test_a_refused_complaint_has_ended() -> None:
    state = REFUSED.state
    assert isinstance(state, Refused)
    assert (state_name(state, hour(1000)), ended_at(state)) == ("refused", hour(1))


def test_what_was_noticed_may_be_refused_but_not_what_was_taken_up() -> None:
    FILED.and_(notify(), submit()).when(refuse(at=4)).then_accepted()
    FILED.and_(start()).when(refuse(at=4)).then_refused("handling_started")
    given(*MAIL, propose()).when(refuse(at=11)).then_refused("handling_started")


def test_refusing_is_reasoned_and_by_nobody_who_is_a_party_or_stepped_back() -> None:
    FILED.when(refuse(reason="")).then_refused("reason_missing")
    FILED.when(refuse(officer=BUYER)).then_refused("officer_is_party")
    FILED.and_(recuse(at=0.5)).when(refuse()).then_refused("officer_recused", officer=OFFICER)


@pytest.mark.parametrize("command", [submit(), start(), refuse(at=3), withdraw(), uphold(), dismiss(), notify(2)])
def test_nothing_more_is_done_with_a_refused_complaint(command: CaseCommand) -> None:
    REFUSED.when(command).then_refused("complaint_refused", refusal="no_such_trade", referral=None)


def test_a_refused_complaint_has_no_decision() -> None:
    REFUSED.when(tell()).then_refused("undecided")


def test_a_decided_or_withdrawn_case_is_not_refused() -> None:
    given(*CALLS, uphold()).when(refuse(at=11)).then_refused("already_decided")
    FILED.and_(withdraw(0.5)).when(refuse()).then_refused("complaint_withdrawn")
    given().when(refuse()).then_refused("not_filed")
