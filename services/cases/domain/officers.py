"""Who may act in a case: as an officer (小二), nobody who stepped back from it and none of its parties; as a reviewer,
nobody who took part in it.
"""

from services.cases.domain import errors
from services.cases.domain.file import CaseFile
from shared.kit.decider import Refusal


def refused_officer(file: CaseFile, officer: str) -> Refusal | None:
    """Return why this officer may not act in the case, None where they may."""
    if officer in (file.filed.complainant, file.filed.respondent):
        return errors.officer_is_party()
    if officer in file.recused:
        return errors.officer_recused(officer)
    return None


def refused_reviewer(file: CaseFile, reviewer: str) -> Refusal | None:
    """Return why this reviewer may not judge the decision of the case, None where they may."""
    refusal = refused_officer(file, reviewer)
    if refusal is None and reviewer in file.officers:
        return errors.reviewer_took_part(reviewer)
    return refusal
