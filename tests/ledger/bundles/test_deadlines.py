"""The deadlines of a filing are counted again by the calendars that are enclosed, as the cases service counts them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.cases.domain import deadlines
from services.ledger.rendering import Asked
from shared.rulebook.loader import shipped_calendars
from shared.rulebook.model import Calendars, Deadline, Deadlines
from tests.support.bundles import Bundled, bundled
from tests.support.decisions import FIRST, PINNED, SEED, Decisions
from tests.support.following import Following
from tools import verify_audit

YEARS = shipped_calendars().years
RULES: Deadlines = SEED.versions[0].deadlines
FROM, HOURS = datetime(2023, 12, 20, tzinfo=UTC), 24 * 366 * 4


def said(due: Deadline) -> dict[str, Any]:
    """Return a deadline as an event tells it."""
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(due))
    return found


def filing(filed_at: datetime = FIRST, known: Calendars | None = None) -> dict[str, Any]:
    """Return what is read of a filing, as the cases service counts."""
    calendars = known or shipped_calendars()
    return {
        "filed_at": verify_audit.spell(filed_at),
        "rulebook": PINNED,
        "first_handling_due": said(deadlines.first_handling_due(RULES, calendars, filed_at)),
        "resolution_due": said(deadlines.resolution_due(RULES, calendars, filed_at)),
    }


def bundle_of(data: Mapping[str, Any], *years: int) -> Bundled:
    """Return the bundle of an account with a filing and a decision, that encloses the calendars of these years."""
    cases = Decisions()
    ledger = Following(cases, cases.clock)
    cases.add("demerit.cases.complaint_filed.v1", "s-1", data, effect="none")
    cases.ordinary("s-1")
    ledger.catch_up()
    return bundled(cases, ledger, "s-1", Asked(FIRST), calendars=[YEARS[year].said for year in years])


def unchecked(bundle: Bundled) -> list[str]:
    """Return what the verifier could not check."""
    return verify_audit.verify_bundle(
        bundle.raw, [verify_audit.read_key(str(one.key)) for one in bundle.keys]
    ).unchecked


@settings(max_examples=300, deadline=None)
@given(
    st.integers(0, HOURS).map(lambda hours: FROM + timedelta(hours=hours)),
    st.integers(1, 60),
    st.sets(st.sampled_from(sorted(YEARS))),
)
def test_working_days_are_counted_as_the_cases_service_counts_them(
    filed_at: datetime, wanted: int, years: set[int]
) -> None:
    """Whichever years are published; the end of December, to which the next year's notice may reach back, too."""
    known = Calendars({year: YEARS[year] for year in years})
    rules = replace(RULES, first_handling_working_days=wanted)
    due = said(deadlines.first_handling_due(rules, known, filed_at))
    read = {
        year: ((YEARS[year].ref.id, YEARS[year].ref.digest), msgspec.json.decode(YEARS[year].said)) for year in years
    }
    assert verify_audit.after_working_days(filed_at, wanted, read) == due


def test_a_true_deadline_is_computed_again() -> None:
    bundle = bundle_of(filing(), 2026)
    assert bundle.wrong() == []
    assert [line for line in unchecked(bundle) if "position 1" in line] == []


@pytest.mark.parametrize(
    ("name", "change", "named"),
    [
        ("first_handling_due", {"due": "2026-03-05T17:00:00Z"}, "first_handling_due.due: is"),
        ("resolution_due", {"provisional": True}, "resolution_due.provisional: is true, computed false"),
        ("resolution_due", {"calendars": []}, "resolution_due.provisional: is false, computed true"),
    ],
)
def test_a_false_one_is_named(name: str, change: dict[str, Any], named: str) -> None:
    """Though the cases log itself tells it."""
    told = filing()
    wrong = bundle_of({**told, name: {**told[name], **change}}, 2026).wrong()
    assert any(f"cases position 1.data.{named}" in line for line in wrong), wrong


def test_one_that_rests_on_a_missing_calendar_is_left_alone_and_said() -> None:
    told = filing()
    bundle = bundle_of({**told, "resolution_due": {**told["resolution_due"], "due": "2026-03-05T17:00:00Z"}})
    assert bundle.wrong() == []
    assert "calendar CN-2026 is missing: working days counted at cases position 1" in unchecked(bundle)


def test_one_by_a_rulebook_that_is_not_enclosed_is_said() -> None:
    """The ledger need not know a version by which nothing was decided yet."""
    bundle = bundle_of({**filing(), "rulebook": {"id": "TB-2099", "digest": "d" * 64}}, 2026)
    assert bundle.wrong() == []
    assert "rulebook TB-2099 is not enclosed: deadlines at cases position 1" in unchecked(bundle)
