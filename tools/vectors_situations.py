"""Runs a worked example of the seed's situations: a case is brought there by its commands, then everything is tried."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from services.cases.domain.case import UNFILED, CaseState, World, decide, evolve
from services.cases.domain.checklist import PROPOSE_SEVERE, UPHOLD_ORDINARY, check
from services.cases.domain.commands import (
    AnswerProposal,
    AssessEvidence,
    CaseCommand,
    Dismiss,
    FileComplaint,
    NotifyRespondent,
    ProposeOverride,
    ProposeSevere,
    SubmitDefence,
    SubmitEvidence,
    UpholdOrdinary,
    WaiveWindow,
)
from services.cases.domain.events import (
    Incident,
    Party,
    SevereViolationUpheld,
    Trade,
)
from services.cases.domain.evidence_kinds import CARRIER_CERTIFICATE, KINDS
from services.cases.domain.findings import find
from services.cases.domain.state import Open, Upheld
from shared.kit.decider import Recorded, Refusal
from shared.rulebook.loader import shipped, shipped_calendars
from shared.rulebook.model import RulebookVersion, Timeline
from tools.vectors_deadlines import ABOUT

UNDERSTOOD: Final = ABOUT | {"rulebook", "found_subject", "defence", "admitted_evidence", "verified", "open", "points"}
OVERRIDE: Final = "propose_override"

# A refusal with one of these codes says that the check-list closes the way, or that this version does not have it.
CLOSING: Final = frozenset(
    {
        "grade_not_on_this_way",
        "ground_closed",
        "ground_void",
        "no_verified_evidence",
        "outcome_closed",
        "unknown_ground",
    }
)

_MINUTE: Final = timedelta(minutes=1)


class StuckError(ValueError):
    """The case cannot be brought to where the example begins."""


@dataclass(frozen=True)
class _Case:
    """A case under way: what is known of it, and when the last command came."""

    state: CaseState
    now: datetime
    position: int
    world: World

    def do(self, command: CaseCommand) -> "_Case | Refusal":
        """Return the case after the command, or its refusal."""
        result = decide(self.state, command, self.world)
        if isinstance(result, Refusal):
            return result
        state, position = self.state, self.position
        for event in result:
            position += 1
            state = evolve(state, Recorded(event, f"event-{position}", position, self.now))
        return _Case(state, self.now + _MINUTE, position, self.world)

    def must(self, command: CaseCommand) -> "_Case":
        """Return the case after the command.

        Raises:
            StuckError: the command is refused.
        """
        after = self.do(command)
        if isinstance(after, Refusal):
            raise StuckError(f"{type(command).__name__} is refused: {after.code}: {after.detail}")
        return after


_Attempts: TypeAlias = list[_Case | Refusal]


def run_situation_vector(
    vector: Mapping[str, Any], timelines: Mapping[str, Timeline] | Timeline | None = None
) -> list[str]:
    """Return what differs between the example and the running code, empty if nothing.

    `timelines` default to the shipped ones; the first that has the version named by the example is taken.
    """
    unknown = sorted(set(vector) - UNDERSTOOD)
    if unknown:
        return [f"not understood: {', '.join(unknown)}"]
    named = vector.get("rulebook", "TB-2012")
    timeline, version = _version(named, timelines)
    if version is None:
        return [f"no rulebook version {named}"]
    begun = _begun(vector, version, World(timeline, shipped_calendars()))
    subject = vector.get("found_subject", "harassment")
    tried = _tried(begun, subject, version, vector["open"])
    return [*_differences(vector, tried), *_unexplained(begun, subject, version, tried)]


def _version(
    named: str, timelines: Mapping[str, Timeline] | Timeline | None
) -> tuple[Timeline, RulebookVersion | None]:
    if timelines is None:
        timelines = {name: shipped(name) for name in ("seed", "taobao")}
    candidates = [timelines] if isinstance(timelines, Timeline) else list(timelines.values())
    holding = next((timeline for timeline in candidates if timeline.named(named)), candidates[0])
    return holding, holding.named(named)


def _begun(vector: Mapping[str, Any], version: RulebookVersion, world: World) -> _Case:
    """The case with its evidence assessed and the respondent heard: everything that is open can be tried."""
    conduct_at = version.effective_from + timedelta(hours=1)
    case = _Case(UNFILED, conduct_at + timedelta(days=1), 0, world)
    incident = Incident("phone", conduct_at)
    filing = FileComplaint("buyer", "seller", Trade("trade", conduct_at), ("phone",), (incident,), "d", (), case.now)
    case = case.must(filing)
    case = case.must(NotifyRespondent(case.now, case.now))
    case = _evidenced(case, "complainant", "call_list", _shown(vector.get("verified", {})))
    for kind in vector.get("admitted_evidence", ()):
        case = _evidenced(case, "respondent", kind, ("covers_alleged_times",) if kind == CARRIER_CERTIFICATE else ())
    if vector.get("defence") is None:
        return case.must(WaiveWindow(case.now))
    return case.must(SubmitDefence(vector["defence"], "d", case.now))


def _shown(verified: Mapping[str, Any]) -> tuple[str, ...]:
    unknown = sorted(set(verified) - {"frequent_contact", "number_attributable", "factors"})
    if unknown:
        raise StuckError(f"verified facts not understood: {', '.join(unknown)}")
    attributable = {True: ("number_attributable",), False: ("number_not_attributable",), None: ()}
    return (
        *(("frequent_contact",) if verified.get("frequent_contact") else ()),
        *attributable[verified.get("number_attributable")],
        *verified.get("factors", ()),
    )


def _evidenced(case: _Case, party: Party, kind: str, shows: tuple[str, ...]) -> _Case:
    media_type = next(iter(KINDS[kind].media_types), None)
    evidence_id = f"{party}-{case.position}"
    size_bytes = 0 if media_type is None else 1
    case = case.must(
        SubmitEvidence(evidence_id, party, kind, media_type, media_type, size_bytes, "d", case.now),
    )
    return case.must(AssessEvidence("officer", evidence_id, "verified", shows, case.now))


def _tried(case: _Case, subject: Any, version: RulebookVersion, expected: Sequence[str]) -> Mapping[str, _Attempts]:
    """Try every ground, and every way with every grade; the exception only where the example names it."""

    def by_grade(command: type[UpholdOrdinary | ProposeSevere | ProposeOverride]) -> _Attempts:
        return [_confirmed(case.do(command("officer", grade, subject, "d", case.now))) for grade in version.grades]

    ways: dict[str, type[UpholdOrdinary | ProposeSevere | ProposeOverride]]
    ways = {UPHOLD_ORDINARY: UpholdOrdinary, PROPOSE_SEVERE: ProposeSevere, OVERRIDE: ProposeOverride}
    grounds = dict.fromkeys((*version.grounds, *(code for code in expected if code not in ways)))
    return {
        **{code: [case.do(Dismiss("officer", code, subject, None, "d", case.now))] for code in grounds},
        **{code: by_grade(command) for code, command in ways.items() if code != OVERRIDE or OVERRIDE in expected},
    }


def _confirmed(after: _Case | Refusal) -> _Case | Refusal:
    """What a second officer makes of it, where it was a proposal."""
    if isinstance(after, Refusal) or isinstance(after.state, Upheld):
        return after
    return after.do(AnswerProposal("second-officer", "confirm", "", after.now))


def _differences(vector: Mapping[str, Any], tried: Mapping[str, _Attempts]) -> list[str]:
    accepted = {code: [case for case in attempts if isinstance(case, _Case)] for code, attempts in tried.items()}
    found = sorted(code for code, cases in accepted.items() if cases)
    differences = [] if found == sorted(vector["open"]) else [f"open: {found}, expected {sorted(vector['open'])}"]
    if "points" in vector:
        points = _heaviest(case.state for cases in accepted.values() for case in cases)
        if points != _without_zeros(vector["points"], points):
            differences.append(f"points: {points}, expected {vector['points']}")
    return differences


def _without_zeros(expected: Mapping[str, int], got: Mapping[str, int]) -> Mapping[str, int]:
    """The expected points, without zeros on tracks that the decision reached does not touch."""
    return {track: points for track, points in expected.items() if points or track in got or not got}


def _heaviest(states: Iterable[CaseState]) -> Mapping[str, int]:
    """The points of the gravest decision reached, by track; empty where none was upheld."""
    decisions = [state.decision.event for state in states if isinstance(state, Upheld)]
    gravest = max(decisions, key=lambda event: (isinstance(event, SevereViolationUpheld), event.points), default=None)
    if gravest is None:
        return {}
    return {"severe" if isinstance(gravest, SevereViolationUpheld) else "ordinary": gravest.points}


def _unexplained(case: _Case, subject: Any, version: RulebookVersion, tried: Mapping[str, _Attempts]) -> Iterator[str]:
    """What is refused for another reason than the one the check-list gives for it."""
    if not isinstance(case.state, Open):
        raise StuckError("the case is not open")
    closed = check(find(case.state.file, subject), version).closed
    for code, attempts in tried.items():
        refusals = [attempt for attempt in attempts if isinstance(attempt, Refusal)]
        reasoned = any(refusal.code in CLOSING and refusal.detail for refusal in refusals)
        if len(refusals) == len(attempts) and not (reasoned and (closed.get(code) or code not in version.grounds)):
            yield f"{code}: refused without the reason that closes it: {[refusal.code for refusal in refusals]}"
