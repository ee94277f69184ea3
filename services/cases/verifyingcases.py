"""Finds every row about a case that is not what the log makes of it: by case, and those of decisions by their id."""

from collections.abc import Iterable, Iterator
from typing import Final

from services.cases.announcements import digest_of
from services.cases.decisiontables import DECISIONS
from services.cases.domain.state import Unfiled
from services.cases.erased import is_erased
from services.cases.remaking.cases import Folded, every_case, some_cases
from services.cases.remaking.made import Key, Made, key_of
from services.cases.remaking.streams import GROUP
from services.cases.tables import ANNOUNCEMENTS, CASES, ERASING, INCIDENTS, PENDING
from services.cases.verifyingrows import There, beside, check_owner, check_table
from shared.kit.log.rows import Row
from shared.kit.verifying.findings import Findings, shown
from shared.kit.verifying.merging import grouped, joined
from shared.kit.verifying.raw import RawLog

MADE: Final = (CASES, INCIDENTS, PENDING)
NONE: Final = Folded("", Unfiled(), 0, {})


def check_case_rows(raw: RawLog, findings: Findings) -> None:
    """Find every such row that is missing, one too many, or not what the events make."""
    decisions = _Decisions(raw, findings)
    undigested = "digest" in raw.lacking(ANNOUNCEMENTS)
    if undigested:
        findings.note(f"{ANNOUNCEMENTS.name}, digest: the store is from before there was one, a start gives it")
    every = ((folded.case_id, (folded, made)) for folded, made in decisions.passing(every_case(raw)))
    for case_id, case, there in joined(every, beside(raw, (*MADE, ERASING, ANNOUNCEMENTS))):
        folded, made = case or (NONE, Made(case_id, 0))
        check_owner(findings, made, there or {}, MADE)
        if made.sound and there is not None:
            _beside_the_log(findings, folded, made, there, undigested=undigested)
    decisions.end()


def _beside_the_log(findings: Findings, folded: Folded, made: Made, there: There, *, undigested: bool) -> None:
    """Rows that no event makes, and that go when their work is done: what events say against them."""
    for key in there[ERASING.name] if not is_erased(folded.state) else ():
        detail = "the erasure of the case would have to be recorded"
        findings.add(ERASING.name, "case_id", made.position, detail, shown(key[0]))
    for key, row in there[ANNOUNCEMENTS.name].items():
        why = refuted(folded, {**row, "digest": digest_of(row)} if undigested else row)
        if why is not None:
            name = " ".join(shown(part) for part in key)
            findings.add(ANNOUNCEMENTS.name, ", ".join(ANNOUNCEMENTS.columns), made.position, why, name)


def refuted(folded: Folded, row: Row) -> str | None:
    """Return why a row cannot be an announcement of this case, None where it may be."""
    if row["digest"] != digest_of(row):
        return "the columns would have to be those that the row was written with"
    if isinstance(folded.state, Unfiled):
        return "the case would have to be filed"
    if folded.state.file.piece(str(row["evidence_id"])) is not None:
        return "the content would have to be still to come: it is recorded"
    return None


class _Decisions:
    """Compares rows that are found by a decision, while the cases go by; at the end, those that nobody asked for."""

    def __init__(self, raw: RawLog, findings: Findings) -> None:
        self._raw, self._findings = raw, findings
        self._met = 0

    def passing(self, groups: Iterable[list[tuple[Folded, Made]]]) -> Iterator[tuple[Folded, Made]]:
        """Yield the cases of these groups, after the rows of their decisions were compared."""
        for group in groups:
            due = [str(decision) for _, made in group for (decision,) in made.of(DECISIONS)]
            found = {key_of(DECISIONS, row): row for row in self._rows(due)}
            self._met += len(found)
            for _, made in group:
                there = {key: found[key] for key in made.of(DECISIONS) if key in found}
                if made.sound:
                    check_table(self._findings, DECISIONS, made, there)
            yield from group

    def end(self) -> None:
        """Find the rows that were not among those."""
        if self._raw.count(DECISIONS) == self._met:
            return
        for rows in grouped(self._raw.rows(DECISIONS), GROUP):
            cases = sorted({str(row["case_id"]) for row in rows})
            made = {one.owner: one for _, one in some_cases(self._raw, cases)}
            for row in rows:
                self._unasked(made[str(row["case_id"])], key_of(DECISIONS, row))

    def _rows(self, decisions: list[str]) -> Iterator[Row]:
        for some in grouped(decisions):
            yield from self._raw.rows_among(DECISIONS, "decision", some)

    def _unasked(self, case: Made, key: Key) -> None:
        if case.sound and key not in case.of(DECISIONS):
            detail = "a row too many: its case would have to have this decision"
            self._findings.add(DECISIONS.name, "decision", case.position, detail, shown(key[0]))
