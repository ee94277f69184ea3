"""Rows of cases, made again from the events of each and of those that judge its incidents."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.cases.casefile import Loaded, read_facts
from services.cases.caserow import rows_of
from services.cases.domain.case import UNFILED, CaseState, evolve
from services.cases.domain.state import Merged
from services.cases.incidentrow import penalised_by
from services.cases.publication import case_stream
from services.cases.remaking.made import UNREADABLE, Key, Made, Rows
from services.cases.remaking.streams import GROUP, case_ids, events_of
from services.cases.tables import INCIDENTS
from shared.kit.log.rows import Row
from shared.kit.verifying.merging import grouped
from shared.kit.verifying.raw import RawEvent, RawLog, stored


@dataclass(frozen=True)
class Folded:
    """A case with the rows that its own events make. Neither counts unless `sound`: then they could be folded."""

    case_id: str
    state: CaseState
    position: int
    rows: Mapping[str, dict[Key, Row]]
    sound: bool = True


def every_case(raw: RawLog) -> Iterator[list[tuple[Folded, Made]]]:
    """Yield all cases in groups, in order of their ids (sorted by bytes)."""
    for some in grouped(case_ids(raw), GROUP):
        yield some_cases(raw, some)


def some_cases(raw: RawLog, some: Sequence[str]) -> list[tuple[Folded, Made]]:
    """Return these cases, at most `GROUP`, in the order given."""
    folded = {case_id: fold_case(case_id, events) for case_id, events in events_of(raw, some).items()}
    judges = _judges(raw, folded)
    return [(one, _made(one, judges)) for one in folded.values()]


def fold_case(case_id: str, events: Sequence[RawEvent]) -> Folded:
    """Return the case as its events make it."""
    state: CaseState = UNFILED
    rows = Rows()
    version = clock_version = 0
    try:
        for event, fact in zip(events, read_facts([stored(one) for one in events]), strict=True):
            before, state = state, evolve(state, fact)
            of_case = event.stream == case_stream(case_id)
            version, clock_version = version + of_case, clock_version + (not of_case)
            rows.change(rows_of(before, Loaded(case_id, state, version, clock_version)))
    except UNREADABLE:
        return Folded(case_id, UNFILED, events[-1].position, {}, sound=False)
    return Folded(case_id, state, events[-1].position if events else 0, rows.by_table)


def _judges(raw: RawLog, folded: Mapping[str, Folded]) -> dict[str, Folded]:
    """Return these cases, and all into which they were merged in the end or on the way."""
    known = dict(folded)
    while missing := {into for one in known.values() if (into := _into(one)) is not None and into not in known}:
        for some in grouped(sorted(missing), GROUP):
            known |= {case_id: fold_case(case_id, events) for case_id, events in events_of(raw, some).items()}
    return known


def _into(one: Folded) -> str | None:
    return one.state.merged.event.into if isinstance(one.state, Merged) else None


def _made(one: Folded, judges: Mapping[str, Folded]) -> Made:
    way = _way(one, judges)
    if len(way) == 1:
        return Made(one.case_id, one.position, one.rows, one.sound)
    if not all(case.sound for case in way):
        return Made(one.case_id, one.position, one.rows, one.sound, frozenset({"penalised"}))
    penalised = int(penalised_by(way[-1].state, [case.state for case in way[:-1]]))
    incidents = {key: {**row, "penalised": penalised} for key, row in one.rows[INCIDENTS.name].items()}
    return Made(one.case_id, one.position, {**one.rows, INCIDENTS.name: incidents})


def _way(one: Folded, judges: Mapping[str, Folded]) -> list[Folded]:
    """Return the case and those into which it was merged, one after the other: the last one judges.

    A damaged log may lead in a circle; the way ends there.
    """
    way = [one]
    while (into := _into(way[-1])) is not None and judges[into] not in way:
        way.append(judges[into])
    return way
