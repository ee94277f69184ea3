"""What the admitted, verified evidence shows (认定), read off the case so that nobody has to type it in.

Source: S7, S8, S12: what counts is the evidence of both sides that proved genuine.
"""

from typing import Final

from services.cases.domain.events import Findings, Subject
from services.cases.domain.file import CaseFile
from shared.rulebook.model import RulebookVersion

FREQUENT_CONTACT: Final = "frequent_contact"
NUMBER_ATTRIBUTABLE: Final = "number_attributable"
NUMBER_NOT_ATTRIBUTABLE: Final = "number_not_attributable"
COVERS_ALLEGED_TIMES: Final = "covers_alleged_times"

_CHECKLIST_FACTS: Final = (FREQUENT_CONTACT, NUMBER_ATTRIBUTABLE, NUMBER_NOT_ATTRIBUTABLE, COVERS_ALLEGED_TIMES)

# Conduct that can be a fact of a case under every version, whether or not the version makes it a factor: S5's special
# case rests on it where insults are out of scope.
_CONDUCT: Final = ("insult", "threat")


def known_facts(version: RulebookVersion) -> tuple[str, ...]:
    """Return the codes that a piece may be found to show under this version, check-list facts first."""
    return tuple(dict.fromkeys((*_CHECKLIST_FACTS, *version.factors, *_CONDUCT)))


def find(file: CaseFile, found_subject: Subject) -> Findings:
    """Return the findings that this evidence carries, with the officer's view of what the matter is.

    Pieces that contradict each other on the sender leave it unproven (None). The last claim of the respondent is
    taken whether in time or late, since it proves nothing: it only says which ground would fit.
    """
    shown = {code for piece in file.evidence if piece.counts and piece.assessment for code in piece.assessment.shows}
    return Findings(
        found_subject=found_subject,
        claim=file.defences[-1].claim if file.defences else None,
        frequent_contact=True if FREQUENT_CONTACT in shown else None,
        number_attributable=_attributable(shown),
        factors=tuple(sorted(shown.difference(_CHECKLIST_FACTS))),
        certificate_covers=COVERS_ALLEGED_TIMES in shown,
    )


def has_verified(file: CaseFile) -> bool:
    """Return whether any piece counts."""
    return any(piece.counts for piece in file.evidence)


def _attributable(shown: set[str]) -> bool | None:
    yes, no = NUMBER_ATTRIBUTABLE in shown, NUMBER_NOT_ATTRIBUTABLE in shown
    return None if yes == no else yes
