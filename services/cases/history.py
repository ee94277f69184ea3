"""The story of a case: its facts in order, each in a sentence, for those who may read it."""

from typing import Any, Final

import msgspec

from services.cases.deadlineview import local
from services.cases.domain import events
from services.cases.domain.events import Party
from services.cases.publication import Fact, case_stream, clock_stream, from_stored
from services.cases.reader import Eyes
from services.cases.sentences import sentence
from services.cases.shapes import HistoryEntry
from shared.kit import cloudevent
from shared.kit.log.model import EventLog, Stored

_STAFF_ONLY: Final = (
    events.HandlingStarted,
    events.OfficerRecused,
    events.EvidenceAssessed,
    events.SevereViolationProposed,
    events.OverrideProposed,
    events.ProposalDeclined,
    events.ProposalWithdrawn,
)


def read_history(log: EventLog, case_id: str, eyes: Eyes, after: int, limit: int) -> tuple[list[HistoryEntry], bool]:
    """Return at most `limit` facts with position above `after` that the reader may see, and whether there are more."""
    stored = log.stream(case_stream(case_id), clock_stream(case_id))
    visible = [each for each in stored if each.position > after and _visible(from_stored(each).event, eyes)]
    return [_entry(each, eyes) for each in visible[:limit]], len(visible) > limit


def _visible(fact: Fact, eyes: Eyes) -> bool:
    if eyes.staff:
        return True
    owner = _owner(fact)
    return not isinstance(fact, _STAFF_ONLY) and (owner is None or eyes.sees(owner))


def _owner(fact: Fact) -> Party | None:
    """The side whose submission this is, None for what concerns both."""
    match fact:
        case events.EvidenceSubmitted():
            return fact.party
        case events.DefenceSubmitted():
            return "respondent"
        case _:
            return None


def _entry(stored: Stored, eyes: Eyes) -> HistoryEntry:
    fact = from_stored(stored)
    envelope = cloudevent.decode(stored.state)
    data: dict[str, Any] = msgspec.json.decode(envelope.data)
    return HistoryEntry(
        id=fact.id,
        type=stored.type,
        position=fact.position,
        time=envelope.time,
        time_local=local(envelope.time),
        recorded_at=fact.recorded_at,
        actor_role=envelope.actorrole,
        actor=envelope.actor if eyes.staff else None,
        summary=sentence(fact.event),
        texts=_texts(fact.event, eyes),
        data=data if eyes.staff else None,
    )


def _texts(fact: Fact, eyes: Eyes) -> dict[str, str]:
    """What belongs to the fact in the vault; reasons are staff's, all else its owner's too."""
    match fact:
        case events.ComplaintFiled():
            named = {"narrative": eyes.text(fact.narrative_digest, "complainant")}
            for nth, digest in enumerate(fact.contact_digests, start=1):
                named[f"contact_{nth}"] = eyes.text(digest, "complainant")
        case events.DefenceSubmitted():
            named = {"statement": eyes.text(fact.statement_digest, "respondent")}
        case events.EvidenceSubmitted():
            named = {"number": eyes.text(fact.content_digest, fact.party)}
        case _:
            named = {"reason": eyes.text(getattr(fact, "reason_digest", ""))}
    return {name: text for name, text in named.items() if text is not None}
