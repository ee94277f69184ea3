"""Random lives of decided cases: appeals, corrections, revocations, recalls, decisions anew; and a plain telling.

The telling reads the facts one by one and knows nothing of states: rows of decisions are compared with it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from hypothesis import strategies as st

from services.cases.domain import commands, events
from services.cases.domain.case import UNFILED, CaseState, World, decide, evolve
from services.cases.domain.commands import CaseCommand
from services.cases.domain.events import CaseEvent, Party
from services.cases.domain.state import Decided
from shared.kit.decider import Recorded, Refusal
from shared.kit.log.instant import to_us
from tests.support.cases_scenario import SEED_WORLD
from tests.support.cases_story import CALLS, MAIL, confirm, dismiss, file, hour, propose, tell, uphold

CONTESTABLE: Final = replace(
    SEED_WORLD,
    timeline=replace(
        SEED_WORLD.timeline,
        versions=tuple(replace(version, dismissal_contestable=True) for version in SEED_WORLD.timeline.versions),
    ),
)
UPHELD: Final = (*CALLS, uphold(), tell())
APPEALED: Final = (*MAIL, propose(), confirm(), tell(), commands.FileAppeal("respondent", "digest", hour(13)))
RETURNED: Final = (*APPEALED, commands.ReturnAppeal("r-1", "digest", hour(14)))
CONTESTED: Final = (file(), dismiss(), tell(), commands.FileAppeal("complainant", "digest", hour(13)))
BEGINNINGS: Final[tuple[tuple[CaseCommand, ...], ...]] = (
    (file(),),
    (file(), dismiss(), tell()),
    (*CALLS, uphold(officer="third")),
    UPHELD,
    APPEALED,
    (*APPEALED, commands.DecideAppeal("r-1", "regrade", "general", "digest", hour(15))),
    RETURNED,
    (*RETURNED, commands.LapseAppeal(hour(1000))),
    CONTESTED,
    (*CONTESTED, commands.ReturnAppeal("r-1", "digest", hour(14)), commands.LapseAppeal(hour(1000))),
    (*CONTESTED, commands.DecideAppeal("r-1", "reverse", None, "digest", hour(15))),
)
Made = Callable[[CaseState, float], CaseCommand]


@dataclass
class Life:
    """A case with its steps: the state before and after each command, and the facts of all."""

    case_id: str
    world: World = CONTESTABLE
    state: CaseState = UNFILED
    steps: list[tuple[CaseState, CaseState, int]] = field(default_factory=list)
    facts: list[Recorded[CaseEvent]] = field(default_factory=list)

    def take(self, command: CaseCommand) -> None:
        """Carry out a command; a refused one leaves everything as it is."""
        said = decide(self.state, command, self.world)
        if isinstance(said, Refusal):
            return
        before = self.state
        for event in said:
            number = len(self.facts) + 1
            fact = Recorded(event, f"{self.case_id}-{number}", number, command.at)
            self.facts.append(fact)
            self.state = evolve(self.state, fact)
        self.steps.append((before, self.state, len(self.facts)))


def _decision(state: CaseState) -> str:
    return state.decision.id if isinstance(state, Decided) else "none"


def _recall(recall: str) -> Made:
    return lambda state, at: commands.RevokeInRecall(recall, _decision(state), "v-1", "v-2", hour(at))


def _appeal(party: Party) -> Made:
    return lambda _, at: commands.FileAppeal(party, "digest", hour(at))


def _decide(outcome: Literal["reject", "reverse", "regrade"], grade: str | None = None) -> Made:
    return lambda _, at: commands.DecideAppeal("r-1", outcome, grade, "digest", hour(at))


MOVES: Final[tuple[Made, ...]] = (
    lambda _, at: tell(at),
    _appeal("respondent"),
    _appeal("complainant"),
    lambda _, at: commands.ReturnAppeal("r-1", "digest", hour(at)),
    lambda _, at: commands.ResumeAppeal("respondent", "digest", hour(at)),
    lambda _, at: commands.LapseAppeal(hour(at)),
    _decide("reject"),
    _decide("reverse"),
    _decide("regrade", "general"),
    lambda _, at: commands.StaySanction("r-2", "digest", hour(at)),
    lambda _, at: commands.ProposeRevocation("v-1", "digest", hour(at)),
    lambda _, at: commands.AnswerRevocation("v-2", "confirm", "", hour(at)),
    _recall("recall-1"),
    lambda _, at: dismiss(officer="fourth", at=at),
    lambda _, at: uphold(officer="third", at=at),
    lambda _, at: commands.EraseData("a-1", hour(at)),
)


@st.composite
def lives(draw: st.DrawFn, case_id: str = "case-1", most: int = 10) -> Life:
    """Return a case after a usual beginning and up to `most` random moves of people and time."""
    life = Life(case_id)
    detector, respondent = draw(st.sampled_from([None, "night-calls"])), draw(st.sampled_from(["s-1", "s-2"]))
    for command in draw(st.sampled_from(BEGINNINGS)):
        if isinstance(command, commands.FileComplaint):
            command = replace(command, detector=detector, respondent=respondent)
        life.take(command)
    at = 1000.0
    for move in draw(st.lists(st.sampled_from(MOVES), max_size=most)):
        at += draw(st.sampled_from([0.0, 1.5, 100.0, 400.0]))
        life.take(move(life.state, at))
    return life


def told(life: Life) -> list[dict[str, Any]]:
    """Return what the facts say of each decision of a case, in order: the rows that there must be."""
    rows: list[dict[str, Any]] = []
    filed: dict[str, Any] = {}
    for fact in life.facts:
        event, at_us = fact.event, to_us(fact.recorded_at)
        match event:
            case events.ComplaintFiled():
                filed = {
                    "case_id": life.case_id,
                    "respondent": event.respondent,
                    "detector": event.detector,
                    "filed_us": to_us(event.filed_at),
                }
            case events.ComplaintDismissed() | events.OrdinaryViolationUpheld() | events.SevereViolationUpheld():
                rows.append({**filed, **_decided(event, fact)})
            case events.AppealFiled() | events.DismissalContested():
                rows[-1] |= {"appealed": 1}
            case events.AppealRejected():
                rows[-1] |= {"fate": "rejected", "fate_us": at_us}
            case events.AppealLapsed():
                rows[-1] |= {"fate": "lapsed", "fate_us": to_us(event.lapsed_at)}
            case events.DecisionReversed():
                rows[-1] |= {"fate": "reversed", "fate_us": at_us, "counts": None}
            case events.DecisionRegraded():
                rows[-1] |= {"fate": "regraded", "fate_us": at_us, "counts": fact.id}
            case events.DecisionRevoked():
                rows[-1] |= {"fate": "revoked", "fate_us": at_us, "counts": None, "recall": event.recall}
            case events.DismissalOverturned():
                rows[-1] |= {"fate": "overturned", "fate_us": to_us(event.overturned_at)}
            case _:
                pass
    return rows


def _decided(
    event: events.ComplaintDismissed | events.OrdinaryViolationUpheld | events.SevereViolationUpheld,
    fact: Recorded[CaseEvent],
) -> dict[str, Any]:
    dismissed = isinstance(event, events.ComplaintDismissed)
    track = "severe" if isinstance(event, events.SevereViolationUpheld) else "ordinary"
    return {
        "decision": fact.id,
        "position": fact.position,
        "outcome": "dismissed" if dismissed else "upheld",
        "track": None if dismissed else track,
        "rulebook": event.rulebook.id,
        "ground": getattr(event, "ground", None),
        "grade": getattr(event, "grade", None),
        "officer": event.officer,
        "confirmed_by": getattr(event, "confirmed_by", None),
        "decided_us": to_us(fact.recorded_at),
        "counts": None if dismissed else fact.id,
        "appealed": 0,
        "fate": "stands",
        "fate_us": None,
        "recall": None,
    }
