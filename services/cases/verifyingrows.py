"""Rows of cases and of decisions, made again from the events of each case and compared with those that lie there."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import msgspec

from services.cases.casefile import Loaded, read_facts
from services.cases.caserow import rows_of
from services.cases.decisiontables import DECISIONS
from services.cases.domain.case import UNFILED, CaseState, evolve
from services.cases.publication import UnknownEvent, case_stream, clock_stream
from services.cases.tables import CASES
from shared.kit.log.rows import Put, Row, Table
from shared.kit.verifying.findings import Findings, shown
from shared.kit.verifying.merging import grouped, joined
from shared.kit.verifying.raw import RawEvent, RawLog, stored

GROUP: Final = 200  # cases in memory at once; each has two streams
UNREADABLE: Final = (LookupError, ValueError, TypeError, AttributeError, AssertionError, UnknownEvent)


class Made(NamedTuple):
    """What the events of a case make: its row, None without events, and those of its decisions by id.

    Neither counts unless `sound`: then the events could be folded.
    """

    row: Row | None
    decisions: dict[str, Row]
    sound: bool = True


def check_case_rows(raw: RawLog, findings: Findings) -> None:
    """Find every row of a case or a decision that is missing, one too many, or not what the case's events make."""
    decisions, there, known = 0, 0, True
    rows = ((str(row["case_id"]), row) for row in raw.rows(CASES))
    for case_id, made, row in joined(_every_case(raw, findings), rows):
        if made is None:
            findings.add(CASES.name, "case_id", 0, "the log has no event of this case", case_id)
        elif made.sound:
            decisions += len(made.decisions)
            _compare(findings, CASES, case_id, made.row, row)
        else:
            known = False
    for some in grouped(raw.rows(DECISIONS), GROUP):
        there += len(some)
        _decided(raw, findings, some)
    if known and decisions != there:
        detail = f"the log has {decisions} decisions, here are {there}"
        findings.add(DECISIONS.name, "decision", 0, detail)


def _decided(raw: RawLog, findings: Findings, rows: Sequence[Row]) -> None:
    of_cases = sorted({str(row["case_id"]) for row in rows})
    made = {case_id: _made(case_id, events) for case_id, events in _events(raw, of_cases)}
    for row in rows:
        decision = str(row["decision"])
        case = made[str(row["case_id"])]
        due = case.decisions.get(decision)
        if due is not None:
            _compare(findings, DECISIONS, decision, due, row)
        elif case.sound:
            findings.add(DECISIONS.name, "decision", 0, "the case would have to have this decision", shown(decision))


def _compare(findings: Findings, table: Table, name: str, due: Row | None, row: Row | None) -> None:
    if due is None or row is None:
        if due is not row:
            would = "have a row" if row is None else "have none: the log does not begin it"
            findings.add(table.name, table.key[0], 0, f"it would have to {would}", name)
        return
    for column in table.columns:
        if row[column] != due[column]:
            detail = f"the log says {shown(due[column])}, the row has {shown(row[column])}"
            findings.add(table.name, column, 0, detail, name)


def _every_case(raw: RawLog, findings: Findings) -> Iterator[tuple[str, Made]]:
    """Yield every case of the log, in order of its id (sorted by bytes)."""
    names = joined(_ids(raw, case_stream("")), _ids(raw, clock_stream("")))
    for case_ids in grouped((case_id for case_id, _, _ in names), GROUP):
        for case_id, events in _events(raw, case_ids):
            made = _made(case_id, events)
            if not made.sound:
                position = events[-1].position
                findings.add("stored_events", "state", position, "the case's events cannot be folded", case_id)
            yield case_id, made


def _ids(raw: RawLog, prefix: str) -> Iterator[tuple[str, int]]:
    return ((name.removeprefix(prefix), last) for name, last in raw.last_versions() if name.startswith(prefix))


def _events(raw: RawLog, case_ids: Sequence[str]) -> Iterator[tuple[str, list[RawEvent]]]:
    """Yield each of these cases with its events, in order of position."""
    found: dict[str, list[RawEvent]] = {case_id: [] for case_id in case_ids}
    owners = {stream(case_id): case_id for case_id in case_ids for stream in (case_stream, clock_stream)}
    for event in raw.of_streams(list(owners)):
        found[owners[event.stream]].append(event)
    yield from found.items()


def _made(case_id: str, events: Sequence[RawEvent]) -> Made:
    state: CaseState = UNFILED
    rows: dict[str, Row] = {}
    decisions: dict[str, Row] = {}
    version = clock_version = 0
    try:
        for event, fact in zip(events, read_facts([stored(one) for one in events]), strict=True):
            before, state = state, evolve(state, fact)
            version += event.stream == case_stream(case_id)
            clock_version += event.stream == clock_stream(case_id)
            for change in rows_of(before, Loaded(case_id, state, version, clock_version)):
                if isinstance(change, Put) and change.table is CASES:
                    rows[case_id] = change.row
                elif isinstance(change, Put) and change.table is DECISIONS:
                    decisions[str(change.row["decision"])] = change.row
    except (*UNREADABLE, msgspec.MsgspecError):
        return Made(None, {}, sound=False)
    return Made(rows.get(case_id), decisions)
