"""What a decision needs of the world beside the case: rulebook, published calendars, the cases of its matter."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from services.cases.domain import errors
from services.cases.domain.events import ComplaintFiled, Incident, Trade
from services.cases.domain.matters import Related
from shared.kit.decider import Refusal
from shared.rulebook.model import Calendars, RulebookVersion, Timeline

RETENTION: Final = timedelta(days=3 * 365)  # for how long records of a trade are kept at the least


@dataclass(frozen=True, slots=True)
class World:
    """The versioned data in force: handed in, so that the same command on the same world gives the same facts.

    `retention` is for how long personal data is kept after a case has ended; `merges_repeats` says whether a complaint
    that came in twice is merged when it is filed, rather than by an officer. `related` are the other cases of the same
    complainant, seller account and trade, by case id.
    """

    timeline: Timeline
    calendars: Calendars
    retention: timedelta = RETENTION
    merges_repeats: bool = False
    related: tuple[Related, ...] = ()

    def among(self, related: Sequence[Related]) -> "World":
        """Return the world as it is for a case with these related ones."""
        return replace(self, related=tuple(related))

    def pinned(self, filed: ComplaintFiled) -> RulebookVersion | Refusal:
        """Return the version that the complaint is pinned to, or a refusal where this world lacks exactly that one."""
        version = self.timeline.named(filed.rulebook.id)
        if version is None or version.ref != filed.rulebook:
            return errors.rulebook_unavailable(filed.rulebook.id, filed.rulebook.digest)
        return version

    def applicable(self, trade: Trade, incidents: tuple[Incident, ...]) -> RulebookVersion | Refusal:
        """Return the version that applies to this conduct; `incidents` is not empty.

        The version in force at the last incident says what counts. Where that is the payment of the order, the
        version in force at the payment applies: trades paid before a change keep the rules they were made under.
        """
        conduct_at = max(incident.until or incident.at for incident in incidents)
        version = self.timeline.at(conduct_at)
        if version is None:
            return errors.no_rulebook(conduct_at)
        if version.basis == "conduct_at":
            return version
        if trade.order_paid_at is None:
            return errors.order_paid_at_needed(version.id)
        return self.timeline.at(trade.order_paid_at) or errors.no_rulebook(trade.order_paid_at)
