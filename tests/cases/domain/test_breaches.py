"""Deadlines of S11 that pass with their work undone become facts of the clock, once each."""

from datetime import UTC, datetime, timedelta

import pytest

from services.cases.domain.breaches import breaches
from services.cases.domain.case import evolve
from services.cases.domain.events import ComplaintFiled, DeadlineBreached, Incident
from shared.kit.decider import Recorded
from tests.support.cases_scenario import Given, given
from tests.support.cases_story import CALLS, MAIL, confirm, dismiss, file, hour, propose, start, uphold, withdraw

HANDLING_DUE = datetime(2026, 3, 5, 16, tzinfo=UTC)
RESOLUTION_DUE = datetime(2026, 3, 9, 16, tzinfo=UTC)
HANDLING = DeadlineBreached("first_handling", HANDLING_DUE, provisional=False)
RESOLUTION = DeadlineBreached("resolution", RESOLUTION_DUE, provisional=False)
LATER = RESOLUTION_DUE + timedelta(days=30)
MOMENT = timedelta(microseconds=1)
HANDLING_H, RESOLUTION_H = 86, 182  # hours from filing to each deadline


def test_nothing_is_breached_before_a_deadline() -> None:
    assert breaches(given().state, LATER) == []
    assert breaches(given(file()).state, HANDLING_DUE - MOMENT) == []


def test_at_its_due_instant_a_deadline_is_breached() -> None:
    untouched = given(file()).state
    assert breaches(untouched, HANDLING_DUE) == [HANDLING]
    assert breaches(untouched, RESOLUTION_DUE - MOMENT) == [HANDLING]
    assert breaches(untouched, RESOLUTION_DUE) == [HANDLING, RESOLUTION]


def test_a_breach_is_a_fact_once() -> None:
    once = evolve(given(file()).state, Recorded(HANDLING, "breach-1", 2, LATER))
    assert breaches(once, LATER) == [RESOLUTION]
    assert breaches(evolve(once, Recorded(RESOLUTION, "breach-2", 3, LATER)), LATER) == []


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (given(file(), start()), [RESOLUTION]),
        (given(file(), start(at=HANDLING_H - 0.001)), [RESOLUTION]),
        (given(file(), start(at=HANDLING_H)), [HANDLING, RESOLUTION]),
        (given(file(), dismiss()), []),
        (given(file(), withdraw()), []),
        (given(*CALLS, uphold()), []),
        (given(*MAIL, propose(), confirm()), []),
        (given(*MAIL, propose()), [HANDLING, RESOLUTION]),
        (given(file(), withdraw(HANDLING_H)), [HANDLING]),
        (given(file(), dismiss(at=RESOLUTION_H)), [HANDLING, RESOLUTION]),
        (given(file(), start(), dismiss(at=RESOLUTION_H - 0.001)), []),
    ],
)
def test_what_was_done_in_time_keeps_its_deadline_and_what_was_done_late_does_not(
    case: Given, expected: list[DeadlineBreached]
) -> None:
    assert breaches(case.state, LATER) == expected


def test_a_breach_says_that_its_deadline_was_an_estimate() -> None:
    filed_at = datetime(2027, 3, 1, 2, tzinfo=UTC)
    unpublished = given(file(at=filed_at, incidents=(Incident("phone", hour(0)),)))
    filed = unpublished.history[0].event
    assert isinstance(filed, ComplaintFiled)
    assert breaches(unpublished.state, filed.first_handling_due.due) == [
        DeadlineBreached("first_handling", filed.first_handling_due.due, provisional=True)
    ]
