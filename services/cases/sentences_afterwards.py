"""Each fact that comes after a decision in one English sentence."""

from typing import TypeAlias, assert_never

from services.cases.deadlineview import local
from services.cases.domain import events as e

_Appeals: TypeAlias = (
    e.DecisionNotified
    | e.AppealFiled
    | e.DismissalContested
    | e.AppealReturned
    | e.AppealResumed
    | e.AppealLapsed
    | e.AppealRejected
)
_Corrections: TypeAlias = (
    e.DecisionReversed | e.DecisionRegraded | e.DismissalOverturned | e.SanctionStayed | e.StayLifted
)
_Revocations: TypeAlias = (
    e.RevocationProposed | e.RevocationDeclined | e.RevocationWithdrawn | e.DecisionRevoked | e.PersonalDataErased
)
Afterwards: TypeAlias = _Appeals | _Corrections | _Revocations


def of_decided(fact: Afterwards) -> str:
    """Return the fact in words."""
    if isinstance(fact, _Appeals):
        return _of_appeal(fact)
    if isinstance(fact, _Corrections):
        return _of_correction(fact)
    return _of_revocation(fact)


def _of_appeal(fact: _Appeals) -> str:
    match fact:
        case e.DecisionNotified():
            return f"The parties have the decision; an appeal is possible until {local(fact.appeal_due)}."
        case e.AppealFiled():
            return "The respondent appealed against the decision."
        case e.DismissalContested():
            return "The complainant contested the dismissal."
        case e.AppealReturned():
            return f"The appeal was returned for supplement, until {local(fact.closes_at)}."
        case e.AppealResumed():
            return "The appellant supplemented the appeal."
        case e.AppealLapsed():
            return f"The appeal came to nothing: its window closed at {local(fact.lapsed_at)}."
        case e.AppealRejected():
            return "The appeal was rejected; the decision is final."
        case _:
            assert_never(fact)


def _of_correction(fact: _Corrections) -> str:
    match fact:
        case e.DecisionReversed():
            return "The decision was reversed on appeal: its points never counted."
        case e.DecisionRegraded():
            return f"The decision was lowered on appeal ({fact.grade}, {fact.track}): {fact.points} points."
        case e.DismissalOverturned():
            return f"The dismissal was overturned; the case is to be decided anew by {local(fact.resolution_due.due)}."
        case e.SanctionStayed():
            return "The sanction was stayed while the appeal goes on."
        case e.StayLifted():
            why = {
                "reviewer": "by the reviewer",
                "appeal_rejected": "with the rejection of the appeal",
                "appeal_lapsed": "with the end of the appeal",
            }[fact.cause]
            return f"The stay was lifted {why}."
        case _:
            assert_never(fact)


def _of_revocation(fact: _Revocations) -> str:
    match fact:
        case e.RevocationProposed():
            return f"{fact.supervisor} proposed to revoke the decision; a second supervisor is to answer."
        case e.RevocationDeclined():
            return f"{fact.supervisor} declined the revocation."
        case e.RevocationWithdrawn():
            return f"{fact.supervisor} took the revocation back."
        case e.DecisionRevoked():
            return "The decision was revoked: its points never counted."
        case e.PersonalDataErased():
            return "The personal data of the case was destroyed."
        case _:
            assert_never(fact)
