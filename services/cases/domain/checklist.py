"""The check-list: which outcomes and grounds the findings leave open, and why the others are closed (S5 to S8, S12).

Generic over the rulebook: grades say what permits them, grounds say when they hold. The officer decides; this shows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from services.cases.domain.events import Findings
from services.cases.domain.findings import FREQUENT_CONTACT, NUMBER_ATTRIBUTABLE
from shared.rulebook.model import Grade, Ground, RulebookVersion

Outcome: TypeAlias = Literal["uphold_ordinary", "propose_severe"]

UPHOLD_ORDINARY: Final[Outcome] = "uphold_ordinary"
PROPOSE_SEVERE: Final[Outcome] = "propose_severe"
OUTCOMES: Final[tuple[Outcome, ...]] = (UPHOLD_ORDINARY, PROPOSE_SEVERE)

# Where this ground applies insults are out of scope, and upholding one all the same is the exception beside the list.
ABUSE_GROUND: Final = "abuse_not_harassment"


@dataclass(frozen=True, slots=True)
class Checklist:
    """`open` are codes of outcomes, then of grounds; `closed` gives for each other code what would have to be true.

    `override` is None where S5's special case may be proposed, else why not. `permitted` are the grades that the
    findings permit, per outcome, in the rulebook's order.
    """

    open: tuple[str, ...]
    closed: Mapping[str, str]
    override: str | None
    permitted: Mapping[Outcome, tuple[str, ...]]

    @property
    def open_outcomes(self) -> tuple[str, ...]:
        """The open codes that are ways to uphold."""
        return tuple(code for code in self.open if code in OUTCOMES)

    @property
    def open_grounds(self) -> tuple[str, ...]:
        """The open codes that are dismissal grounds; one at most."""
        return tuple(code for code in self.open if code not in OUTCOMES)


def check(findings: Findings, rulebook: RulebookVersion) -> Checklist:
    """Return what is open under these findings, exactly one ground where no outcome is, and why the rest is not."""
    facts = _facts(findings)
    permitted = {outcome: _permitted(outcome, facts, rulebook) for outcome in OUTCOMES}
    outcomes = tuple(outcome for outcome in OUTCOMES if permitted[outcome])
    holding = (ground.code for ground in rulebook.grounds.values() if not _lacks(ground, findings))
    opened = None if outcomes else next(holding, None)
    return Checklist(
        open=outcomes if opened is None else (opened,),
        closed={
            **{code: _closed_outcome(code, facts, rulebook) for code in OUTCOMES if code not in outcomes},
            **{
                ground.code: _closed_ground(ground, findings, outcomes, opened)
                for ground in rulebook.grounds.values()
                if ground.code != opened
            },
        },
        override=_closed_override(findings, rulebook, outcomes),
        permitted=permitted,
    )


def _permitted(outcome: Outcome, facts: frozenset[str], rulebook: RulebookVersion) -> tuple[str, ...]:
    if NUMBER_ATTRIBUTABLE not in facts:
        return ()
    grades = (rulebook.grades[code] for code in grades_by(outcome, rulebook))
    return tuple(grade.code for grade in grades if not facts.isdisjoint(grade.permitted_by))


def grades_by(outcome: Outcome, rulebook: RulebookVersion) -> tuple[str, ...]:
    """Return the grades that this outcome gives, in the rulebook's order.

    A severe grade is always proposed and confirmed; an ordinary one that needs more than one officer has no way here.
    """
    if outcome == PROPOSE_SEVERE:
        return tuple(g.code for g in rulebook.grades.values() if g.track == "severe" and g.approvals <= 2)
    return tuple(g.code for g in rulebook.grades.values() if g.track == "ordinary" and g.approvals == 1)


def permitting(grade: Grade, findings: Findings) -> tuple[str, ...]:
    """Return the verified facts that permit the grade, in the grade's order."""
    facts = _facts(findings)
    return tuple(fact for fact in grade.permitted_by if fact in facts)


def _facts(findings: Findings) -> frozenset[str]:
    """What is verified, by code; unknown is not verified."""
    flags = {
        FREQUENT_CONTACT: findings.frequent_contact,
        NUMBER_ATTRIBUTABLE: findings.number_attributable,
        "certificate_covers": findings.certificate_covers,
    }
    return frozenset(findings.factors).union(code for code, verified in flags.items() if verified)


def _closed_outcome(outcome: Outcome, facts: frozenset[str], rulebook: RulebookVersion) -> str:
    grades = [rulebook.grades[code] for code in grades_by(outcome, rulebook)]
    if not grades:
        return f"{rulebook.id} would have to have a grade for it."
    wanted = dict.fromkeys(fact for grade in grades for fact in grade.permitted_by)
    missing = [] if facts.intersection(wanted) else [f"one of these facts verified: {_listed(wanted)}"]
    if NUMBER_ATTRIBUTABLE not in facts:
        missing.insert(0, "number_attributable verified (the respondent is the sender)")
    return f"It would need {' and '.join(missing)}."


def _lacks(ground: Ground, findings: Findings) -> list[str]:
    """What this ground still lacks, in words; empty where it holds."""
    if ground.void:
        return ["a rulebook version under which this ground applies"]
    facts = _facts(findings)
    lacks = []
    if ground.found_subjects and findings.found_subject not in ground.found_subjects:
        lacks.append(f"the matter found to be {_listed(ground.found_subjects)}")
    if ground.claim is not None and findings.claim != ground.claim:
        lacks.append(f"the respondent's claim to be {ground.claim}")
    lacks += [f"{code} verified" for code in ground.verified if code not in facts]
    lacks += [f"{code} not verified" for code in ground.unless_verified if code in facts]
    return lacks


def _closed_ground(ground: Ground, findings: Findings, outcomes: tuple[str, ...], opened: str | None) -> str:
    lacks = _lacks(ground, findings)
    if lacks:
        return f"It would need {' and '.join(lacks)}."
    if outcomes:
        return f"It would need every way to uphold closed; open: {_listed(outcomes)}."
    return f"It would need {opened} not to hold, which comes first."


def _closed_override(findings: Findings, rulebook: RulebookVersion, outcomes: tuple[str, ...]) -> str | None:
    ground = rulebook.grounds.get(ABUSE_GROUND)
    if ground is None or ground.void:
        return f"It would need a version under which insults are out of scope, which {rulebook.id} is not."
    if findings.found_subject != "abuse":
        return "It would need the matter found to be abuse."
    if outcomes:
        return f"It would need every other way to uphold closed; open: {_listed(outcomes)}."
    if findings.number_attributable is not True:
        return "It would need number_attributable verified (the respondent is the sender)."
    if not findings.frequent_contact and not findings.factors:
        return "It would need a contact or a factor verified, such as insult."
    return None


def _listed(codes: Iterable[str]) -> str:
    return ", ".join(codes)
