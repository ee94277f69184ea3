"""Who may act as an officer (小二) in a case: nobody who stepped back from it, and none of its parties."""

from services.cases.domain import errors
from services.cases.domain.state import CaseFile
from shared.kit.decider import Refusal


def refused_officer(file: CaseFile, officer: str) -> Refusal | None:
    """Return why this officer may not act in the case, None where they may."""
    if officer in (file.filed.complainant, file.filed.respondent):
        return errors.officer_is_party()
    if officer in file.recused:
        return errors.officer_recused(officer)
    return None
