"""A case is judged by the version it is pinned to; where that is not loaded, what needs it waits, and nothing else."""

from dataclasses import replace

import pytest

from services.cases.domain.commands import CaseCommand
from shared.rulebook.model import Timeline
from tests.support.cases_afterwards import (
    CONTESTABLE,
    DISMISSED,
    SEVERE,
    UPHELD,
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
    stay,
)
from tests.support.cases_scenario import SEED_WORLD, Given, given
from tests.support.cases_story import CALLS, MAIL, assess, confirm, dismiss, extend, file, notify, propose, tell, uphold

ELSEWHERE = replace(SEED_WORLD, timeline=Timeline("other", ()))
APPEALED, DISMISSAL = given(*UPHELD, appeal()), given(*DISMISSED, world=CONTESTABLE)


@pytest.mark.parametrize(
    ("case", "command"),
    [
        (given(file()), notify(90)),
        (given(*CALLS), assess("frequent_contact")),
        (given(*CALLS), uphold()),
        (given(file()), dismiss()),
        (given(*MAIL, propose()), confirm()),
        (given(file(), notify()), extend("evidence", 200)),
        (given(*CALLS, uphold()), tell()),
        (given(*UPHELD), appeal()),
        (DISMISSAL, contest()),
        (APPEALED, send_back()),
        (given(*SEVERE, appeal()), regrade()),
        (DISMISSAL.and_(contest()), reverse()),
    ],
)
def test_what_needs_the_version_waits_for_it(case: Given, command: CaseCommand) -> None:
    case.when(command).then_accepted()
    replace(case, world=ELSEWHERE).when(command).then_refused("rulebook_unavailable", rulebook="TB-2012")


@pytest.mark.parametrize(
    ("case", "command"),
    [
        (APPEALED, reject()),
        (APPEALED, reverse()),
        (APPEALED, stay()),
        (APPEALED.and_(send_back()), resume()),
        (APPEALED.and_(send_back()), lapse()),
        (APPEALED.and_(propose_revocation()), revoke()),
        (given(*UPHELD), erase()),
    ],
)
def test_what_does_not_goes_on(case: Given, command: CaseCommand) -> None:
    replace(case, world=ELSEWHERE).when(command).then_accepted()
