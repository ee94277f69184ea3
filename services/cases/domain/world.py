"""What a decision needs of the world beside the case: the rulebook's timeline and the published calendars."""

from dataclasses import dataclass

from services.cases.domain import errors
from services.cases.domain.events import ComplaintFiled, Incident, Trade
from shared.kit.decider import Refusal
from shared.rulebook.model import Calendars, RulebookVersion, Timeline


@dataclass(frozen=True, slots=True)
class World:
    """The versioned data in force: handed in, so that the same command on the same world gives the same facts."""

    timeline: Timeline
    calendars: Calendars

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
