"""The commands that come after a decision, each with defaults that are accepted where the story has come so far.

A decision of `cases_story` falls at hour 10, its notice at 12; the appeal window is open until hour 372.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from services.cases.domain import commands
from services.cases.domain.case import World
from services.cases.domain.commands import CaseCommand
from services.cases.domain.events import Party
from services.cases.domain.world import RETENTION
from shared.rulebook.model import Timeline
from tests.support.cases_scenario import SEED_WORLD
from tests.support.cases_story import CALLS, MAIL, OTHER, SUPERVISOR, confirm, file, hour, propose, tell, uphold
from tests.support.cases_story import dismiss as dismissed

REVIEWER: Final = "reviewer-1"
WINDOW_END: Final = 12.0 + 360
RETAINED: Final = RETENTION / timedelta(hours=1)
"""How long data is retained, in hours."""


def contestable(world: World = SEED_WORLD) -> World:
    """Return the world in which every version lets a dismissal be contested."""
    versions = tuple(replace(version, dismissal_contestable=True) for version in world.timeline.versions)
    return replace(world, timeline=Timeline(world.timeline.name, versions))


CONTESTABLE: Final = contestable()


def appeal(party: Party = "respondent", statement: str = "digest-appeal", at: float = 20) -> commands.FileAppeal:
    """The respondent appeals."""
    return commands.FileAppeal(party, statement, hour(at))


def contest(at: float = 20) -> commands.FileAppeal:
    """The complainant contests the dismissal."""
    return appeal("complainant", at=at)


def send_back(reviewer: str = REVIEWER, reason: str = "digest-reason", at: float = 30) -> commands.ReturnAppeal:
    """The reviewer returns the appeal for supplement."""
    return commands.ReturnAppeal(reviewer, reason, hour(at))


def resume(party: Party = "respondent", statement: str = "digest-more", at: float = 40) -> commands.ResumeAppeal:
    """The appellant supplements the appeal."""
    return commands.ResumeAppeal(party, statement, hour(at))


def lapse(at: float = 1000) -> commands.LapseAppeal:
    """The clock looks at the appeal."""
    return commands.LapseAppeal(hour(at))


def reject(reviewer: str = REVIEWER, reason: str = "digest-reason", at: float = 50) -> commands.DecideAppeal:
    """The reviewer leaves the decision as it is."""
    return commands.DecideAppeal(reviewer, "reject", None, reason, hour(at))


def reverse(reviewer: str = REVIEWER, reason: str = "digest-reason", at: float = 50) -> commands.DecideAppeal:
    """The reviewer undoes the decision."""
    return commands.DecideAppeal(reviewer, "reverse", None, reason, hour(at))


def regrade(
    grade: str | None = "general", reviewer: str = REVIEWER, reason: str = "digest-reason", at: float = 50
) -> commands.DecideAppeal:
    """The reviewer lowers the decision."""
    return commands.DecideAppeal(reviewer, "regrade", grade, reason, hour(at))


def stay(reviewer: str = REVIEWER, reason: str = "digest-reason", at: float = 25) -> commands.StaySanction:
    """The reviewer stays what the decision brought."""
    return commands.StaySanction(reviewer, reason, hour(at))


def lift(reviewer: str = REVIEWER, reason: str = "digest-reason", at: float = 27) -> commands.LiftStay:
    """The reviewer lifts the stay."""
    return commands.LiftStay(reviewer, reason, hour(at))


def propose_revocation(
    supervisor: str = SUPERVISOR, reason: str = "digest-reason", at: float = 60
) -> commands.ProposeRevocation:
    """A supervisor proposes to revoke the decision."""
    return commands.ProposeRevocation(supervisor, reason, hour(at))


def revoke(supervisor: str = OTHER, reason: str = "", at: float = 61) -> commands.AnswerRevocation:
    """A second supervisor confirms the revocation."""
    return commands.AnswerRevocation(supervisor, "confirm", reason, hour(at))


def keep(supervisor: str = OTHER, reason: str = "digest-keep", at: float = 61) -> commands.AnswerRevocation:
    """A second supervisor declines the revocation."""
    return commands.AnswerRevocation(supervisor, "decline", reason, hour(at))


def take_revocation_back(supervisor: str = SUPERVISOR, at: float = 61) -> commands.WithdrawRevocation:
    """The proposer takes the revocation back."""
    return commands.WithdrawRevocation(supervisor, hour(at))


def recall(
    decision: str, proposed_by: str = SUPERVISOR, confirmed_by: str = OTHER, at: float = 70
) -> commands.RevokeInRecall:
    """A recall revokes the decision."""
    return commands.RevokeInRecall("recall-1", decision, proposed_by, confirmed_by, hour(at))


def erase(at: float = 1_000_000) -> commands.EraseData:
    """The administrator erases the personal data, when every hold is long over."""
    return commands.EraseData("administrator-1", hour(at))


UPHELD: Final[tuple[CaseCommand, ...]] = (*CALLS, uphold(), tell())
"""An ordinary violation of 12 points that the parties know of."""

SEVERE: Final[tuple[CaseCommand, ...]] = (*MAIL, propose(), confirm(), tell())
"""A severe violation of 48 points that the parties know of."""

DISMISSED: Final[tuple[CaseCommand, ...]] = (file(), dismissed(), tell())
"""A dismissal that the parties know of."""
