"""The story of a case: its facts in order, each in a sentence, for those who may read it."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from services.cases.deadlineview import local
from services.cases.domain import events
from services.cases.domain.events import Party
from services.cases.historytexts import texts_of
from services.cases.publication import Fact, case_stream, clock_stream, from_stored
from services.cases.reader import Eyes
from services.cases.sentences import sentence
from services.cases.shapes import HistoryEntry
from shared.kit import cloudevent
from shared.kit.decider import Recorded
from shared.kit.log.model import EventLog, Stored

# What officers do among themselves, and what names a piece that only one side has seen.
_STAFF_ONLY: Final = (
    events.HandlingStarted,
    events.OfficerRecused,
    events.EvidenceAssessed,
    events.LateEvidenceAdmitted,
    events.LateEvidenceExcluded,
    events.SevereViolationProposed,
    events.OverrideProposed,
    events.ProposalDeclined,
    events.ProposalWithdrawn,
    events.RevocationProposed,
    events.RevocationDeclined,
    events.RevocationWithdrawn,
)


def read_history(log: EventLog, case_id: str, eyes: Eyes, after: int, limit: int) -> tuple[list[HistoryEntry], bool]:
    """Return at most `limit` facts with position above `after` that the reader may see, and whether there are more."""
    stored = log.stream(case_stream(case_id), clock_stream(case_id))
    visible = [each for each in _told(stored) if each[0].position > after and _visible(each[1].event, eyes)]
    return [_entry(*each, eyes) for each in visible[:limit]], len(visible) > limit


def _told(stored: Sequence[Stored]) -> Iterator[tuple[Stored, Recorded[Fact], Party | None]]:
    """Every fact with the side whose appeal it is about, if it is about one."""
    appellant: Party | None = None
    for each in stored:
        fact = from_stored(each)
        if isinstance(fact.event, events.AppealFiled | events.DismissalContested):
            appellant = "respondent" if isinstance(fact.event, events.AppealFiled) else "complainant"
        yield each, fact, appellant


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


def _entry(stored: Stored, fact: Recorded[Fact], appellant: Party | None, eyes: Eyes) -> HistoryEntry:
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
        texts=texts_of(fact.event, appellant, eyes),
        data=data if eyes.staff else None,
    )
