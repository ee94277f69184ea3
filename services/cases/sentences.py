"""Each fact of a case in one English sentence, made of its codes and times alone."""

from typing import TypeAlias, assert_never

from services.cases.deadlineview import local
from services.cases.domain import events as e
from services.cases.publication import Fact

_Decided: TypeAlias = e.ComplaintDismissed | e.OrdinaryViolationUpheld | e.SevereViolationUpheld
_Proposed: TypeAlias = e.SevereViolationProposed | e.OverrideProposed | e.ProposalDeclined | e.ProposalWithdrawn
_OfParties: TypeAlias = (
    e.ComplaintFiled
    | e.RespondentNotified
    | e.DefenceSubmitted
    | e.EvidenceSubmitted
    | e.EvidenceWindowWaived
    | e.ComplaintWithdrawn
)
_OfOfficers: TypeAlias = e.HandlingStarted | e.OfficerRecused | e.EvidenceAssessed


def sentence(fact: Fact) -> str:
    """Return the fact in words."""
    match fact:
        case (
            e.ComplaintFiled()
            | e.RespondentNotified()
            | e.DefenceSubmitted()
            | e.EvidenceSubmitted()
            | e.EvidenceWindowWaived()
            | e.ComplaintWithdrawn()
        ):
            return _of_parties(fact)
        case e.HandlingStarted() | e.OfficerRecused() | e.EvidenceAssessed():
            return _of_officers(fact)
        case e.SevereViolationProposed() | e.OverrideProposed() | e.ProposalDeclined() | e.ProposalWithdrawn():
            return _proposed(fact)
        case e.ComplaintDismissed() | e.OrdinaryViolationUpheld() | e.SevereViolationUpheld():
            return _decided(fact)
        case e.DecisionNotified():
            return f"The parties have the decision; an appeal is possible until {local(fact.appeal_due)}."
        case e.DeadlineBreached():
            return f"The deadline of {fact.deadline} passed at {local(fact.due)} with its work undone."
        case _:
            assert_never(fact)


def _of_parties(fact: _OfParties) -> str:
    match fact:
        case e.ComplaintFiled():
            times = len(fact.incidents)
            return (
                f"{fact.complainant} complained of {fact.respondent} about trade {fact.trade.id}: "
                f"{times} incident{'s' if times != 1 else ''}, by {', '.join(fact.channels)}."
            )
        case e.RespondentNotified():
            return f"The respondent received the complaint; evidence is due by {local(fact.evidence_due.due)}."
        case e.DefenceSubmitted():
            return f"The respondent explained ({fact.claim}), {_when(fact.timeliness)}."
        case e.EvidenceSubmitted():
            return f"The {fact.party} submitted evidence ({fact.kind}), {_when(fact.timeliness)}."
        case e.EvidenceWindowWaived():
            return "The respondent needs no more time."
        case e.ComplaintWithdrawn():
            return "The complainant took the complaint back."
        case _:
            assert_never(fact)


def _of_officers(fact: _OfOfficers) -> str:
    match fact:
        case e.HandlingStarted():
            return f"{fact.officer} took the case up."
        case e.OfficerRecused():
            return f"{fact.officer} stepped back from the case."
        case e.EvidenceAssessed():
            shows = f", showing {', '.join(fact.shows)}" if fact.shows else ""
            return f"{fact.officer} found a piece of evidence {fact.verdict}{shows}."
        case _:
            assert_never(fact)


def _proposed(fact: _Proposed) -> str:
    match fact:
        case e.SevereViolationProposed():
            return f"{fact.officer} proposed a severe violation ({fact.grade}); a second officer is to answer."
        case e.OverrideProposed():
            return (
                f"{fact.officer} proposed to uphold a matter of insults ({fact.grade}); a second officer is to answer."
            )
        case e.ProposalDeclined():
            return f"{fact.officer} declined the proposal."
        case e.ProposalWithdrawn():
            return f"{fact.officer} took the proposal back."
        case _:
            assert_never(fact)


def _decided(fact: _Decided) -> str:
    match fact:
        case e.ComplaintDismissed():
            referral = f" and referred to {fact.referral}" if fact.referral else ""
            return f"The complaint was not upheld ({fact.ground}){referral}."
        case e.OrdinaryViolationUpheld():
            return f"An ordinary violation was upheld ({fact.grade}): {fact.points} points."
        case e.SevereViolationUpheld():
            return f"A severe violation was upheld ({fact.grade}): {fact.points} points."
        case _:
            assert_never(fact)


def _when(timeliness: e.Timeliness) -> str:
    return "in time" if timeliness == "in_time" else "late"
