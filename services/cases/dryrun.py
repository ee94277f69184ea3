"""What a recall would change, told before anybody decides on it: selected here, computed by the ledger, not written.

Accounts are asked about in order of their ids, a page at a time; each page selects anew, so that it is true when shown.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from services.cases.domain.recall import errors
from services.cases.domain.recall.decider import MAX_DECISIONS
from services.cases.domain.recall.events import Criteria
from services.cases.ledgerclient import MAX_ENTRIES, LedgerClient
from services.cases.recallshapes import DecisionNamed, DryRun, SellerPreview
from services.cases.refusals import Refused
from services.cases.selection import select_counting
from shared.contracts.preview import ReversalsPreviewed
from shared.contracts.withheld import Withheld
from shared.kit.log.model import EventLog
from shared.kit.log.rows import Row
from shared.kit.problem import Problem

TOO_MANY: Final = Problem(
    422, "too_many_entries", f"The account would have to have at most {MAX_ENTRIES} entries among those selected."
)


def dry_run(
    log: EventLog, ledger: LedgerClient, criteria: Criteria, after: str | None, limit: int
) -> tuple[DryRun, str | None]:
    """Return what the criteria select and would change for at most `limit` accounts, and the last of them if more are.

    Raises:
        Refused: `criteria_missing`, `recall_too_large`, `ledger_unavailable`.
        LogUnavailable: see there.
    """
    if criteria.none:
        raise Refused(errors.criteria_missing())
    rows = select_counting(log, criteria)
    as_of = log.head().position  # read after the rows, so that the ledger knows of all of them
    if len(rows) > MAX_DECISIONS:
        raise Refused(errors.recall_too_large(MAX_DECISIONS))
    accounts: dict[str, list[Row]] = {}
    for row in rows:
        accounts.setdefault(str(row["respondent"]), []).append(row)
    page = dict(_page(accounts, after, limit))
    last = max(page, default=None)
    shown = DryRun(
        as_of=as_of, selected=len(rows), sellers=len(accounts), previews=list(_previews(ledger, page, as_of))
    )
    return shown, last if last is not None and any(seller > last for seller in accounts) else None


def _page(accounts: Mapping[str, Sequence[Row]], after: str | None, limit: int) -> Iterator[tuple[str, Sequence[Row]]]:
    """The accounts of one page: as many as asked for, and as fit into one question to the ledger, at least one."""
    entries = 0
    for nth, seller in enumerate(sorted(seller for seller in accounts if after is None or seller > after)):
        entries += len(accounts[seller])
        if nth == limit or (nth > 0 and entries > MAX_ENTRIES):
            return
        yield seller, accounts[seller]


def _previews(ledger: LedgerClient, page: Mapping[str, Sequence[Row]], min_position: int) -> Iterator[SellerPreview]:
    asked = {seller: [str(row["counts"]) for row in rows] for seller, rows in page.items() if len(rows) <= MAX_ENTRIES}
    told = ledger.preview(asked, min_position).reversals if asked else []
    previewed = {one.seller: one for one in told}
    for seller, rows in page.items():
        named = [_named(row) for row in rows]
        preview = previewed.get(seller) or _unasked(seller)
        yield SellerPreview(decisions=named, **dict(preview))


def _named(row: Row) -> DecisionNamed:
    return DecisionNamed(decision=str(row["decision"]), case_id=str(row["case_id"]), entry=str(row["counts"]))


def _unasked(seller: str) -> ReversalsPreviewed:
    """An account with more entries than one question to the ledger holds."""
    problem = Withheld.model_validate_json(bytes(TOO_MANY.response().body))
    return ReversalsPreviewed.model_validate({"seller": seller, "problem": problem})
