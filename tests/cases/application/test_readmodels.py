"""The read models say of every case what the domain says of it: laws over random histories, on a log in memory."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st

from services.cases.casefile import Loaded
from services.cases.caserow import rows_of
from services.cases.domain.breaches import breached, breaches
from services.cases.domain.case import UNFILED, CaseState, evolve, state_name
from services.cases.domain.state import Appealed, Contested, Unfiled
from services.cases.queue import STATE_NAMES, Wanted, read_queue
from services.cases.queueitem import queue_item
from services.cases.tables import CASES, PENDING, TABLES
from shared.kit.log.instant import to_us
from shared.kit.log.memory import open_memory_log
from shared.kit.log.model import Append, EventLog, Stamp
from shared.kit.log.rows import RowChange
from tests.support.cases_scenario import Given
from tests.support.cases_story import hour
from tests.support.cases_strategies import cases

HOURS = st.sampled_from([0.0, 10.0, 50.0, 86.0, 86.0001, 120.0, 182.0, 400.0, 5000.0])


def put(changes: list[RowChange], _: Sequence[Stamp]) -> list[RowChange]:
    """Return these changes, whatever the stamps."""
    return changes


def written(history: Given) -> tuple[EventLog, CaseState]:
    """Write the rows of a history, change by change, and return the log with the last state."""
    log = open_memory_log(lambda: hour(0), TABLES)
    state: CaseState = UNFILED
    for version, fact in enumerate(history.history, start=1):
        after = evolve(state, fact)
        log.append(Append(rows=partial(put, rows_of(state, Loaded("case-1", after, version)))))
        state = after
    return log, state


@settings(max_examples=150, deadline=None)
@over(cases(), HOURS)
def test_a_row_tells_the_state_and_the_breaches_that_the_domain_tells(case: tuple[Given, float], at: float) -> None:
    log, state = written(case[0])
    row, now = log.get(CASES, "case-1"), hour(at)
    if isinstance(state, Unfiled):
        assert row is None
        return
    assert row is not None
    item = queue_item(row, now)
    assert item.state == state_name(state, now)
    assert set(item.breached) == breached(state, now)
    assert item.version == len(case[0].history)
    assert item.officer == state.file.handler
    assert (item.next_due is None) == (item.ended_at is not None)


@settings(max_examples=150, deadline=None)
@over(cases(), HOURS)
def test_a_case_is_found_under_its_state_and_no_other(case: tuple[Given, float], at: float) -> None:
    log, state = written(case[0])
    now = hour(at)
    found = [name for name in STATE_NAMES if read_queue(log, Wanted(state=name), now, 10).rows]
    assert found == ([] if isinstance(state, Unfiled) else [state_name(state, now)])


@settings(max_examples=150, deadline=None)
@over(cases(), HOURS)
def test_a_question_about_breaches_estimates_and_appeals_is_answered_as_the_domain_would(
    case: tuple[Given, float], at: float
) -> None:
    log, state = written(case[0])
    if isinstance(state, Unfiled):
        return
    now = hour(at)
    late, name = bool(breached(state, now)), state_name(state, now)
    for wanted, found in (
        (Wanted(breached=True), late),
        (Wanted(breached=False), not late),
        (Wanted(appealed=True), name in ("appeal_filed", "returned_for_supplement")),
    ):
        assert len(read_queue(log, wanted, now, 10).rows) == found
    estimates = [len(read_queue(log, Wanted(provisional=flag), now, 10).rows) for flag in (True, False)]
    assert sum(estimates) == 1


@settings(max_examples=150, deadline=None)
@over(cases(), HOURS)
def test_the_clock_has_every_deadline_on_its_list_that_is_not_met_in_time(case: tuple[Given, float], at: float) -> None:
    log, state = written(case[0])
    now: datetime = hour(at)
    pending = {row["deadline"] for row in log.select(PENDING, limit=10) if int(str(row["due_us"])) <= to_us(now)}
    assert pending >= {breach.deadline for breach in breaches(state, now)}
    if not isinstance(state, Unfiled):
        never: set[str] = {breach.deadline for breach in breaches(state, hour(1_000_000))}
        returned = isinstance(state, Appealed | Contested) and state.appeal.returned is not None
        assert {row["deadline"] for row in log.select(PENDING, limit=10)} == never | ({"appeal"} if returned else set())
