"""Each fact of a case in one English sentence, made of its codes and times alone."""

from typing import TypeAlias, assert_never

from services.cases.deadlineview import local
from services.cases.domain import events as e
from services.cases.publication import Fact
from services.cases.sentences_afterwards import Afterwards, of_decided

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
_OfOfficers: TypeAlias = (
    e.HandlingStarted
    | e.OfficerRecused
    | e.EvidenceAssessed
    | e.LateEvidenceAdmitted
    | e.LateEvidenceExcluded
    | e.ComplaintMerged
    | e.ComplaintRefused
)
_OfTime: TypeAlias = e.DeadlineExtended | e.DeadlineBreached | e.DeadlinesRecomputed


def sentence(fact: Fact) -> str:
    """Return the fact in words."""
    if isinstance(fact, Afterwards):
        return of_decided(fact)
    if isinstance(fact, _OfParties):
        return _of_parties(fact)
    if isinstance(fact, _OfOfficers):
        return _of_officers(fact)
    if isinstance(fact, _Proposed):
        return _proposed(fact)
    if isinstance(fact, _OfTime):
        return _of_time(fact)
    return _decided(fact)


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
        case e.LateEvidenceAdmitted():
            return f"{fact.officer} admitted a late piece of evidence."
        case e.LateEvidenceExcluded():
            return f"{fact.officer} excluded a late piece of evidence."
        case e.ComplaintMerged():
            who = "The complaint came in twice and was" if fact.officer is None else "The complaint was"
            return f"{who} merged into case {fact.into}."
        case e.ComplaintRefused():
            referral = f" and referred to {fact.referral}" if fact.referral else ""
            return f"The complaint was not taken up ({fact.code}){referral}."
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


def _of_time(fact: _OfTime) -> str:
    match fact:
        case e.DeadlineBreached():
            return f"The deadline of {fact.deadline} passed at {local(fact.due)} with its work undone."
        case e.DeadlineExtended():
            why = {
                "supervisor": "a supervisor extended it",
                "late_notice": "the respondent got notice late",
                "evidence_extended": "the respondent got more time",
            }[fact.cause]
            return f"The deadline of {fact.deadline} is now {local(fact.due.due)}: {why}."
        case e.DeadlinesRecomputed():
            moved = ", ".join(f"{change.deadline} to {local(change.after.due)}" for change in fact.changes)
            return f"Deadlines were counted anew ({fact.cause}): {moved}."
        case _:
            assert_never(fact)


def _when(timeliness: e.Timeliness) -> str:
    return "in time" if timeliness == "in_time" else "late"
