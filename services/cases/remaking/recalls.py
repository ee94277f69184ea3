"""Rows of recalls and of their decisions, made again from the recall's own facts and the revocations that name it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from services.cases.decisiontables import RECALL_ITEMS, RECALLS
from services.cases.domain.events import DecisionRevoked
from services.cases.domain.recall.events import RecallCompleted, RecallFact, RecallPassedOver, Selected
from services.cases.publication import case_stream
from services.cases.publication import from_stored as case_fact
from services.cases.recallfile import LoadedRecall
from services.cases.recallpublication import from_stored, recall_stream
from services.cases.recallrow import completed_rows, recall_rows, settled_rows
from services.cases.remaking.made import UNREADABLE, Made, Rows
from services.cases.remaking.streams import GROUP, names
from shared.kit.decider import Recorded, recorded_as
from shared.kit.verifying.merging import grouped
from shared.kit.verifying.raw import RawEvent, RawLog, stored

Settling: TypeAlias = tuple[str, Recorded[DecisionRevoked | RecallPassedOver]]
"""What settled the decision of a case."""


def every_recall(raw: RawLog) -> Iterator[Made]:
    """Yield all recalls, one in memory at a time, in order of their ids (sorted by bytes)."""
    for recall_id, _ in names(raw, recall_stream("")):
        events = [*raw.of_streams([recall_stream(recall_id)])]
        try:
            yield _made(raw, recall_id, events)
        except UNREADABLE:
            yield Made(recall_id, events[-1].position, sound=False)


def _made(raw: RawLog, recall_id: str, events: Sequence[RawEvent]) -> Made:
    facts = [from_stored(stored(event)) for event in events]
    answered = [fact for fact in facts if not isinstance(fact.event, RecallPassedOver | RecallCompleted)]
    before, rows = LoadedRecall(recall_id), Rows()
    after = before.after(answered)
    rows.change(recall_rows(before, after))
    selected = after.state.selected if after.state is not None else ()
    _settle(rows, recall_id, [*_left(facts), *_revocations(raw, recall_id, selected)])
    _complete(rows, recall_id, facts)
    return Made(recall_id, max(event.position for event in events), rows.by_table)


def _settle(rows: Rows, recall_id: str, facts: Iterable[Settling]) -> None:
    items = {item["case_id"]: item for item in rows.by_table.get(RECALL_ITEMS.name, {}).values()}
    for case_id, fact in sorted(facts, key=lambda one: one[1].position):
        recall = rows.by_table[RECALLS.name][(recall_id,)]
        rows.change(settled_rows(recall, items[case_id], fact))


def _complete(rows: Rows, recall_id: str, facts: Iterable[Recorded[RecallFact]]) -> None:
    for fact in facts:
        if isinstance(fact.event, RecallCompleted):
            rows.change(completed_rows(rows.by_table[RECALLS.name][(recall_id,)], recorded_as(fact.event, fact)))


def _left(facts: Iterable[Recorded[RecallFact]]) -> Iterator[Settling]:
    for fact in facts:
        if isinstance(fact.event, RecallPassedOver):
            yield fact.event.case_id, recorded_as(fact.event, fact)


def _revocations(raw: RawLog, recall_id: str, selected: Sequence[Selected]) -> Iterator[Settling]:
    """Yield the revocations of this recall, of each case at most one."""
    for some in grouped(sorted({one.case_id for one in selected}), GROUP):
        owners = {case_stream(case_id): case_id for case_id in some}
        for event in raw.of_streams(list(owners)):
            fact = case_fact(stored(event))
            if isinstance(fact.event, DecisionRevoked) and fact.event.recall == recall_id:
                yield owners[event.stream], recorded_as(fact.event, fact)
