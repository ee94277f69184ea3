"""One account as it is and as it would be: its decisions redecided, its standings compared, what differs told.

Each line tells one difference and is small, however much an account holds.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from services.ledger.differences import effects
from services.ledger.domain.answer import Standing
from services.ledger.domain.course import Course, course_of
from services.ledger.domain.facts import Fact
from services.ledger.domain.knowledge import learn_all
from services.ledger.domain.redeciding import Filed, Found, Unknown, could_uphold, speaking
from services.ledger.domain.standing import standing_in
from services.ledger.domain.supposing import Verdict, suppose
from services.ledger.domain.supposition import Supposition
from services.ledger.simulating.evidence import Dismissal
from services.ledger.simulating.tally import Tally

Line: TypeAlias = Mapping[str, Any]


def compare(
    seller: str,
    facts: Sequence[Fact],
    supposition: Supposition,
    as_of: Sequence[datetime],
    evidence: tuple[Mapping[str, Filed], Mapping[str, Found]],
    tally: Tally,
) -> list[Line]:
    """Return what differs of one account: decisions in order of position, then instant by instant; count it."""
    supposed = suppose(facts, supposition, *evidence)
    lines: list[Line] = []
    for verdict in supposed.verdicts:
        tally.decided(verdict)
        if verdict.outcome != "same":
            lines.append(_decision(seller, verdict))
    was = course_of(learn_all(supposition.current, facts))
    then = course_of(learn_all(supposition.supposed, supposed.facts))
    differs = bool(lines)
    for instant in as_of:
        found = list(_standings(seller, was, then, instant, tally))
        differs = differs or bool(found)
        lines += found
    tally.looked_at(changed=differs, unknown=any(verdict.outcome == "not_replayable" for verdict in supposed.verdicts))
    return lines


def dismissed(dismissal: Dismissal, filed: Filed | None, supposition: Supposition, tally: Tally) -> Line | None:
    """Return what would be otherwise of a dismissal, or None: it would be dismissed as it was; count it."""
    version = Unknown("conduct_at") if filed is None else speaking(supposition.supposed, filed)
    grades: tuple[str, ...] | Unknown = ()
    if isinstance(version, Unknown):
        grades = version
    elif version.ref != dismissal.rulebook:
        grades = could_uphold(version, dismissal.verified, supposition.assessed(dismissal.rulebook))
    unknown = grades if isinstance(grades, Unknown) else None
    outcome = "not_replayable" if unknown is not None else "would_be_open" if grades else "same"
    tally.dismissed(outcome, unknown)
    if outcome == "same":
        return None
    return {
        "kind": "dismissal",
        "seller": dismissal.seller,
        "decision": dismissal.decision,
        "case": dismissal.case,
        "decided_at": dismissal.decided_at,
        "version": None if isinstance(version, Unknown) else version.id,
        "outcome": outcome,
        "grades": () if unknown is not None else grades,
        **_missing(unknown),
    }


def _decision(seller: str, verdict: Verdict) -> Line:
    entry = verdict.entry
    before = {"grade": entry.grade, "track": entry.track, "points": entry.points, "direct": entry.direct}
    return {
        "kind": "decision",
        "seller": seller,
        "entry": entry.id,
        "case": entry.case or None,
        "effective_at": entry.effective_at,
        "version": None if verdict.version is None else verdict.version.id,
        "outcome": verdict.outcome,
        "before": before,
        "after": None if verdict.penalty is None else verdict.penalty._asdict(),
        **_missing(verdict.unknown),
    }


def _missing(unknown: Unknown | None) -> Line:
    if unknown is None:
        return {"missing": None, "names": ()}
    return {"missing": unknown.missing, "names": unknown.names}


def _standings(seller: str, was: Course, then: Course, instant: datetime, tally: Tally) -> Iterator[Line]:
    before, after = standing_in(seller, was, instant), standing_in(seller, then, instant)
    tally.stood(instant, before, after)
    told = _told(before), _told(after)
    if told[0] != told[1]:
        yield {"kind": "standing", "seller": seller, "as_of": instant, "before": told[0], "after": told[1]}
    for effect in effects(before.sanctions, after.sanctions):
        yield {"kind": "sanction", "seller": seller, "as_of": instant, **effect}


def _told(answer: Standing) -> Line:
    return {
        "standing": answer.standing,
        "points": {track: points for track, points in answer.points.items() if points},
        "restrictions": answer.restrictions,
        "restricted_until": answer.restricted_until,
    }
