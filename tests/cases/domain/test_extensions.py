"""Deadlines move back: by a supervisor, or because the respondent's time would outlast the platform's."""

from datetime import timedelta

import pytest

from services.cases.domain.breaches import breaches
from services.cases.domain.commands import CaseCommand, ExtendDeadline
from services.cases.domain.events import DeadlineBreached, DeadlineExtended, DeadlineName, RespondentNotified
from services.cases.domain.extending import LONGEST
from services.cases.domain.file import Running
from shared.rulebook.model import Deadline
from tests.support.cases_scenario import SEED_WORLD, Given, given
from tests.support.cases_story import (
    CALLS,
    MAIL,
    SELLER,
    SUPERVISOR,
    dismiss,
    extend,
    file,
    hour,
    notify,
    propose,
    recuse,
    start,
    submit,
    waive,
    withdraw,
)

CN_2026 = SEED_WORLD.calendars.years[2026].ref
HANDLING, EVIDENCE, RESOLUTION = 86.0, 86.0, 182.0  # hours after the filing at which each is due, noticed in hour 1
WEDNESDAY_NIGHT = Deadline(hour(RESOLUTION + 48), provisional=False, calendars=(CN_2026,))
FILED, NOTICED = given(file()), given(file(), notify())


def running(case: Given, name: DeadlineName) -> Running:
    found = case.file.running(name)
    assert isinstance(found, Running)
    return found


@pytest.mark.parametrize("command", [extend("first_handling", 100), extend("evidence", 100), extend("resolution", 300)])
def test_a_supervisor_sets_a_later_deadline(command: ExtendDeadline) -> None:
    extended = NOTICED.and_(command)
    assert extended.history[-1].event == DeadlineExtended(
        command.deadline, Deadline(command.due, provisional=False), "supervisor", SUPERVISOR, "digest-reason"
    )
    assert running(extended, command.deadline) == Running(
        Deadline(command.due, provisional=False), "fixed", command.due
    )


def test_an_extended_deadline_is_breached_at_its_new_instant_only() -> None:
    extended = FILED.and_(extend("first_handling", 100), extend("resolution", 300))
    assert breaches(extended.state, hour(99)) == []
    assert breaches(extended.state, hour(100)) == [DeadlineBreached("first_handling", hour(100), provisional=False)]
    assert len(breaches(extended.state, hour(300))) == 2


@pytest.mark.parametrize("due", [RESOLUTION - 1, RESOLUTION, RESOLUTION + LONGEST / timedelta(hours=1) + 0.001])
def test_a_deadline_moves_back_and_not_without_end(due: float) -> None:
    FILED.when(extend(due=due)).then_refused(
        "extension_out_of_range", after="2026-03-09T16:00:00Z", until="2026-06-07T16:00:00Z"
    )


def test_the_longest_extension_is_accepted() -> None:
    FILED.when(extend(due=RESOLUTION + LONGEST / timedelta(hours=1))).then_accepted()
    FILED.when(extend(due=RESOLUTION + 0.001)).then_accepted()


def test_what_has_passed_or_is_done_is_not_extended() -> None:
    FILED.when(extend(at=RESOLUTION - 0.001)).then_accepted()
    FILED.when(extend(at=RESOLUTION)).then_refused("deadline_over", deadline="resolution", due="2026-03-09T16:00:00Z")
    handled = NOTICED.and_(start())
    handled.when(extend("first_handling", 100, at=3)).then_refused("deadline_over", deadline="first_handling")
    NOTICED.when(extend("evidence", 100, at=EVIDENCE)).then_refused("deadline_over", deadline="evidence")


def test_without_notice_no_evidence_window_runs() -> None:
    FILED.when(extend("evidence", 100)).then_refused("deadline_not_running", deadline="evidence")


def test_an_extension_is_reasoned_and_by_nobody_who_is_a_party_or_stepped_back() -> None:
    FILED.when(extend(reason="")).then_refused("reason_missing")
    FILED.when(extend(supervisor=SELLER)).then_refused("officer_is_party")
    FILED.and_(recuse(SUPERVISOR, at=1)).when(extend()).then_refused("officer_recused", officer=SUPERVISOR)


@pytest.mark.parametrize(("ended", "code"), [(dismiss(), "already_decided"), (withdraw(), "complaint_withdrawn")])
def test_an_ended_case_has_no_deadline_to_extend(ended: CaseCommand, code: str) -> None:
    FILED.and_(ended).when(extend(at=11)).then_refused(code)
    given().when(extend()).then_refused("not_filed")


def test_while_something_is_proposed_time_may_be_given() -> None:
    given(*MAIL, propose()).when(extend(at=11)).then_accepted()


def test_a_longer_window_makes_late_evidence_timely_for_the_complainant_too_but_undoes_no_waiver() -> None:
    longer = NOTICED.and_(extend("evidence", 150))
    late = longer.and_(submit(at=149.9), submit("e-2", at=150))
    assert [piece.submitted.timeliness for piece in late.file.evidence] == [
        "in_time",
        "late",
    ]
    waived = NOTICED.and_(waive(at=2), extend("evidence", 150, at=3), submit(party="respondent", at=4))
    assert waived.file.evidence[0].submitted.timeliness == "late"


@pytest.mark.parametrize("received", [86, 90, 109.9])
def test_a_notice_after_which_the_window_ends_with_the_resolution_moves_the_resolution(received: float) -> None:
    """Received on Friday, the window ends on Monday at 24:00, as the decision was due: two working days are added."""
    FILED.when(notify(received)).then(
        RespondentNotified(hour(received), Deadline(hour(RESOLUTION), provisional=False)),
        DeadlineExtended("resolution", WEDNESDAY_NIGHT, "late_notice", None, ""),
    )
    extended = FILED.and_(notify(received))
    assert running(extended, "resolution") == Running(WEDNESDAY_NIGHT, "window", hour(RESOLUTION))


def test_a_notice_whose_window_ends_before_the_resolution_moves_nothing() -> None:
    FILED.when(notify(85.999)).then(RespondentNotified(hour(85.999), Deadline(hour(158), provisional=False)))


@pytest.mark.parametrize("received", [RESOLUTION, RESOLUTION + 0.001, 210])
def test_a_notice_after_the_resolution_moves_nothing_whether_the_clock_has_looked_or_not(received: float) -> None:
    known = breaches(FILED.state, hour(received))
    assert [breach.deadline for breach in known] == ["first_handling", "resolution"]
    unseen = FILED.and_(notify(received))
    assert running(unseen, "resolution") == FILED.file.resolution
    assert running(unseen, "evidence").due > running(unseen, "resolution").due
    assert breaches(unseen.state, hour(received + 1)) == known
    seen = FILED.after(hour(received), *known).and_(notify(received))
    assert running(seen, "resolution") == FILED.file.resolution
    assert seen.file.breached == {"first_handling", "resolution"}


def test_an_evidence_window_extended_after_the_resolution_leaves_that_where_it_passed() -> None:
    late = FILED.and_(notify(RESOLUTION + 1))
    longer = late.and_(extend("evidence", 400, at=RESOLUTION + 2))
    assert running(longer, "evidence").due == hour(400)
    assert running(longer, "resolution") == FILED.file.resolution


def test_a_clock_set_back_behind_a_breach_on_record_moves_nothing() -> None:
    breached = FILED.after(hour(RESOLUTION), *breaches(FILED.state, hour(RESOLUTION)))
    breached.when(extend(at=RESOLUTION - 1)).then_refused("deadline_over", deadline="resolution")
    assert running(breached.and_(notify(RESOLUTION - 1)), "resolution") == FILED.file.resolution


def test_an_evidence_window_extended_up_to_the_resolution_moves_that_too() -> None:
    NOTICED.when(extend("evidence", RESOLUTION - 0.001)).then_accepted()
    assert len(NOTICED.and_(extend("evidence", RESOLUTION - 0.001)).history) == 3
    extended = NOTICED.and_(extend("evidence", RESOLUTION))
    assert extended.history[-1].event == DeadlineExtended("resolution", WEDNESDAY_NIGHT, "evidence_extended", None, "")
    assert running(extended, "resolution") == Running(WEDNESDAY_NIGHT, "window", hour(RESOLUTION))


def test_a_resolution_that_was_extended_far_enough_is_not_moved_by_the_notice() -> None:
    case = FILED.and_(extend("resolution", 400), notify(90))
    assert running(case, "resolution").due == hour(400)
    shorter = FILED.and_(extend("resolution", 183), notify(110))
    assert running(shorter, "resolution").basis == "window"


def test_an_extended_case_pins_the_calendars_it_was_counted_with() -> None:
    case = given(*CALLS, extend("resolution", 300, at=9))
    assert case.file.filed.resolution_due.calendars == (CN_2026,)
