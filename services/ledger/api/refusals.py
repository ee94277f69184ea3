"""The problem table: each refusal's HTTP status, and when to ask again."""

from collections.abc import Mapping
from typing import Final

from shared.kit.decider import Refusal
from shared.kit.problem import Problem

STATUS: Final[Mapping[str, int]] = {
    "account_not_quarantined": 409,
    "bundle_too_large": 409,
    "bundles_busy": 503,
    "cursor_invalid": 422,
    "period_empty": 422,
    "rebuild_under_way": 409,
    "position_not_folded": 503,
    "release_refused": 409,
    "released_meanwhile": 409,
    "rulebook_unknown": 404,
    "rulebook_unsound": 422,
    "seller_quarantined": 503,
    "seller_unknown": 404,
    "simulation_not_complete": 409,
    "simulation_unknown": 404,
    "simulations_busy": 503,
    "suppose_or_dates": 422,
    "too_many_entries": 422,
    "too_many_steps": 409,
    "unknown_rulebook": 409,
    "version_unknown": 422,
    "waiting_damaged": 409,
}
RETRY_AFTER_S: Final[Mapping[str, int]] = {
    "bundles_busy": 1,
    "position_not_folded": 1,
    "seller_quarantined": 60,
    "simulations_busy": 30,
}


def problem(refusal: Refusal) -> Problem:
    """Return the answer to a refusal."""
    retry = RETRY_AFTER_S.get(refusal.code)
    return Problem(
        STATUS[refusal.code],
        refusal.code,
        f"{refusal.detail[0].upper()}{refusal.detail[1:]}.",
        facts=refusal.facts,
        headers={} if retry is None else {"Retry-After": str(retry)},
    )
