"""To which grades an appeal may lower a decision: it may only lower. Source: R10."""

from services.cases.domain.events import SevereViolationUpheld
from services.cases.domain.state import Violation
from shared.rulebook.model import Grade, RulebookVersion, Sanction


def lower_grades(decision: Violation, version: RulebookVersion) -> tuple[str, ...]:
    """Return the grades to which the decision may be lowered, in the rulebook's order.

    No heavier track and no more points, and less of one of them; with both the same, direct sanctions of fewer hours.
    The cases service knows two tracks: the severe one is the heavier.
    """
    severe = isinstance(decision, SevereViolationUpheld)
    return tuple(
        grade.code
        for grade in version.grades.values()
        if grade.track in ("ordinary", "severe") and _lower(grade, decision, severe=severe)
    )


def _lower(grade: Grade, decision: Violation, *, severe: bool) -> bool:
    heavier = grade.track == "severe"
    if (heavier, grade.points) == (severe, decision.points):
        return _hours(grade.direct) < _hours(decision.direct)
    return heavier <= severe and grade.points <= decision.points


def _hours(direct: tuple[Sanction, ...]) -> int:
    return sum(sanction.hours or 0 for sanction in direct)
