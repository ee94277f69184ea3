"""The refusals of erasure, and of everything after it."""

from datetime import datetime

from services.cases.domain.errors.wording import instant
from shared.kit.decider import Refusal


def legal_hold(reason: str, until: datetime | None) -> Refusal:
    """The data is held; `possible_from` is when it may go, None while that depends on something still to happen."""
    possible_from = None if until is None else instant(until)
    detail = "Legal hold would have to be over."
    return Refusal("legal_hold", detail, {"reason": reason, "possible_from": possible_from})


def personal_data_erased(held_until: datetime) -> Refusal:
    """The case is closed for good: what would be said in it could not be kept."""
    return Refusal(
        "personal_data_erased",
        "The personal data of the case would have to be there still.",
        {"held_until": instant(held_until)},
    )
