"""The respondent receives the complaint, and three days of evidence begin (S10)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.cases.domain.case import World, state_name
from services.cases.domain.events import RespondentNotified
from shared.rulebook.model import Deadline, Ref, Timeline
from tests.support.cases_scenario import SEED_WORLD, given
from tests.support.cases_story import file, hour, notify

SHANGHAI_FRIDAY_24 = datetime(2026, 3, 5, 16, tzinfo=UTC)


def test_the_window_runs_from_receipt_to_24_00_of_the_third_day() -> None:
    due = Deadline(SHANGHAI_FRIDAY_24, provisional=False)
    given(file()).when(notify(1, at=3)).then(RespondentNotified(hour(1), due))


@pytest.mark.parametrize("received", [0, 3])
def test_receipt_at_filing_or_now_is_accepted(received: float) -> None:
    assert isinstance(given(file()).when(notify(received, at=3)).event, RespondentNotified)


@pytest.mark.parametrize("received", [-0.01, 3.01])
def test_receipt_before_filing_or_in_the_future_is_refused(received: float) -> None:
    given(file()).when(notify(received, at=3)).then_refused(
        "received_at_out_of_range", not_before="2026-03-02T02:00:00Z", not_after="2026-03-02T05:00:00Z"
    )


def test_a_second_notice_is_refused_with_the_receipt_that_counts() -> None:
    given(file(), notify(1)).when(notify(2)).then_refused("already_notified", received_at="2026-03-02T03:00:00Z")


def test_nothing_is_noticed_before_it_is_filed() -> None:
    given().when(notify()).then_refused("not_filed")


def test_a_case_whose_rulebook_version_is_not_loaded_waits_for_it() -> None:
    filed = given(file())
    version = SEED_WORLD.timeline.versions[0]
    changed = replace(version, ref=Ref(version.id, "0" * 64))
    for timeline in (Timeline("other", ()), Timeline("other", (changed,))):
        elsewhere = replace(filed, world=World(timeline, SEED_WORLD.calendars))
        elsewhere.when(notify()).then_refused("rulebook_unavailable", rulebook="TB-2012", digest=version.ref.digest)


def test_the_state_follows_notice_and_clock() -> None:
    filed, noticed = given(file()).state, given(file(), notify()).state
    assert state_name(filed, hour(1000)) == "filed"
    assert state_name(noticed, hour(2)) == "evidence_open"
    assert state_name(noticed, SHANGHAI_FRIDAY_24.replace(hour=15, minute=59, second=59)) == "evidence_open"
    assert state_name(noticed, SHANGHAI_FRIDAY_24) == "under_review"
