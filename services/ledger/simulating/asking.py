"""What a simulation is asked for, and whether that can be answered: the candidate, the period, the instants."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.ledger.domain.supposition import Supposition, in_force_since
from shared.kit.decider import Refusal
from shared.rulebook.loader import RulebookError, parse_timeline
from shared.rulebook.model import RulebookVersion, Timeline

MAX_RULEBOOK: Final = 100_000  # characters of the candidate's text
MAX_SELLERS: Final = 1000
MAX_INSTANTS: Final = 5
MAX_FAULTS: Final = 100  # of the candidate, told in one refusal
MAX_WORDS: Final = 200  # characters of each part of a fault
CANDIDATE: Final = "candidate.toml"  # what its text is called in messages


@dataclass(frozen=True, slots=True)
class Question:
    """One simulation: rules, clocks, accounts (None: all). `version` is the one supposed; None: as the file dates them.

    `as_of` are the instants at which standings are compared, rising.
    """

    candidate: Timeline
    version: RulebookVersion | None
    supposition: Supposition
    as_of: tuple[datetime, ...]
    sellers: tuple[str, ...] | None


def question(
    text: str,
    current: Timeline,
    *,
    since: datetime,
    until: datetime,
    now: datetime,
    suppose: str | None = None,
    as_dated: bool = False,
    as_of: Sequence[datetime] = (),
    sellers: Sequence[str] | None = None,
) -> Question | Refusal:
    """Return the question, or why it cannot be asked.

    Without `suppose` and `as_dated` the last version that the current rulebook lacks is supposed, if there is one.
    Without `as_of` standings are compared at the end of the period, or now where that lies ahead.
    """
    if until <= since:
        return Refusal("period_empty", "the period has to end after it begins")
    try:
        candidate = parse_timeline(text, CANDIDATE)
    except RulebookError as error:
        faults = tuple(
            {"path": one.path[:MAX_WORDS], "message": one.message[:MAX_WORDS]} for one in error.problems[:MAX_FAULTS]
        )
        return Refusal("rulebook_unsound", "the candidate has to be a sound rulebook", {"faults": faults})
    version = _supposed(candidate, current, suppose, as_dated=as_dated)
    if isinstance(version, Refusal):
        return version
    supposed = candidate if version is None else in_force_since(current, version, since)
    return Question(
        candidate,
        version,
        Supposition(current, supposed, since, until),
        tuple(sorted(set(as_of))) or (min(until, max(now, since)),),
        None if sellers is None else tuple(sorted(set(sellers))),
    )


def _supposed(
    candidate: Timeline, current: Timeline, suppose: str | None, *, as_dated: bool
) -> RulebookVersion | Refusal | None:
    if suppose is None:
        return None if as_dated else next(iter(reversed(added(candidate, current))), None)
    if as_dated:
        return Refusal("suppose_or_dates", "a version is supposed, or the file's dates hold, not both")
    named = candidate.named(suppose)
    if named is None:
        known = tuple(one.id for one in candidate.versions)
        return Refusal("version_unknown", "the version supposed has to be one of the candidate's", {"versions": known})
    return named


def added(candidate: Timeline, current: Timeline) -> list[RulebookVersion]:
    """Return the versions of a candidate that the current rulebook lacks, or has with other content, in order."""
    known = {one.ref for one in current.versions}
    return [one for one in candidate.versions if one.ref not in known]
