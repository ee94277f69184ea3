"""The commands of an ordinary story, each with defaults that are accepted, so that a test names only what matters."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from services.cases.domain import commands
from services.cases.domain.events import Claim, DeadlineName, Incident, Party, Subject, Trade, Verdict

MONDAY: Final = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai, a working week ahead

BUYER, SELLER = "buyer-1", "seller-1"
OFFICER, SECOND = "officer-1", "officer-2"
SUPERVISOR, OTHER = "supervisor-1", "supervisor-2"


def hour(hours: float) -> datetime:
    """Return the instant so many hours after the complaint is filed."""
    return MONDAY + timedelta(hours=hours)


def file(**changes: Any) -> commands.FileComplaint:
    """The buyer complains of calls the day before."""
    filed = commands.FileComplaint(
        complainant=BUYER,
        respondent=SELLER,
        trade=Trade("trade-1"),
        channels=("phone",),
        incidents=(Incident("phone", hour(-24), hour(-23)),),
        narrative_digest="digest-narrative",
        contact_digests=("digest-number",),
        at=hour(0),
    )
    return replace(filed, **changes)


def notify(received: float = 1, at: float | None = None) -> commands.NotifyRespondent:
    """The respondent received the complaint, by default at the time of the telling."""
    return commands.NotifyRespondent(hour(received), hour(received if at is None else at))


def defend(claim: Claim = "other", at: float = 5) -> commands.SubmitDefence:
    """The respondent explains."""
    return commands.SubmitDefence(claim, "digest-statement", hour(at))


def submit(evidence_id: str = "e-1", kind: str = "call_list", at: float = 3, **changes: Any) -> commands.SubmitEvidence:
    """The complainant gives a list of calls."""
    given: dict[str, Any] = {
        "party": "complainant",
        "media_type": "application/pdf",
        "sniffed_type": "application/pdf",
        "size_bytes": 1000,
        "content_digest": "digest-content",
        **changes,
    }
    return commands.SubmitEvidence(evidence_id=evidence_id, kind=kind, at=hour(at), **given)


def submit_number(evidence_id: str = "n-1", party: Party = "complainant", at: float = 3) -> commands.SubmitEvidence:
    """A party gives a chat evidence number, which has no content."""
    return commands.SubmitEvidence(evidence_id, party, "chat_evidence_number", None, None, 0, "digest", hour(at))


def assess(
    *shows: str, evidence_id: str = "e-1", verdict: Verdict = "verified", officer: str = OFFICER, at: float = 6
) -> commands.AssessEvidence:
    """The officer judges a piece."""
    return commands.AssessEvidence(officer, evidence_id, verdict, shows, hour(at))


def waive(at: float = 4) -> commands.WaiveWindow:
    """The respondent needs no more time."""
    return commands.WaiveWindow(hour(at))


def start(officer: str = OFFICER, at: float = 2) -> commands.StartHandling:
    """An officer takes the case up."""
    return commands.StartHandling(officer, hour(at))


def recuse(officer: str = OFFICER, at: float = 2) -> commands.Recuse:
    """An officer steps back."""
    return commands.Recuse(officer, "digest-reason", hour(at))


def withdraw(at: float = 10) -> commands.WithdrawComplaint:
    """The complainant takes the complaint back."""
    return commands.WithdrawComplaint(hour(at))


def rule(
    evidence_id: str = "e-1",
    *,
    admit: bool = True,
    officer: str = OFFICER,
    reason: str = "digest-reason",
    at: float = 6,
) -> commands.RuleOnLateEvidence:
    """The officer admits a late piece, or excludes it."""
    return commands.RuleOnLateEvidence(officer, evidence_id, admit, reason, hour(at))


def extend(
    deadline: DeadlineName = "resolution",
    due: float = 300,
    *,
    supervisor: str = SUPERVISOR,
    reason: str = "digest-reason",
    at: float = 2,
) -> commands.ExtendDeadline:
    """A supervisor sets a later deadline."""
    return commands.ExtendDeadline(supervisor, deadline, hour(due), reason, hour(at))


def merge(
    into: str = "case-2", *, officer: str = OFFICER, reason: str = "digest-reason", at: float = 2
) -> commands.MergeComplaint:
    """The officer merges the complaint into another case."""
    return commands.MergeComplaint(officer, into, reason, hour(at))


def refuse(
    code: str = "no_such_trade",
    referral: str | None = None,
    *,
    officer: str = OFFICER,
    reason: str = "digest-reason",
    at: float = 1,
) -> commands.RefuseComplaint:
    """The officer does not take the complaint up."""
    return commands.RefuseComplaint(officer, code, referral, reason, hour(at))


def dismiss(
    ground: str = "evidence_insufficient",
    found: Subject = "harassment",
    *,
    referral: str | None = None,
    officer: str = OFFICER,
    at: float = 10,
) -> commands.Dismiss:
    """The officer dismisses."""
    return commands.Dismiss(officer, ground, found, referral, "digest-reason", hour(at))


def uphold(
    grade: str = "general", found: Subject = "harassment", *, officer: str = OFFICER, at: float = 10
) -> commands.UpholdOrdinary:
    """The officer upholds an ordinary violation."""
    return commands.UpholdOrdinary(officer, grade, found, "digest-reason", hour(at))


def propose(
    grade: str = "grave", found: Subject = "harassment", *, officer: str = OFFICER, at: float = 10
) -> commands.ProposeSevere:
    """The officer proposes a severe violation."""
    return commands.ProposeSevere(officer, grade, found, "digest-reason", hour(at))


def override(
    grade: str = "general", found: Subject = "abuse", *, officer: str = OFFICER, at: float = 10
) -> commands.ProposeOverride:
    """The officer proposes to uphold an insult case all the same."""
    return commands.ProposeOverride(officer, grade, found, "digest-reason", hour(at))


def confirm(officer: str = SECOND, reason: str = "", at: float = 11) -> commands.AnswerProposal:
    """A second officer confirms."""
    return commands.AnswerProposal(officer, "confirm", reason, hour(at))


def decline(officer: str = SECOND, reason: str = "digest-decline", at: float = 11) -> commands.AnswerProposal:
    """A second officer declines."""
    return commands.AnswerProposal(officer, "decline", reason, hour(at))


def take_back(officer: str = OFFICER, at: float = 11) -> commands.WithdrawProposal:
    """The proposer takes the proposal back."""
    return commands.WithdrawProposal(officer, hour(at))


def tell(notified: float = 12, at: float | None = None) -> commands.NotifyDecision:
    """The parties have the decision."""
    return commands.NotifyDecision(hour(notified), hour(notified if at is None else at))


CALLS: Final = (file(), notify(), submit(), assess("frequent_contact", "number_attributable", at=3), defend())
"""Frequent calls from the seller's number, verified; the seller has answered."""

MAIL: Final = (*CALLS, assess("offensive_mail", "number_attributable"))
"""Funeral money from the seller, verified; the seller has answered."""

INSULTS: Final = (*CALLS, assess("insult", "number_attributable"))
"""Insults from the seller, verified, no frequent contact; the seller has answered."""
