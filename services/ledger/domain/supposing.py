"""An account under supposed rules: its facts with every decision of a period redecided, the others as they are.

Nothing is recorded. What cannot be redecided counts as it was recorded, and is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeAlias

from services.ledger.domain.facts import Entry, Fact
from services.ledger.domain.lowering import lower
from services.ledger.domain.redeciding import Filed, Found, Penalty, Unknown, judged, penalty_of, speaking
from services.ledger.domain.supposition import Supposition
from shared.rulebook.model import Ref, RulebookVersion, Timeline

Outcome: TypeAlias = Literal["same", "changed", "not_upheld", "not_replayable"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one entry: `penalty` is what it brings then (None: nothing), `version` the one that says so.

    What is not replayable keeps its penalty, and `unknown` says why.
    """

    entry: Entry
    outcome: Outcome
    penalty: Penalty | None
    version: Ref | None = None
    unknown: Unknown | None = None


@dataclass(frozen=True, slots=True)
class Supposed:
    """The facts as they would be, in order of position, and the verdicts on the entries of the period, in order."""

    facts: tuple[Fact, ...]
    verdicts: tuple[Verdict, ...]


def suppose(
    facts: Sequence[Fact], supposition: Supposition, filed: Mapping[str, Filed], found: Mapping[str, Found]
) -> Supposed:
    """Return an account's facts under the supposition; `filed` by case, `found` by decision.

    What would not be upheld is left out, with all that corrects it.
    """
    told, verdicts = list[Fact](), dict[str, Verdict]()
    for fact in facts:
        if not isinstance(fact, Entry):
            verdict = verdicts.get(fact.entry)
            if verdict is None or verdict.penalty is not None:
                told.append(fact)
        elif not supposition.holds(fact.effective_at):
            told.append(fact)
        else:
            verdict = verdicts[fact.id] = _verdict(fact, supposition, filed, found, verdicts)
            if verdict.penalty is not None:
                told.append(_with(fact, verdict))
    return Supposed(tuple(told), tuple(verdicts.values()))


def _verdict(
    entry: Entry,
    supposition: Supposition,
    filed: Mapping[str, Filed],
    found: Mapping[str, Found],
    verdicts: Mapping[str, Verdict],
) -> Verdict:
    version = _version(entry, supposition, filed)
    if isinstance(version, Unknown):
        return _unknown(entry, version)
    if version.ref == entry.rulebook and _stands(entry, verdicts):
        decided: Penalty | Unknown | None = _recorded(entry)
    elif entry.regrades is not None:
        decided = _regraded(entry, version, verdicts.get(entry.regrades))
    elif entry.id not in found:
        decided = Unknown("findings")
    else:
        decided = judged(_recorded(entry), version, found[entry.id], supposition.assessed(entry.rulebook))
    if isinstance(decided, Penalty) and not _counts(decided.track, entry.effective_at, supposition.supposed):
        decided = Unknown("track")
    if isinstance(decided, Unknown):
        return _unknown(entry, decided, version.ref)
    if decided is None:
        return Verdict(entry, "not_upheld", None, version.ref)
    return Verdict(entry, "same" if decided == _recorded(entry) else "changed", decided, version.ref)


def _version(entry: Entry, supposition: Supposition, filed: Mapping[str, Filed]) -> RulebookVersion | Unknown:
    """Return the version that judges an entry.

    Of an import nobody knows when it happened: its own version stands while it holds for exactly as long as it did.
    """
    if entry.case in filed:
        return speaking(supposition.supposed, filed[entry.case])
    was, now = (_named(timeline, entry.rulebook) for timeline in (supposition.current, supposition.supposed))
    return now if now is not None and now == was else Unknown("conduct_at")


def _named(timeline: Timeline, pinned: Ref | None) -> RulebookVersion | None:
    version = timeline.named(pinned.id) if pinned is not None else None
    return version if version is not None and version.ref == pinned else None


def _stands(entry: Entry, verdicts: Mapping[str, Verdict]) -> bool:
    """Return whether what the entry regrades, if anything, is what it was: then so is the regrade."""
    return entry.regrades is None or (entry.regrades in verdicts and verdicts[entry.regrades].outcome == "same")


def _regraded(entry: Entry, version: RulebookVersion, old: Verdict | None) -> Penalty | Unknown | None:
    """Return what a regrade would bring: the grade that the reviewer lowered to, where it is lower still."""
    if old is None:
        return Unknown("findings")
    if old.unknown is not None:
        return old.unknown
    if old.penalty is None:
        return None  # there is nothing to lower
    grade = version.grades.get(entry.grade)
    if grade is None or not lower(_as(entry, penalty_of(grade)), _as(old.entry, old.penalty)):
        return Unknown("regrade", (entry.grade,))
    return penalty_of(grade)


def _counts(track: str, instant: datetime, timeline: Timeline) -> bool:
    version = timeline.at(instant)
    return version is not None and track in version.tracks


def _unknown(entry: Entry, unknown: Unknown, version: Ref | None = None) -> Verdict:
    return Verdict(entry, "not_replayable", _recorded(entry), version, unknown)


def _recorded(entry: Entry) -> Penalty:
    return Penalty(entry.grade, entry.track, entry.points, entry.direct)


def _with(entry: Entry, verdict: Verdict) -> Entry:
    assert verdict.penalty is not None  # noqa: S101  # what brings nothing is left out
    rulebook = entry.rulebook if verdict.outcome == "not_replayable" else verdict.version
    return replace(_as(entry, verdict.penalty), rulebook=rulebook)


def _as(entry: Entry, penalty: Penalty) -> Entry:
    return replace(entry, **penalty._asdict())
