"""What the cases log says that moves points or sanctions: the `data` of its decision events, as followers read it.

Unknown fields are ignored. `time` of the envelope is the effective instant, `subject` the seller account,
`id` the decision's name, `correlationid` the case. A stay and its lifting count from their recorded time.
"""

from datetime import datetime
from typing import Final

import msgspec

ORDINARY_UPHELD: Final = "demerit.cases.ordinary_violation_upheld.v1"
SEVERE_UPHELD: Final = "demerit.cases.severe_violation_upheld.v1"
REVERSED: Final = "demerit.cases.decision_reversed.v1"
REGRADED: Final = "demerit.cases.decision_regraded.v1"
REVOKED: Final = "demerit.cases.decision_revoked.v1"
SANCTION_STAYED: Final = "demerit.cases.sanction_stayed.v1"
STAY_LIFTED: Final = "demerit.cases.stay_lifted.v1"
PAST_PENALTY_IMPORTED: Final = "demerit.cases.past_penalty_imported.v1"


class PinnedRef(msgspec.Struct, frozen=True):
    """Id and SHA-256 digest of a rulebook version or a calendar year."""

    id: str
    digest: str


class DirectSanction(msgspec.Struct, frozen=True):
    """A sanction of the grade itself: `hours` from the effective instant, beside both ladders."""

    hours: int
    measures: tuple[str, ...]


class ViolationUpheld(msgspec.Struct, frozen=True):
    """`ordinary_violation_upheld` and `severe_violation_upheld`: the type of the event names the track."""

    grade: str
    points: int
    direct: tuple[DirectSanction, ...]
    rulebook: PinnedRef
    calendars: tuple[PinnedRef, ...]


class DecisionReversed(msgspec.Struct, frozen=True):
    """`decision_reversed` and `decision_revoked`: the upholding decision's event id no longer counts."""

    decision: str


class DecisionStayed(msgspec.Struct, frozen=True):
    """`sanction_stayed` and `stay_lifted`: whatever the upholding decision's entry imposes is suspended, or no longer.

    Its points count on.
    """

    decision: str


class DecisionRegraded(msgspec.Struct, frozen=True):
    """`decision_regraded`: the decision is reversed and this, never more, stands in its place from its instant on."""

    decision: str
    track: str
    grade: str
    points: int
    direct: tuple[DirectSanction, ...]
    rulebook: PinnedRef
    calendars: tuple[PinnedRef, ...]


class PastPenaltyImported(msgspec.Struct, frozen=True):
    """`past_penalty_imported`: a penalty of another system counts from `time` of the envelope on.

    `import_id` and `line` say where it stood; what lies before `complete_from` is unknown of the account, not zero.
    """

    import_id: str
    line: int
    reference: str
    track: str
    grade: str
    points: int
    direct: tuple[DirectSanction, ...]
    complete_from: datetime
    rulebook: PinnedRef
