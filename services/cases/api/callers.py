"""Who is asking, and which cases are open to them: staff all, a complainant and a respondent their own.

Nobody learns from an answer whether a case exists that they may not know of: it is `case_not_found` either way.
"""

from collections.abc import Callable
from typing import Final

from services.cases import refusals
from services.cases.domain.case import CaseState
from services.cases.domain.events import Party
from services.cases.domain.state import Unfiled
from services.cases.refusals import Refused
from shared.kit.identity import Principal

FILE: Final = "complaints:file"
RESPOND: Final = "complaints:respond"
HANDLE: Final = "cases:handle"
DECIDE: Final = "cases:decide"
CONFIRM: Final = "cases:confirm"
REVIEW: Final = "appeals:review"
SUPERVISE: Final = "cases:supervise"
ADMIN: Final = "admin"
STAFF: Final = (HANDLE, DECIDE, CONFIRM, REVIEW, SUPERVISE, ADMIN)

Admits = Callable[[CaseState], bool]


def is_staff(who: Principal) -> bool:
    """Return whether the caller works on cases."""
    return not who.scopes.isdisjoint(STAFF)


def staff_role(who: Principal) -> str:
    """Return the role in which a member of staff acts, as events name it, where the route does not say it already."""
    if ADMIN in who.scopes:
        return "admin"
    return "supervisor" if SUPERVISE in who.scopes else "officer"


def any_case(_: CaseState) -> bool:
    """Admit to every case: the caller's scope says enough."""
    return True


def side(who: Principal, state: CaseState) -> Party | None:
    """Return the side that the caller is, or the intake service speaks for, in this case; None for a stranger."""
    if isinstance(state, Unfiled):
        return None
    if RESPOND in who.scopes and who.seller_id is not None and who.seller_id == state.file.filed.respondent:
        return "respondent"
    if FILE not in who.scopes:
        return None
    own = who.complainant_id in (None, state.file.filed.complainant)
    return "complainant" if own else None


def party_of(who: Principal) -> Party:
    """Return the side for which a party's token speaks: a seller's for the respondent, any other the complainant."""
    return "respondent" if RESPOND in who.scopes and who.seller_id is not None else "complainant"


def as_party(who: Principal, party: Party) -> Admits:
    """Return the check that lets the caller in as this side of a case."""
    return lambda state: side(who, state) == party


def as_either(who: Principal) -> Admits:
    """Return the check that lets the caller in as any side of a case."""
    return lambda state: side(who, state) is not None


def as_reader(who: Principal) -> Admits:
    """Return the check that lets the caller read a case: staff, and the parties by their own tokens."""
    if is_staff(who):
        return any_case
    if who.complainant_id is None and who.seller_id is None:
        return lambda _: False
    return as_either(who)


def may_read(who: Principal, state: CaseState, owner: Party) -> bool:
    """Return whether the caller may read what this side has put into the case: staff, and that side itself."""
    return is_staff(who) or (as_reader(who)(state) and side(who, state) == owner)


def party_role(who: Principal, party: Party) -> str:
    """Return the role in which a party acts, as events name it; the intake service is named as itself."""
    return "intake" if party == "complainant" and who.complainant_id is None else party


def detector_of(who: Principal, named: str | None) -> str | None:
    """Return the detector that brought a complaint, as the intake service names it; None where none did.

    Raises:
        Refused: `detector_not_expected`.
    """
    if named is not None and who.complainant_id is not None:
        raise Refused(refusals.detector_not_expected())
    return named


def complainant_of(who: Principal, named: str | None) -> str:
    """Return for whom a complaint is filed: the buyer whom the token is bound to, or whom the intake service names.

    Raises:
        Refused: `complainant_not_bound`, `complainant_needed`.
    """
    if who.complainant_id is None:
        if named is None:
            raise Refused(refusals.complainant_needed())
        return named
    if named not in (None, who.complainant_id):
        raise Refused(refusals.complainant_not_bound())
    return who.complainant_id
