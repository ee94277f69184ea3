"""What became of each entry of an account: who reversed, regraded or stayed it, looked up once per history."""

from services.ledger.domain.events import (
    OrdinaryViolationRecorded,
    SanctionsStayed,
    SevereViolationRecorded,
    StayLifted,
    ViolationReversed,
)
from services.ledger.history import History


class Links:
    """Event ids by entry, in the other direction than the facts name them. `stays` are in order of position."""

    def __init__(self, history: History) -> None:
        self.reversed_by: dict[str, str] = {}
        self.regraded_to: dict[str, str] = {}
        self.stays: dict[str, list[str]] = {}
        self.lifted_by: dict[str, str] = {}  # stay → lift
        self.lifts: dict[str, str] = {}  # lift → stay
        for told in history.events:
            match told.event:
                case ViolationReversed(reversal=reversal):
                    self.reversed_by[reversal.entry] = reversal.id
                case OrdinaryViolationRecorded(entry=entry) | SevereViolationRecorded(entry=entry):
                    if entry.regrades is not None:
                        self.regraded_to[entry.regrades] = entry.id
                case SanctionsStayed(stay=stay):
                    self.stays.setdefault(stay.entry, []).append(stay.id)
                case StayLifted(lift=lift):
                    stayed_by = self.stays[lift.entry][-1]
                    self.lifted_by[stayed_by], self.lifts[lift.id] = lift.id, stayed_by
                case _:
                    continue
