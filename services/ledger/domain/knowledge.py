"""What is known of an account after some facts: every entry with what it holds. Immutable; each fact makes a new one.

Facts are learned in order of cases position. Source: R1, R8 to R11.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from services.ledger.domain.facts import Entry, Fact, Reversal, Stay, StayLift
from services.ledger.domain.holding import Holding, bare, behind, ladder_key, place, recompute
from services.ledger.domain.seals import Seal, seals_of, with_seals
from services.ledger.domain.spans import Span, apart
from shared.rulebook.model import Timeline


class TrackKnowledge(NamedTuple):
    """One track: its unreversed entries' holdings in ladder order, and the seals they make."""

    holdings: tuple[Holding, ...] = ()
    seals: tuple[Seal, ...] = ()


class Undone(NamedTuple):
    """A reversed entry: what it held immediately before its reversal, and what is left to show of it."""

    held: Holding
    left: Holding


Tracks: TypeAlias = Mapping[str, TrackKnowledge]


class Knowledge(NamedTuple):
    """The state of knowledge. `entries` are all by id, reversed ones too; `undone` the reversed ones by id.

    `stays` says by entry when its sanctions are stayed, in order of time, the last without an end while it holds.
    `last_position` is that of the last fact that moved points: a stay and its lifting move none.
    """

    timeline: Timeline
    tracks: Tracks
    entries: Mapping[str, Entry]
    undone: Mapping[str, Undone]
    last_position: int | None
    stays: Mapping[str, tuple[Span, ...]] = MappingProxyType({})

    def holdings(self) -> list[Holding]:
        """Return what there is to show, of unreversed and reversed entries, in ladder order."""
        found = [holding for track in self.tracks.values() for holding in track.holdings]
        found += [undone.left for undone in self.undone.values()]
        if len(self.tracks) > 1 or self.undone:
            found.sort(key=lambda holding: ladder_key(holding.entry))
        return found

    def seals(self) -> tuple[Span, ...]:
        """Return when the account is sealed: the seals of all tracks, each without the time for which it is stayed."""
        return tuple(
            [
                span
                for track in self.tracks.values()
                for seal in track.seals
                for span in apart(Span(seal.start, seal.until), self.stays.get(seal.entry, ()))
            ]
        )


def nothing_known(timeline: Timeline) -> Knowledge:
    """Return the knowledge of an account without facts, under the rulebook `timeline`."""
    return Knowledge(timeline, {}, {}, {}, None)


def learn(known: Knowledge, fact: Fact) -> Knowledge:
    """Return the knowledge with one more fact, recorded after all others. Total: what names nothing changes nothing.

    (An entry whose id is known already, a reversal or stay of an entry that is unknown or reversed already, a stay of
    one that is stayed, the lifting of none.)
    """
    match fact:
        case Entry():
            return known if fact.id in known.entries else _entered(known, fact)
        case Reversal():
            entry = known.entries.get(fact.entry)
            return known if entry is None or entry.id in known.undone else _reversed(known, fact, entry.track)
        case Stay() | StayLift():
            return known if fact.entry not in known.entries or fact.entry in known.undone else _stayed(known, fact)


def learn_all(timeline: Timeline, facts: Iterable[Fact]) -> Knowledge:
    """Return the knowledge of these facts, which stand in order of cases position."""
    known = nothing_known(timeline)
    for fact in facts:
        known = learn(known, fact)
    return known


def _entered(known: Knowledge, entry: Entry) -> Knowledge:
    holdings = known.tracks.get(entry.track, TrackKnowledge()).holdings
    at = len(holdings)
    while at and ladder_key(holdings[at - 1].entry) > ladder_key(entry):
        at -= 1
    replaced = known.undone.get(entry.regrades) if entry.regrades is not None else None
    prior = holdings[at - 1] if at else None
    placed = [place(entry, prior, replaced.held if replaced is not None else None, known.timeline)]
    for holding in holdings[at:]:
        placed.append(behind(holding, placed[-1], known.timeline))
    tracks = _settled(known, entry.track, (*holdings[:at], *placed), entry.recorded_at)
    return known._replace(tracks=tracks, entries={**known.entries, entry.id: entry}, last_position=entry.position)


def _reversed(known: Knowledge, reversal: Reversal, track: str) -> Knowledge:
    holdings = known.tracks[track].holdings
    at = next(index for index, holding in enumerate(holdings) if holding.entry.id == reversal.entry)
    kept = list(holdings[:at])
    for holding in holdings[at + 1 :]:
        kept.append(recompute(holding, kept[-1] if kept else None, known.timeline, reversal.recorded_at))
    undone = Undone(held=holdings[at], left=bare(holdings[at], reversal.recorded_at))
    tracks = _settled(known, track, tuple(kept), reversal.recorded_at)
    return known._replace(
        tracks=tracks, undone={**known.undone, reversal.entry: undone}, last_position=reversal.position
    )


def _stayed(known: Knowledge, fact: Stay | StayLift) -> Knowledge:
    stays = known.stays.get(fact.entry, ())
    holds = bool(stays) and stays[-1].until is None
    if holds == isinstance(fact, Stay):
        return known
    if isinstance(fact, Stay):
        stays = (*stays, Span(fact.recorded_at, None))
    else:
        stays = (*stays[:-1], Span(stays[-1].start, fact.recorded_at))
    return known._replace(stays={**known.stays, fact.entry: stays})


def _settled(known: Knowledge, track: str, holdings: tuple[Holding, ...], instant: datetime) -> Tracks:
    """Return all tracks with this one's new holdings, its seals told anew."""
    seals = seals_of(holdings, track, known.timeline)
    return {**known.tracks, track: TrackKnowledge(with_seals(holdings, seals, instant), seals)}
