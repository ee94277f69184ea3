"""The winner is told by the name under which its event is published."""

import pytest

from services.cases.domain.state import Dismissed, Upheld
from services.cases.domain.winner import winner
from services.cases.publication import NAMES
from tests.support.cases_scenario import Given, given
from tests.support.cases_story import CALLS, INSULTS, MAIL, confirm, dismiss, file, override, propose, uphold

DECIDED = [
    given(file(), dismiss()),
    given(*CALLS, uphold()),
    given(*INSULTS, override(), confirm()),
    given(*MAIL, propose(), confirm()),
]


@pytest.mark.parametrize("decided", DECIDED)
def test_the_winner_is_named_as_it_is_published(decided: Given) -> None:
    assert isinstance(decided.state, Upheld | Dismissed)
    assert winner(decided.state)["type"] == NAMES[type(decided.state.decision.event)]
