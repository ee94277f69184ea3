"""What is left of a case whose personal data was destroyed: facts, but nothing that people said or sent."""

from services.cases.domain import errors
from services.cases.domain.case import CaseState
from services.cases.domain.state import Unfiled
from services.cases.refusals import Refused


def is_erased(state: CaseState) -> bool:
    """Return whether the personal data of the case is destroyed, or about to be: nothing of it is shown any more."""
    return not isinstance(state, Unfiled) and state.file.erased is not None


def refuse_erased(state: CaseState) -> None:
    """Refuse (`personal_data_erased`) what needs personal data of a case that has none any more."""
    if not isinstance(state, Unfiled) and state.file.erased is not None:
        raise Refused(errors.personal_data_erased(state.file.erased.held_until))
