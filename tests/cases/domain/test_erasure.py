"""Personal data is erased once legal hold is over; the refusal says why it is held, and until when."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.cases.domain.commands import CaseCommand
from services.cases.domain.errors.wording import instant
from services.cases.domain.events import PersonalDataErased
from services.cases.domain.matters import Related
from services.cases.domain.state import penalty, state_name
from tests.support.cases_afterwards import (
    CONTESTABLE,
    DISMISSED,
    RETAINED,
    REVIEWER,
    SEVERE,
    UPHELD,
    WINDOW_END,
    appeal,
    contest,
    erase,
    lapse,
    propose_revocation,
    regrade,
    reject,
    resume,
    reverse,
    revoke,
    send_back,
    take_revocation_back,
)
from tests.support.cases_scenario import SEED_WORLD, Given, given
from tests.support.cases_story import (
    CALLS,
    INSULTS,
    MAIL,
    dismiss,
    file,
    hour,
    merge,
    notify,
    override,
    propose,
    refuse,
    start,
    submit,
    tell,
    uphold,
    withdraw,
)

OTHER = Related("case-2", file().incidents, undecided=True)
MERGED = given(file()).among(OTHER).and_(merge())
VIOLATION = given(*UPHELD)
CONTESTED = given(*DISMISSED, contest(), world=CONTESTABLE)
RETURNED = VIOLATION.and_(appeal(), send_back())

ENDED = {
    "withdrawn": (given(file(), withdraw()), 10),
    "refused": (given(file(), refuse()), 1),
    "merged-into-erased": (MERGED.among(replace(OTHER, erased=True)), 2),
    "merged-into-unknown": (MERGED.among(), 2),
    "upheld": (VIOLATION, 10),
    "dismissed": (given(*DISMISSED), 10),
    "upheld-final": (VIOLATION.and_(appeal(), reject()), 50),
    "lapsed": (RETURNED.and_(lapse()), 1000),
    "dismissed-final": (CONTESTED.and_(reject()), 50),
    "reversed": (VIOLATION.and_(appeal(), reverse()), 50),
    "regraded": (given(*SEVERE, appeal(), regrade()), 50),
    "revoked": (VIOLATION.and_(propose_revocation(), revoke()), 61),
    "revocation-withdrawn": (VIOLATION.and_(propose_revocation(), take_revocation_back()), 10),
}

HELD = {
    "filed": (given(file()), "open_case"),
    "severe-proposed": (given(*MAIL, propose()), "open_case"),
    "override-proposed": (given(*INSULTS, override()), "open_case"),
    "overturned": (CONTESTED.and_(reverse()), "open_case"),
    "appealed": (VIOLATION.and_(appeal()), "open_appeal"),
    "returned": (RETURNED, "open_appeal"),
    "resumed": (RETURNED.and_(resume()), "open_appeal"),
    "contested": (CONTESTED, "open_appeal"),
    "revocation": (VIOLATION.and_(propose_revocation()), "open_revocation"),
    "revocation-final": (VIOLATION.and_(appeal(), reject(), propose_revocation()), "open_revocation"),
    "upheld-unnoticed": (given(*CALLS, uphold()), "decision_not_notified"),
    "dismissed-unnoticed": (given(file(), dismiss()), "decision_not_notified"),
    "merged": (MERGED, "merged_case"),
}


@pytest.mark.parametrize(("case", "ended"), ENDED.values(), ids=ENDED)
def test_data_is_retained_for_so_long_after_the_end_and_then_goes(case: Given, ended: float) -> None:
    until = hour(ended) + SEED_WORLD.retention
    case.when(erase(ended + RETAINED - 0.001)).then_refused(
        "legal_hold", reason="retention", possible_from=instant(until)
    )
    case.when(erase(ended + RETAINED)).then(PersonalDataErased("administrator-1", until))


@pytest.mark.parametrize(("case", "reason"), HELD.values(), ids=HELD)
def test_what_goes_on_is_held_without_a_date(case: Given, reason: str) -> None:
    case.when(erase()).then_refused("legal_hold", reason=reason, possible_from=None)


@pytest.mark.parametrize("case", [VIOLATION, given(*DISMISSED)])
def test_whatever_the_retention_the_appeal_window_is_waited_for(case: Given) -> None:
    soon = replace(case, world=replace(SEED_WORLD, retention=timedelta(0)))
    soon.when(erase(WINDOW_END - 0.001)).then_refused("legal_hold", possible_from="2026-03-17T14:00:00Z")
    soon.when(erase(WINDOW_END)).then_accepted()


def test_an_appeal_that_lapsed_is_waited_for_until_that_is_on_record() -> None:
    """The stay that goes with it would never be lifted in an erased case."""
    RETURNED.when(erase()).then_refused("legal_hold", reason="open_appeal")
    RETURNED.and_(lapse()).when(erase()).then_accepted()


def test_nothing_filed_has_nothing_to_erase() -> None:
    given().when(erase()).then_refused("not_filed")


@pytest.mark.parametrize("case", [case for case, _ in ENDED.values()], ids=ENDED)
@pytest.mark.parametrize(
    "command",
    [
        erase(2_000_000),
        notify(2),
        submit(),
        start(),
        uphold(),
        withdraw(),
        tell(),
        appeal(),
        reject(REVIEWER),
        propose_revocation(),
    ],
    ids=lambda command: type(command).__name__,
)
def test_an_erased_case_takes_nothing_more(case: Given, command: CaseCommand) -> None:
    erased = case.and_(erase())
    erased.when(command).then_refused("personal_data_erased")


@pytest.mark.parametrize("case", [case for case, _ in ENDED.values()], ids=ENDED)
def test_erasing_changes_neither_state_nor_penalty(case: Given) -> None:
    erased = case.and_(erase())
    assert penalty(erased.state) == penalty(case.state)
    assert state_name(erased.state, hour(0)) == state_name(case.state, hour(0))
    assert erased.file.erased == erased.history[-1].event
    assert replace(erased.file, erased=None) == case.file
