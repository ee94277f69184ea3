"""What belongs to a fact in the vault, for those who may read it."""

from services.cases.domain import events
from services.cases.domain.events import Party
from services.cases.publication import Fact
from services.cases.reader import Eyes


def texts_of(fact: Fact, appellant: Party | None, eyes: Eyes) -> dict[str, str]:
    """Return the fact's texts by name: reasons are staff's, all else its owner's too.

    What a reviewer wants from the appellant is the appellant's to read.
    """
    match fact:
        case events.ComplaintFiled():
            named = {"narrative": eyes.text(fact.narrative_digest, "complainant")}
            for nth, digest in enumerate(fact.contact_digests, start=1):
                named[f"contact_{nth}"] = eyes.text(digest, "complainant")
        case events.DefenceSubmitted():
            named = {"statement": eyes.text(fact.statement_digest, "respondent")}
        case events.EvidenceSubmitted():
            named = {"number": eyes.text(fact.content_digest, fact.party)}
        case events.AppealFiled() | events.DismissalContested() | events.AppealResumed():
            named = {"statement": eyes.text(fact.statement_digest, appellant)}
        case events.AppealReturned():
            named = {"wanted": eyes.text(fact.reason_digest, appellant)}
        case _:
            named = {"reason": eyes.text(getattr(fact, "reason_digest", ""))}
    return {name: text for name, text in named.items() if text is not None}
