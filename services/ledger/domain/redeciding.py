"""What a decision would be under other rules, as far as what is recorded of it decides that; else what is missing.

Officers decide, not rules: where their choice stays open it stands, and where it does not, only what leaves no choice
is told. Source: issue item 6, domain rules §3 (check-list), §5.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, NamedTuple, TypeAlias

from services.ledger.domain.lowering import SEVERE
from shared.rulebook.model import Grade, RulebookVersion, Sanction, Timeline

ATTRIBUTABLE: Final = "number_attributable"  # without it nothing may be upheld

Missing: TypeAlias = Literal[
    "conduct_at",  # when it happened is not recorded: the penalty was imported
    "order_paid_at",  # the version asks when the order was paid, and the complaint did not say
    "version",  # no version is in force at the instant that decides
    "findings",  # no findings are recorded with the decision
    "factor",  # nobody assessed a factor that the version asks for
    "choice",  # several grades are open, or one that takes a second officer, and not the one that was chosen
    "override",  # two officers decided beside the check-list
    "regrade",  # what the reviewer lowered to is no grade that is lower now
    "track",  # no version in force when it takes effect has the track
]


class Filed(NamedTuple):
    """What of a complaint decides which version speaks: the end of its last incident, and when the order was paid."""

    conduct_at: datetime
    order_paid_at: datetime | None = None


class Found(NamedTuple):
    """What was verified when a decision was made, by code, and whether it was the exception beside the check-list."""

    verified: frozenset[str]
    override: bool = False


class Penalty(NamedTuple):
    """What a decision brings."""

    grade: str
    track: str
    points: int
    direct: tuple[Sanction, ...] = ()


@dataclass(frozen=True, slots=True)
class Unknown:
    """Why nobody can say: what is missing, and which factors or grades it is about."""

    missing: Missing
    names: tuple[str, ...] = ()


def speaking(timeline: Timeline, filed: Filed) -> RulebookVersion | Unknown:
    """Return the version that a complaint is judged by, as it is chosen when one is filed."""
    version = timeline.at(filed.conduct_at)
    if version is None:
        return Unknown("version")
    if version.basis == "conduct_at":
        return version
    if filed.order_paid_at is None:
        return Unknown("order_paid_at")
    return timeline.at(filed.order_paid_at) or Unknown("version")


def open_grades(version: RulebookVersion, verified: AbstractSet[str]) -> tuple[Grade, ...]:
    """Return the grades that officers may give on these verified facts, in the version's order."""
    if ATTRIBUTABLE not in verified:
        return ()
    return tuple(grade for grade in version.grades.values() if _given(grade) and verified & {*grade.permitted_by})


def judged(
    recorded: Penalty, version: RulebookVersion, found: Found, assessed: AbstractSet[str]
) -> Penalty | Unknown | None:
    """Return what an upheld decision would bring under `version`; None: it could not be upheld.

    The grade that was given is given again where it is open. `assessed` are the factors that officers could assess
    then: one of these that is not verified was not, and the burden is the complainant's. A grade that takes a second
    officer is no consequence of what one has decided.
    """
    granted = open_grades(version, found.verified)
    for grade in granted:
        if grade.code == recorded.grade:
            return penalty_of(grade)
    if found.override:
        return Unknown("override")
    factors = _opening(version, found.verified, assessed)
    if factors:
        return Unknown("factor", factors)
    officers = 2 if recorded.track == SEVERE else 1
    if len(granted) > 1 or any(grade.approvals > officers for grade in granted):
        return Unknown("choice", tuple(grade.code for grade in granted))
    return penalty_of(granted[0]) if granted else None


def could_uphold(
    version: RulebookVersion, verified: AbstractSet[str], assessed: AbstractSet[str]
) -> Unknown | tuple[str, ...]:
    """Return the grades that a dismissed complaint could have been upheld with under `version`; empty: none."""
    granted = open_grades(version, verified)
    factors = () if granted else _opening(version, verified, assessed)
    return Unknown("factor", factors) if factors else tuple(grade.code for grade in granted)


def penalty_of(grade: Grade) -> Penalty:
    """Return what a grade brings."""
    return Penalty(grade.code, grade.track, grade.points, grade.direct)


def _opening(version: RulebookVersion, verified: AbstractSet[str], assessed: AbstractSet[str]) -> tuple[str, ...]:
    """Return the factors that nobody could assess and that would open a closed grade, in the version's order."""
    closed = {grade.code for grade in version.grades.values()} - {
        grade.code for grade in open_grades(version, verified)
    }
    unassessed = [factor for factor in version.factors if factor not in assessed and factor not in verified]
    return tuple(
        factor
        for factor in unassessed
        if any(grade.code in closed for grade in open_grades(version, {*verified, factor}))
    )


def _given(grade: Grade) -> bool:
    """Return whether the case procedure has a way to this grade: one officer, or two for a severe one."""
    return (grade.track == SEVERE and grade.approvals <= 2) or (grade.track == "ordinary" and grade.approvals == 1)
