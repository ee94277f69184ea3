"""The end of a case's personal data. Source: domain rules §7."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PersonalDataErased:
    """The case's key, texts and evidence content are destroyed; legal hold had ended at `held_until`."""

    erased_by: str
    held_until: datetime
