"""Which case judges an incident, and whether it is penalised: rows of merged cases, whatever comes between."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.cases import incidentrow
from services.cases.domain import commands as c
from services.cases.domain.commands import FileComplaint
from services.cases.domain.events import Incident, Trade
from services.cases.refusals import Refused
from services.cases.request import Pen
from services.cases.tables import INCIDENTS
from shared.kit.ids import uuid7
from shared.kit.log.model import MAX_UNLESS
from shared.kit.log.rows import Row
from tests.support.cases_service import MONDAY
from tests.support.cases_story import CALLS, file, merge, uphold
from tests.support.cases_writer import Writer, writer

BEFORE = MONDAY - timedelta(days=1)


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Writer]:
    """A service without HTTP."""
    opened = writer(tmp_path)
    yield opened
    opened.close()


def filed(one: Writer, *hours: int) -> str:
    """Return a case of one matter about the calls that began these hours after the first."""
    request = one.request(uuid7())
    incidents = tuple(
        Incident("phone", BEFORE + timedelta(hours=at), BEFORE + timedelta(hours=at + 1, minutes=30)) for at in hours
    )

    def command(pen: Pen) -> FileComplaint:
        digest = pen.write("narrative", "what happened")
        return file(narrative_digest=digest, contact_digests=(), trade=Trade("t-1"), incidents=incidents, at=request.at)

    return one.cases.file(request, command).case_id


def heard(one: Writer, case: str) -> None:
    """Bring a case to where it can be decided."""
    for command in CALLS[1:]:
        one.carry_out(case, lambda _, command=command: command)  # type: ignore[misc]  # bound at once


def merged(one: Writer, case: str, into: str) -> None:
    """Merge a case into another."""
    one.carry_out(case, lambda _: merge(into))


def rows(one: Writer) -> dict[tuple[object, object], tuple[object, object]]:
    """Return of each incident in which case it is judged, and whether it is penalised."""

    def told(row: Row) -> tuple[object, object]:
        return row["judged_in"], row["penalised"]

    return {(row["case_id"], row["number"]): told(row) for row in one.cases.log.select(INCIDENTS, limit=1000)}


def test_a_case_merged_while_its_judge_was_being_decided_is_penalised_with_it(one: Writer) -> None:
    """The decision had not seen it; it is decided again, on all that there is to judge."""
    first, second = filed(one, 0), filed(one, 1)
    heard(one, first)
    joins = iter([lambda: merged(one, second, first)])
    request = one.request(first, prepare=lambda: next(joins, lambda: None)())
    one.cases.carry_out(request, lambda _: uphold())
    assert rows(one) == {(first, 1): (first, 1), (second, 1): (first, 1)}


def test_a_case_of_the_matter_penalised_while_another_was_being_decided_is_looked_at_again(one: Writer) -> None:
    """It shares an incident: the later decision is refused by what came first."""
    first, second = filed(one, 0), filed(one, 1)
    heard(one, first)
    heard(one, second)
    comes = iter([lambda: one.carry_out(second, lambda _: uphold())])
    request = one.request(first, prepare=lambda: next(comes, lambda: None)())
    with pytest.raises(Refused, match="penalised"):
        one.cases.carry_out(request, lambda _: uphold())
    assert rows(one) == {(first, 1): (first, 0), (second, 1): (second, 1)}


def test_a_decision_about_very_many_incidents_of_merged_cases_is_possible(one: Writer) -> None:
    """More of them than an append may have guards."""
    first = filed(one, *range(0, -200, -2))
    for begins in (-199, -399):
        second = filed(one, 0, *range(begins, begins - 180, -2))
        merged(one, second, first)
    heard(one, first)
    one.carry_out(first, lambda _: uphold())
    assert {penalised for _, penalised in rows(one).values()} == {1}
    assert len(rows(one)) > MAX_UNLESS


def test_rows_name_the_case_into_which_each_was_merged_itself(one: Writer) -> None:
    """Also where that was merged on; what gives a penalty in the end counts for all of them."""
    first, second, third = filed(one, 0), filed(one, 1), filed(one, 2)
    merged(one, third, second)
    merged(one, second, first)
    heard(one, first)
    one.carry_out(first, lambda _: uphold())
    due = {(first, 1): (first, 1), (second, 1): (first, 1), (third, 1): (second, 1)}
    assert rows(one) == due
    one.carry_out(first, lambda _: c.ProposeRevocation("v-1", "digest", one.clock()))
    one.carry_out(first, lambda _: c.AnswerRevocation("v-2", "confirm", "", one.clock()))
    assert rows(one) == {key: (judge, 0) for key, (judge, _) in due.items()}


def test_however_many_incidents_there_are_those_merged_are_judged(one: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also those that a look at the first of a matter does not find."""
    monkeypatch.setattr(incidentrow, "MAX_ROWS", 1)
    first, second, third = filed(one, 0), filed(one, 1), filed(one, 2)
    merged(one, third, second)
    merged(one, second, first)
    heard(one, first)
    one.carry_out(first, lambda _: uphold())
    assert {penalised for _, penalised in rows(one).values()} == {1}
