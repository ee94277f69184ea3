"""The incidents of every case as rows, so that cases of one matter are found, and no incident is penalised twice."""

from services.cases.domain.events import Incident
from services.cases.domain.matters import Matter, Related, matter_of, span
from services.cases.domain.state import CaseState, Filed, Unfiled, penalty
from services.cases.selection import pages
from services.cases.tables import CASES, INCIDENTS, OPEN
from shared.kit.log.instant import from_us, to_us
from shared.kit.log.model import EventLog
from shared.kit.log.rows import Put, Row, RowChange, Unless, Value, Where

MAX_ROWS = 5000  # incidents of one matter without a penalty that are looked at
_UNDECIDED = (OPEN, "severe_proposed", "override_proposed")


def incident_rows(before: CaseState, after: Filed, case_id: str) -> list[RowChange]:
    """Return the case's incidents as rows, where they are new or give a penalty now that they did not, or no longer."""
    penalised = penalty(after) is not None
    if not isinstance(before, Unfiled) and (penalty(before) is not None) == penalised:
        return []
    filed = after.file.filed
    return [
        Put(INCIDENTS, _row(case_id, number, matter_of(filed), incident, penalised=penalised))
        for number, incident in enumerate(filed.incidents, start=1)
    ]


def _row(case_id: str, number: int, matter: Matter, incident: Incident, *, penalised: bool) -> Row:
    complainant, respondent, trade = matter
    began, ended = span(incident)
    return {
        "case_id": case_id,
        "number": number,
        "complainant": complainant,
        "respondent": respondent,
        "trade": trade,
        "channel": incident.channel,
        "from_us": to_us(began),
        "until_us": None if incident.until is None else to_us(ended),
        "ends_us": to_us(ended),
        "penalised": int(penalised),
    }


def unless_penalised(matter: Matter, incidents: tuple[Incident, ...]) -> list[Unless]:
    """Return the guards of an append that penalises these incidents: none is penalised in another case meanwhile."""
    return [
        Unless(
            INCIDENTS,
            (
                *_of(matter),
                Where("penalised", "=", 1),
                Where("from_us", "<=", to_us(span(incident)[1])),
                Where("ends_us", ">=", to_us(span(incident)[0])),
            ),
        )
        for incident in incidents
    ]


def unless_resolved(other: Related) -> Unless:
    """Return the guard of an append that merges a case into this one: it is undecided still, or its penalty stands."""
    changed = Where("ended_us", "not null") if other.undecided else Where("penalty", "null")
    return Unless(CASES, (Where("case_id", "=", other.case_id), changed))


def related_to(log: EventLog, matter: Matter, case_id: str, named: str | None) -> tuple[Related, ...]:
    """Return the other cases of a matter, by case id; raises `LogUnavailable`.

    However many there are, those with a penalty are all among them, and so is the one `named`; of the others, the
    first.
    """
    order, of = ("case_id", "number"), _of(matter)
    rows = list(pages(log, INCIDENTS, (*of, Where("penalised", "=", 1)), order))
    rows += log.select(INCIDENTS, *of, Where("penalised", "=", 0), order=order, limit=MAX_ROWS)
    if named is not None:
        rows += pages(log, INCIDENTS, (*of, Where("case_id", "=", named)), order)
    found: dict[str, dict[Value, Row]] = {}
    for row in rows:
        found.setdefault(str(row["case_id"]), {})[row["number"]] = row
    found.pop(case_id, None)
    return tuple(
        related
        for other in sorted(found)
        if (related := _related(log.get(CASES, other), list(found[other].values()))) is not None
    )


def _of(matter: Matter) -> tuple[Where, ...]:
    complainant, respondent, trade = matter
    return (Where("complainant", "=", complainant), Where("respondent", "=", respondent), Where("trade", "=", trade))


def _related(case: Row | None, incidents: list[Row]) -> Related | None:
    if case is None:
        return None
    penalty_id = case["penalty"]
    return Related(
        case_id=str(case["case_id"]),
        incidents=tuple(map(_incident, incidents)),
        undecided=case["state"] in _UNDECIDED,
        penalty=None if penalty_id is None else str(penalty_id),
        erased=bool(case["erased"]),
    )


def _incident(row: Row) -> Incident:
    began, until = row["from_us"], row["until_us"]
    assert isinstance(began, int)  # noqa: S101  # every row is written by `_row`
    return Incident(str(row["channel"]), from_us(began), from_us(until) if isinstance(until, int) else None)
