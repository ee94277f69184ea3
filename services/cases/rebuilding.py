"""Makes the read models anew from the log: every row that is a function of it, and of the others what still holds.

Those are announcements, which lapse within a day; erasures, all of which are finished once more at the next start,
for what is left of one no event tells; and the calendars counted with, which the next start compares again.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from services.cases.decisiontables import DECISIONS, RECALL_ITEMS, RECALLS
from services.cases.erased import is_erased
from services.cases.remaking.cases import Folded, every_case
from services.cases.remaking.made import Made
from services.cases.remaking.pasts import every_past
from services.cases.remaking.recalls import every_recall
from services.cases.tables import ANNOUNCEMENTS, CASES, ERASING, IMPORTED, INCIDENTS, PENDING, TABLES
from services.cases.verifyingcases import refuted
from shared.kit.log.rows import Row
from shared.kit.remaking import Remaking


class CannotRebuild(Exception):
    """Events of the log cannot be folded; the message names whose. Nothing was changed."""


class Rebuilt(NamedTuple):
    """How many cases, recalls and sellers with an imported past have their rows now."""

    cases: int
    recalls: int
    pasts: int


def rebuild(store: Remaking) -> Rebuilt:
    """Replace every row; return what there is now.

    Raises:
        CannotRebuild: see there.
        StoreUnavailable: see `Remaking.empty`.
    """
    announced = _announced(store)
    for table in TABLES:
        store.empty(table)
    cases = 0
    for group in every_case(store.raw):
        made = list(_sound(one for _, one in group))
        for table in (CASES, INCIDENTS, PENDING, DECISIONS):
            store.put(table, (row for one in made for row in one.of(table).values()))
        store.put(ERASING, ({"case_id": one.case_id} for one, _ in group if is_erased(one.state)))
        store.put(ANNOUNCEMENTS, (row for one, _ in group for row in _holding(one, announced)))
        cases += len(made)
    recalls = pasts = 0
    for recall in _sound(every_recall(store.raw)):
        recalls += store.put(RECALLS, recall.of(RECALLS).values())
        store.put(RECALL_ITEMS, recall.of(RECALL_ITEMS).values())
    for past in _sound(every_past(store.raw)):
        pasts += store.put(IMPORTED, past.of(IMPORTED).values())
    return Rebuilt(cases, recalls, pasts)


def _announced(store: Remaking) -> dict[str, list[Row]]:
    """Return the announcements that are there, by case: those of a day. Of another shape, there are none."""
    found = defaultdict[str, list[Row]](list)
    for row in store.raw.rows(ANNOUNCEMENTS) if store.fits(ANNOUNCEMENTS) else ():
        found[str(row["case_id"])].append(row)
    return found


def _holding(case: Folded, announced: dict[str, list[Row]]) -> list[Row]:
    return [row for row in announced.get(case.case_id, []) if refuted(case, row) is None]


def _sound(every: Iterable[Made]) -> Iterator[Made]:
    for one in every:
        if not one.sound or one.doubtful:
            raise CannotRebuild(
                f"the events of {one.owner} or of the case that judges it would have to be readable: "
                "`verify` says at which position one was changed"
            )
        yield one
