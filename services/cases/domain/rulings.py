"""The decisions that give points, as facts: what the grade brings, on what findings, under which versioned data."""

from services.cases.domain.checklist import permitting
from services.cases.domain.events import Findings, OrdinaryViolationUpheld, SevereViolationUpheld
from services.cases.domain.file import CaseFile
from shared.rulebook.model import Grade, Ref, RulebookVersion


def ordinary_upheld(
    file: CaseFile,
    version: RulebookVersion,
    grade: Grade,
    findings: Findings,
    officer: str,
    reason_digest: str,
    confirmed_by: str | None = None,
) -> OrdinaryViolationUpheld:
    """Return the ordinary violation; an override, permitted by no fact of the grade, keeps all verified factors."""
    return OrdinaryViolationUpheld(
        officer=officer,
        grade=grade.code,
        points=grade.points,
        factors=permitting(grade, findings) or findings.factors,
        findings=findings,
        direct=grade.direct,
        rulebook=version.ref,
        calendars=calendars_of(file),
        reason_digest=reason_digest,
        confirmed_by=confirmed_by,
    )


def severe_upheld(
    file: CaseFile,
    version: RulebookVersion,
    grade: Grade,
    findings: Findings,
    officer: str,
    reason_digest: str,
    confirmed_by: str,
) -> SevereViolationUpheld:
    """Return the severe violation that two officers decided."""
    return SevereViolationUpheld(
        officer=officer,
        confirmed_by=confirmed_by,
        grade=grade.code,
        points=grade.points,
        factors=permitting(grade, findings),
        findings=findings,
        direct=grade.direct,
        rulebook=version.ref,
        calendars=calendars_of(file),
        reason_digest=reason_digest,
    )


def calendars_of(file: CaseFile) -> tuple[Ref, ...]:
    """Return the calendars that the case's deadlines rest on, each once, in order of use (R14)."""
    due = [file.filed.first_handling_due, file.filed.resolution_due, file.first_handling.deadline]
    due.append(file.resolution.deadline)
    if file.evidence_due is not None:
        due.append(file.evidence_due.deadline)
    return tuple(dict.fromkeys(ref for deadline in due for ref in deadline.calendars))
