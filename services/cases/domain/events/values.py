"""What facts are made of: trade, incidents, findings, and the codes that stand in them. Instants are UTC."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

Party: TypeAlias = Literal["complainant", "respondent"]
Timeliness: TypeAlias = Literal["in_time", "late"]
Verdict: TypeAlias = Literal["verified", "unverified", "rejected"]
Claim: TypeAlias = Literal["number_not_mine", "no_contact", "contact_justified", "other"]
Subject: TypeAlias = Literal["harassment", "abuse", "counterfeit", "fake_trade", "after_sales"]
DeadlineName: TypeAlias = Literal["first_handling", "resolution", "evidence"]


@dataclass(frozen=True, slots=True)
class Trade:
    """The trade in or after which it happened; `order_paid_at` decides the rulebook where its basis says so."""

    id: str
    order_paid_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    """One alleged contact or run of contacts on a channel, from `at` to `until` (None: a moment), both inclusive."""

    channel: str
    at: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """What the officer has found when deciding (认定): kept with the decision, so that it can be explained for ever.

    `frequent_contact` and `number_attributable` are None where no verified evidence speaks of them.
    `factors` are verified aggravating or grade factors; `certificate_covers` says that an admitted, verified carrier
    certificate covers the alleged times; `claim` is the respondent's, None without a defence.
    """

    found_subject: Subject = "harassment"
    claim: Claim | None = None
    frequent_contact: bool | None = None
    number_attributable: bool | None = None
    factors: tuple[str, ...] = ()
    certificate_covers: bool = False
