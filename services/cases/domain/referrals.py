"""Where a dispute that is no harassment belongs (S5, S6): a dismissal on such a ground always says so."""

from collections.abc import Mapping
from typing import Final

REFERRAL_OF: Final[Mapping[str, str]] = {
    "abuse_not_harassment": "civility_report",
    "other_dispute_counterfeit": "counterfeit_report",
    "other_dispute_fake_trade": "fake_trade_report",
    "other_dispute_after_sales": "after_sales_dispute",
}
"""The channel by dismissal ground."""

REFERRALS: Final = tuple(REFERRAL_OF.values())
"""Every channel that a dismissal or a refusal may name."""
