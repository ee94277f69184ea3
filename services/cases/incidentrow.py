"""The incidents of every case as rows, so that cases of one matter are found, and no incident is penalised twice."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from services.cases.domain.events import Incident
from services.cases.domain.matters import Matter, Related, matter_of, span
from services.cases.domain.state import CaseState, Decided, Filed, Merged, Unfiled, penalty
from services.cases.selection import pages
from services.cases.tables import CASES, INCIDENTS, OPEN
from shared.kit.log.instant import from_us, to_us
from shared.kit.log.model import EventLog
from shared.kit.log.rows import Put, Row, RowChange, Unless, Value, Where

MAX_ROWS = 5000  # incidents of one matter without a penalty that are looked at
_UNDECIDED = (OPEN, "severe_proposed", "override_proposed")


def incident_rows(before: CaseState, after: Filed, case_id: str) -> list[RowChange]:
    """Return the case's incidents as rows, where they are new, are judged elsewhere now, or give a penalty now that
    they did not, or no longer.
    """
    merged = isinstance(after, Merged) and not isinstance(before, Merged)
    if not isinstance(before, Unfiled) and not merged and not _turned(before, after):
        return []
    judged_in = after.merged.event.into if isinstance(after, Merged) else case_id
    return _rows(case_id, after, after.file.filed.incidents, judged_in)


def taken_in_rows(before: CaseState, after: CaseState, related: Iterable[Related]) -> list[RowChange]:
    """Return the incidents of cases merged into this one as rows, where they give a penalty now, or no longer."""
    if isinstance(after, Unfiled) or not _turned(before, after):
        return []
    return [
        row
        for other in related
        if other.taken_in is not None
        for row in _rows(other.case_id, after, other.incidents, other.taken_in)
    ]


def penalised_by(judge: CaseState, merged: Sequence[CaseState]) -> bool:
    """Return whether incidents of cases merged one into the next, the last into `judge`, are penalised by its decision.

    A decision counts for those that were merged before it. One merged afterwards has no incident which that decision
    does not penalise already.
    """
    joined = max((one.merged.position for one in merged if isinstance(one, Merged)), default=0)
    return penalty(judge) is not None and isinstance(judge, Decided) and judge.decision.position > joined


def _turned(before: CaseState, after: Filed) -> bool:
    """Return whether a case gives a penalty now that it did not, or no longer."""
    return (not isinstance(before, Unfiled) and penalty(before) is not None) != (penalty(after) is not None)


def _rows(case_id: str, judging: Filed, incidents: Sequence[Incident], judged_in: str) -> list[RowChange]:
    matter, penalised = matter_of(judging.file.filed), penalty(judging) is not None
    return [
        Put(INCIDENTS, _row(case_id, number, matter, incident, penalised=penalised, judged_in=judged_in))
        for number, incident in enumerate(incidents, start=1)
    ]


def _row(case_id: str, number: int, matter: Matter, incident: Incident, *, penalised: bool, judged_in: str) -> Row:
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
        "judged_in": judged_in,
    }


def unless_penalised(matter: Matter, related: Iterable[Related]) -> list[Unless]:
    """Return the guards of an append that gives a penalty: no case of the matter has got one meanwhile.

    Those that had one were looked at. So with any that was merged away: of what judges it, a row would be penalised.
    """
    known = [other.case_id for other in related if other.penalty is not None or not other.incidents]
    return _unless_others((*_of(matter), Where("penalised", "=", 1)), known)


def unless_joined(matter: Matter, case_id: str, related: Iterable[Related]) -> list[Unless]:
    """Return the guards of an append that gives a penalty: no case was merged into this one meanwhile.

    Its incidents would not be penalised with those of the others.
    """
    known = [case_id, *(other.case_id for other in related if other.taken_in == case_id)]
    return _unless_others((*_of(matter), Where("judged_in", "=", case_id)), known)


def _unless_others(where: tuple[Where, ...], known: Iterable[str]) -> list[Unless]:
    """Return the guards that no incident of a case but those known meets these conditions: one for each gap."""
    bounds = sorted(known)
    return [
        Unless(
            INCIDENTS,
            (
                *where,
                *(() if above is None else [Where("case_id", ">", above)]),
                *(() if below is None else [Where("case_id", "<", below)]),
            ),
        )
        for above, below in zip([None, *bounds], [*bounds, None], strict=True)
    ]


def unless_resolved(other: Related) -> Unless:
    """Return the guard of an append that merges a case into this one: it is undecided still, or its penalty stands."""
    changed = Where("ended_us", "not null") if other.undecided else Where("penalty", "null")
    return Unless(CASES, (Where("case_id", "=", other.case_id), changed))


def related_to(log: EventLog, matter: Matter, case_id: str, named: str | None) -> tuple[Related, ...]:
    """Return the other cases of a matter, by case id; raises `LogUnavailable`.

    However many there are, those with a penalty, those merged into the case `case_id` and the one `named` are all among
    them; of the others, the first.
    """
    order, of = ("case_id", "number"), _of(matter)
    rows = list(pages(log, INCIDENTS, (*of, Where("penalised", "=", 1)), order))
    rest = log.select(INCIDENTS, *of, Where("penalised", "=", 0), order=order, limit=MAX_ROWS)
    rows += rest
    if len(rest) == MAX_ROWS:
        rows += _led_to(log, matter, case_id)
    if named is not None:
        rows += pages(log, INCIDENTS, (*of, Where("case_id", "=", named)), order)
    found: dict[str, dict[Value, Row]] = {}
    for row in rows:
        found.setdefault(str(row["case_id"]), {})[row["number"]] = row
    judging = {other: _judging(other, found) for other in found}
    judged: dict[str, list[Row]] = {}
    for other, case in judging.items():
        judged.setdefault(other if case == case_id else case, []).extend(found[other].values())
        judged.setdefault(other, [])
    judged.pop(case_id, None)
    return tuple(
        related
        for other in sorted(judged)
        if (
            related := _related(
                log.get(CASES, other), judged[other], _into(found[other]) if judging.get(other) == case_id else None
            )
        )
        is not None
    )


def _led_to(log: EventLog, matter: Matter, case_id: str) -> Iterator[Row]:
    """Yield the incidents of all cases that were merged into this one, by way of others too."""
    into = {case_id}
    while into:
        found = [
            row
            for one in sorted(into)
            for row in pages(log, INCIDENTS, (*_of(matter), Where("judged_in", "=", one)), ("case_id", "number"))
            if row["case_id"] != one
        ]
        yield from found
        into = {str(row["case_id"]) for row in found}


def _judging(case_id: str, found: Mapping[str, Mapping[Value, Row]]) -> str:
    """Return the case that judges the incidents of this one: where its mergers lead in the end."""
    into = _into(found.get(case_id, {}))
    return case_id if into is None or into == case_id else _judging(into, found)


def _into(rows: Mapping[Value, Row]) -> str | None:
    """Return where a case of these incidents says that they are judged, None where it has none."""
    row = next(iter(rows.values()), None)
    return None if row is None else str(row["judged_in"])


def _of(matter: Matter) -> tuple[Where, ...]:
    complainant, respondent, trade = matter
    return (Where("complainant", "=", complainant), Where("respondent", "=", respondent), Where("trade", "=", trade))


def _related(case: Row | None, incidents: list[Row], taken_in: str | None) -> Related | None:
    if case is None:
        return None
    penalty_id = case["penalty"]
    return Related(
        case_id=str(case["case_id"]),
        incidents=tuple(map(_incident, incidents)),
        undecided=case["state"] in _UNDECIDED,
        penalty=None if penalty_id is None else str(penalty_id),
        erased=bool(case["erased"]),
        taken_in=taken_in,
    )


def _incident(row: Row) -> Incident:
    began, until = row["from_us"], row["until_us"]
    assert isinstance(began, int)  # noqa: S101  # every row is written by `_row`
    return Incident(str(row["channel"]), from_us(began), from_us(until) if isinstance(until, int) else None)
