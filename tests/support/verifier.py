"""The ledger's facts and rulebooks as the stand-alone verifier has them, and its answer beside the domain's."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec

from services.ledger.domain.facts import Entry, Fact, Reversal, Stay
from services.ledger.domain.standing import Standing
from services.ledger.rendering import body_of
from shared.rulebook.model import Ladder, Sanction, Timeline
from tools import verify_audit

COMPUTED = (
    "standing",
    "points",
    "tracks",
    "sanctions",
    "restrictions",
    "restricted_until",
    "next_change_at",
    "valid_from",
    "valid_until",
    "last_entry_position",
    "unknown_before",
)


def book_of(timeline: Timeline) -> verify_audit.Book:
    """Return a timeline as the verifier reads it."""
    return verify_audit.Book(
        [
            verify_audit.Version(
                {"id": version.ref.id, "digest": version.ref.digest},
                version.effective_from,
                version.effective_until,
                {
                    "tracks": {
                        name: {
                            "ladder": _ladder(track.ladder),
                            "year_end": [
                                {"measure": band.measure, "at_least": band.at_least, "carry": band.carry}
                                for band in track.year_end
                            ],
                        }
                        for name, track in version.tracks.items()
                    }
                },
            )
            for version in timeline.versions
        ]
    )


def facts_told(facts: Sequence[Fact]) -> list[verify_audit.Fact]:
    """Return facts in order of position as the verifier reads them; the two of a regrade are one."""
    told: list[verify_audit.Fact] = []
    for fact in facts:
        event = _event(fact)
        match fact:
            case Entry():
                enters = partial(verify_audit.entry_of, event, fact.track, fact.regrades)
                if fact.regrades is not None:
                    told[-1] = told[-1]._replace(event=event, enters=enters)
                else:
                    told.append(verify_audit.Fact(event, enters=enters))
            case Reversal():
                told.append(verify_audit.Fact(event, undoes=fact.entry, kind=fact.kind))
            case stay:
                told.append(verify_audit.Fact(event, stays=isinstance(stay, Stay), of=stay.entry))
    return told


def in_utc(fact: Fact) -> Fact:
    """Return the fact with its instants in UTC, as a log has them; worked examples tell the zone's."""
    if isinstance(fact, Entry):
        fact = replace(fact, effective_at=fact.effective_at.astimezone(UTC))
    return replace(fact, recorded_at=fact.recorded_at.astimezone(UTC))


def account_of(facts: Iterable[verify_audit.Fact], timeline: Timeline) -> verify_audit.Account:
    """Return the verifier's account after these facts, each of which it can take."""
    account = verify_audit.Account(book_of(timeline))
    for fact in facts:
        assert account.why_not(fact) is None
        account.take(fact)
    return account


def recomputed(facts: Sequence[Fact], timeline: Timeline, as_of: datetime) -> dict[str, Any]:
    """Return what the verifier makes of these facts."""
    return verify_audit.standing_of(account_of(facts_told(facts), timeline).whole(), as_of)


def answered(standing: Standing) -> dict[str, Any]:
    """Return the same of the domain's answer, as it goes out."""
    body = msgspec.json.decode(body_of(standing, 0))
    return {name: body[name] for name in COMPUTED}


def _event(fact: Fact) -> verify_audit.Event:
    said: dict[str, Any] = {"id": fact.id, "type": "", "recordedtime": verify_audit.spell(fact.recorded_at), "data": {}}
    if isinstance(fact, Entry):
        direct = [{"hours": one.hours, "measures": [*one.measures]} for one in fact.direct]
        said |= {"time": verify_audit.spell(fact.effective_at), "data": {"points": fact.points, "direct": direct}}
        if fact.imported is not None:
            said["data"]["complete_from"] = verify_audit.spell(fact.imported.complete_from)
    return verify_audit.Event("", fact.position, said)


def _ladder(ladder: Ladder) -> dict[str, Any]:
    nodes = [{"at": node.at, **_brought(node.sanction)} for node in ladder.nodes]
    return {"composition": ladder.composition, "every": ladder.every, "nodes": nodes}


def _brought(sanction: Sanction) -> dict[str, Any]:
    return {"hours": sanction.hours, "measures": [*sanction.measures]}
