"""What a recall would change, told before anybody decides on it: selected here, computed by the ledger, not written.

Accounts are asked about in order of their ids, a page at a time; each page selects anew, so that it is true when shown.
What the supervisor who asks may not revoke is named with the reason, and the ledger is not asked about it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from services.cases.casefile import load
from services.cases.domain.officers import refused_officer
from services.cases.domain.recall import errors
from services.cases.domain.recall.decider import MAX_DECISIONS
from services.cases.domain.recall.events import Criteria
from services.cases.domain.state import Unfiled
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

NONE_LEFT: Final = Problem(
    403, "none_revocable", "A decision of the account would have to be one that the supervisor may revoke."
)


def dry_run(
    log: EventLog, ledger: LedgerClient, criteria: Criteria, supervisor: str, after: str | None, limit: int
) -> tuple[DryRun, str | None]:
    """Return what this supervisor's recall would change for at most `limit` accounts, and the last of them if more are.

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
    page = {
        seller: [_named(log, row, supervisor) for row in its_rows] for seller, its_rows in _page(accounts, after, limit)
    }
    last = max(page, default=None)
    names = {str(row[name]) for row in rows for name in ("decision", "counts")}
    shown = DryRun(
        as_of=as_of,
        selected=len(rows),
        unmatched=[one for one in criteria.decisions if one not in names],
        sellers=len(accounts),
        previews=list(_previews(ledger, page, as_of)),
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


def _previews(
    ledger: LedgerClient, page: Mapping[str, Sequence[DecisionNamed]], min_position: int
) -> Iterator[SellerPreview]:
    revocable = {seller: [one.entry for one in named if one.refusal is None] for seller, named in page.items()}
    asked = {seller: entries for seller, entries in revocable.items() if 0 < len(entries) <= MAX_ENTRIES}
    told = ledger.preview(asked, min_position).reversals if asked else []
    previewed = {one.seller: one for one in told}
    for seller, named in page.items():
        problem = TOO_MANY if revocable[seller] else NONE_LEFT
        preview = previewed.get(seller) or _unasked(seller, problem)
        yield SellerPreview(decisions=list(named), **dict(preview))


def _named(log: EventLog, row: Row, supervisor: str) -> DecisionNamed:
    decision, case_id, entry = (str(row[name]) for name in ("decision", "case_id", "counts"))
    state = load(log, case_id).state
    refusal = None if isinstance(state, Unfiled) else refused_officer(state.file, supervisor)
    return DecisionNamed(
        decision=decision, case_id=case_id, entry=entry, refusal=None if refusal is None else refusal.code
    )


def _unasked(seller: str, problem: Problem) -> ReversalsPreviewed:
    """An account that the ledger was not asked about."""
    withheld = Withheld.model_validate_json(bytes(problem.response().body))
    return ReversalsPreviewed.model_validate({"seller": seller, "problem": withheld})
