"""What a crash can leave beside the log is taken away, at the start and daily: nothing outlives what cites it."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from services.cases.casefile import load
from services.cases.decisiontables import RECALLS
from services.cases.domain.state import Unfiled
from services.cases.erased import is_erased
from services.cases.evidence import EvidenceStore
from services.cases.tables import CASES
from services.cases.vault import Vault
from shared.kit.log.instant import to_us
from shared.kit.log.model import EventLog

LEFT_FOR: Final = timedelta(hours=24)  # what is younger may belong to a request under way
EVERY: Final = timedelta(hours=24)


def sweep(log: EventLog, vault: Vault, evidence: EvidenceStore, now: datetime) -> int:
    """Remove uploads, contents and keys older than `LEFT_FOR` that no case or recall cites; return how many went.

    Raises:
        LogUnavailable, VaultUnavailable, UnknownEvent: see there; what was removed before stays removed.
    """
    before = now - LEFT_FOR

    @lru_cache(maxsize=1)  # contents are looked at case by case
    def cited_in(case_id: str) -> frozenset[str]:
        state = load(log, case_id).state
        if isinstance(state, Unfiled) or is_erased(state):
            return frozenset()
        return frozenset(piece.submitted.evidence_id for piece in state.file.evidence)

    swept = evidence.sweep(before.timestamp(), lambda case_id, evidence_id: evidence_id in cited_in(case_id))
    never_filed = [case for case in vault.cases_made_before(to_us(before)) if _unknown(log, case)]
    for case_id in never_filed:
        vault.forget(case_id)
    if never_filed:
        vault.scrub()
    return swept + len(never_filed)


def _unknown(log: EventLog, name: str) -> bool:
    """Whether a key of the vault is neither of a case nor of a recall."""
    return log.get(CASES, name) is None and log.get(RECALLS, name) is None
