"""A regrade only lowers: for every pair of grades, the cases service and the ledger say the same."""

from dataclasses import replace
from itertools import product

import pytest

from services.cases.domain.events import OrdinaryViolationUpheld, SevereViolationUpheld
from services.cases.domain.lowering import lower_grades
from services.cases.domain.state import Violation
from services.ledger.domain.facts import Entry
from services.ledger.domain.lowering import lower
from shared.rulebook.model import Grade, RulebookVersion, Sanction
from tests.support.cases_samples import SAMPLES
from tests.support.cases_scenario import SEED_WORLD, TAOBAO_WORLD
from tests.support.cases_story import hour

VERSIONS = [*SEED_WORLD.timeline.versions, *TAOBAO_WORLD.timeline.versions]
PUBLISHED = [grade for version in VERSIONS for grade in version.grades.values()]
HIDDEN = (Sanction(24, ("shop_hidden",)), Sanction(24, ("public_warning",)))
INVENTED = [
    Grade(f"{track}-{points}-{hours}", track, points, (), 1, tuple(replace(each, hours=hours) for each in HIDDEN))
    for track, points, hours in product(("ordinary", "severe"), (0, 12, 48), (24, 168))
]
GRADES = [*PUBLISHED, *INVENTED]


def upheld(grade: Grade) -> Violation:
    sample = SAMPLES["severe_violation_upheld" if grade.track == "severe" else "ordinary_violation_upheld"]
    assert isinstance(sample, OrdinaryViolationUpheld | SevereViolationUpheld)
    return replace(sample, grade=grade.code, points=grade.points, direct=grade.direct)


def entry(grade: Grade) -> Entry:
    return Entry("event-1", 1, grade.track, grade.code, grade.points, hour(0), hour(0), grade.direct)


def version_of(grades: list[Grade]) -> RulebookVersion:
    return replace(
        VERSIONS[0], grades={f"{number}": replace(grade, code=f"{number}") for number, grade in enumerate(grades)}
    )


@pytest.mark.parametrize("old", GRADES, ids=lambda grade: f"{grade.code}-{grade.track}-{grade.points}")
def test_a_grade_is_offered_exactly_where_the_ledger_calls_it_lower(old: Grade) -> None:
    expected = tuple(f"{number}" for number, new in enumerate(GRADES) if lower(entry(new), entry(old)))
    assert lower_grades(upheld(old), version_of(GRADES)) == expected


@pytest.mark.parametrize(
    ("version", "severe", "general"),
    [("TB-2012", ("general",), ()), ("TB-2016-06", ("general",), ()), ("TB-2017-07-25", ("general", "aggravated"), ())],
)
def test_what_the_published_versions_leave(version: str, severe: tuple[str, ...], general: tuple[str, ...]) -> None:
    found = TAOBAO_WORLD.timeline.named(version)
    assert found is not None
    assert lower_grades(upheld(found.grades["grave"]), found) == severe
    assert lower_grades(upheld(found.grades["general"]), found) == general


def test_a_track_that_the_cases_service_does_not_issue_is_not_offered() -> None:
    grave, version = upheld(VERSIONS[0].grades["grave"]), VERSIONS[0]
    third = replace(version, grades={"fake": Grade("fake", "counterfeit", 0, (), 1)})
    assert lower_grades(grave, third) == ()
