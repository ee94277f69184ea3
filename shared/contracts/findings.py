"""What the cases log says of how a decision came about: the `data` of filings and decisions, as a simulation reads it.

None of it moves points by itself. Unknown fields are ignored. `correlationid` of the envelope is the case, `id` the
decision's name, `subject` the seller account, `recordedtime` when it was decided.
"""

from datetime import datetime
from typing import Final

import msgspec

from shared.contracts.decisions import PinnedRef

FILED: Final = "demerit.cases.complaint_filed.v1"
DISMISSED: Final = "demerit.cases.complaint_dismissed.v1"
OVERTURNED: Final = "demerit.cases.dismissal_overturned.v1"


class Trade(msgspec.Struct, frozen=True):
    """The trade complained of; `order_paid_at` decides the rulebook version where that one says so."""

    order_paid_at: datetime | None = None


class Incident(msgspec.Struct, frozen=True):
    """One contact or run of contacts, from `at` to `until` (None: a moment)."""

    at: datetime
    until: datetime | None = None


class ComplaintFiled(msgspec.Struct, frozen=True):
    """`complaint_filed`: which version speaks follows from its last incident, or from when the order was paid."""

    trade: Trade
    incidents: tuple[Incident, ...]


class Findings(msgspec.Struct, frozen=True):
    """What the officer held to be true. None: no verified evidence speaks of it, and that is not verified."""

    frequent_contact: bool | None
    number_attributable: bool | None
    factors: tuple[str, ...]
    certificate_covers: bool


class DecisionFound(msgspec.Struct, frozen=True):
    """`ordinary_violation_upheld` and `severe_violation_upheld`: what it rests on, if that is told; the second officer.

    An ordinary violation has one where it was an override: the exception beside the check-list.
    """

    findings: Findings | None = None
    confirmed_by: str | None = None


class ComplaintDismissed(msgspec.Struct, frozen=True):
    """`complaint_dismissed`: not upheld, on these findings, under this version."""

    ground: str
    findings: Findings
    rulebook: PinnedRef


class DismissalOverturned(msgspec.Struct, frozen=True):
    """`dismissal_overturned`: the dismissal of this event id counts no longer; the case is decided anew."""

    decision: str
