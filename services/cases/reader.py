"""Who reads a case: staff, or one of its sides. Says which texts and pieces they may see."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from services.cases.domain.case import CaseState, state_name
from services.cases.domain.events import Party
from services.cases.domain.state import OverrideProposed, SevereProposed

Reader: TypeAlias = Literal["staff", "complainant", "respondent"]


def state_for(state: CaseState, now: datetime, *, staff: bool) -> str:
    """Return the state's public name at `now`; the parties are told of decisions, never of proposals."""
    if isinstance(state, SevereProposed | OverrideProposed) and not staff:
        return "under_review"
    return state_name(state, now)


@dataclass(frozen=True, slots=True)
class Eyes:
    """What a reader may see of a case, with the texts that the vault holds of it, by digest."""

    reader: Reader
    texts: dict[str, str]

    @property
    def staff(self) -> bool:
        """Whether the reader works on cases."""
        return self.reader == "staff"

    def sees(self, owner: Party) -> bool:
        """Return whether the reader may see what this side has put into the case."""
        return self.reader in ("staff", owner)

    def text(self, digest: str, owner: Party | None = None) -> str | None:
        """Return the text of this digest where the reader may see its owner's (None: staff's own), else None."""
        allowed = self.staff if owner is None else self.sees(owner)
        return self.texts.get(digest) if allowed else None
