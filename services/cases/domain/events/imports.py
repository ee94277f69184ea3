"""What another system had decided before this one began. Source: domain rules §4 (recorded time), R14."""

from dataclasses import dataclass
from datetime import datetime

from shared.rulebook.model import Ref, Sanction


@dataclass(frozen=True, slots=True)
class PastPenaltyImported:
    """历史处罚导入. A penalty of the past counts from `effective_at` on.

    `import_id` and `line` say where it stood, `reference` what it was called there. `complete_from` is the instant
    from which on the import holds all there was of the account: what lies before is unknown, not zero.
    """

    import_id: str
    line: int
    reference: str
    track: str
    grade: str
    points: int
    direct: tuple[Sanction, ...]
    effective_at: datetime
    complete_from: datetime
    rulebook: Ref
