"""Mergers, refusals, rulings on late evidence, and other cases of the matter, as a reader may see them."""

from collections.abc import Sequence

from services.cases.domain.events import LateEvidenceAdmitted
from services.cases.domain.file import CaseFile, Piece
from services.cases.domain.matters import Related, judged, overlapping
from services.cases.domain.merging import refused_merger
from services.cases.domain.state import Filed, Merged, Refused
from services.cases.endshapes import DuplicateView, MergerView, RefusalView, RulingView
from services.cases.reader import Eyes


def ruling_view(piece: Piece, eyes: Eyes) -> RulingView | None:
    """Return the last ruling on a late piece that the reader may see, None without one."""
    ruling = piece.ruling
    if ruling is None:
        return None
    return RulingView(
        ruling="admitted" if isinstance(ruling, LateEvidenceAdmitted) else "excluded",
        officer=ruling.officer if eyes.staff else None,
        reason=eyes.text(ruling.reason_digest),
    )


def merger_view(state: Filed, eyes: Eyes) -> MergerView | None:
    """Return where a merged case goes on, None for any other."""
    if not isinstance(state, Merged):
        return None
    merged = state.merged.event
    return MergerView(
        into=merged.into,
        recorded_at=state.merged.recorded_at,
        officer=merged.officer if eyes.staff else None,
        reason=eyes.text(merged.reason_digest),
    )


def refusal_view(state: Filed, eyes: Eyes) -> RefusalView | None:
    """Return why a refused case was not taken up, None for any other."""
    if not isinstance(state, Refused):
        return None
    refused = state.refused.event
    return RefusalView(
        code=refused.code,
        referral=refused.referral,
        recorded_at=state.refused.recorded_at,
        officer=refused.officer if eyes.staff else None,
        reason=eyes.text(refused.reason_digest),
    )


def duplicates(file: CaseFile, related: Sequence[Related]) -> list[DuplicateView]:
    """Return the other cases that share an incident with this one now, by case id: which is by time of filing."""
    return [
        DuplicateView(
            case_id=other.case_id,
            named_at_filing=other.case_id in file.filed.overlaps,
            goes_on=refused_merger(judged(file.filed.incidents, related), other) is None,
            penalty=other.penalty,
        )
        for other in overlapping(file.filed.incidents, related)
    ]
