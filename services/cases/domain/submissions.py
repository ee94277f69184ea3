"""What the parties give: explanations, evidence, a waiver, and the complaint taken back (S4, S9, S10).

Both may speak until the decision, also while something is proposed, and give evidence again while an appeal goes on;
what is late is marked, never turned away.
"""

from datetime import datetime
from typing import Final

from services.cases.domain import errors
from services.cases.domain.commands import SubmitDefence, SubmitEvidence, WaiveWindow, WithdrawComplaint
from services.cases.domain.events import (
    CaseEvent,
    ComplaintWithdrawn,
    DefenceSubmitted,
    EvidenceSubmitted,
    EvidenceWindowWaived,
    Timeliness,
)
from services.cases.domain.evidence_kinds import refused_announcement, refused_content
from services.cases.domain.file import CaseFile
from services.cases.domain.state import Undecided
from shared.kit.decider import Refusal

MAX_STATEMENTS: Final = 10
MAX_PIECES: Final = 50  # per party


def submit_defence(state: Undecided, command: SubmitDefence) -> list[CaseEvent] | Refusal:
    """Return the explanation, or why no more can be given.

    It may come before the notice does. A respondent may add to it; the last claim made is the one that counts.
    """
    if len(state.file.defences) >= MAX_STATEMENTS:
        return errors.too_many_statements(MAX_STATEMENTS)
    at = state.file.instant(command.at)
    timeliness = _timeliness(at, state.file.window_end("respondent"))
    return [DefenceSubmitted(command.claim, at, timeliness, command.statement_digest)]


def submit_evidence(file: CaseFile, command: SubmitEvidence) -> list[CaseEvent] | Refusal:
    """Return the piece, marked in time or late by its receipt, or why it cannot be taken."""
    refusal = refused_announcement(command.kind, command.media_type, command.size_bytes) or refused_content(
        command.media_type, command.sniffed_type
    )
    if refusal is not None:
        return refusal
    if file.piece(command.evidence_id) is not None:
        return errors.evidence_id_taken(command.evidence_id)
    if sum(piece.submitted.party == command.party for piece in file.evidence) >= MAX_PIECES:
        return errors.too_many_pieces(command.party, MAX_PIECES)
    at = file.instant(command.at)
    return [
        EvidenceSubmitted(
            evidence_id=command.evidence_id,
            party=command.party,
            kind=command.kind,
            media_type=command.media_type,
            size_bytes=command.size_bytes,
            content_digest=command.content_digest,
            received_at=at,
            timeliness=_timeliness(at, file.window_end(command.party)),
        )
    ]


def _timeliness(at: datetime, end: datetime | None) -> Timeliness:
    return "in_time" if end is None or at < end else "late"


def waive_window(state: Undecided, command: WaiveWindow) -> list[CaseEvent] | Refusal:
    """Return the waiver, or when the window closed. It may come before the notice: the time is the respondent's."""
    end, at = state.file.window_end("respondent"), state.file.instant(command.at)
    if end is not None and (state.file.waived_at is not None or end <= at):
        return errors.window_closed(end)
    return [EvidenceWindowWaived(at)]


def withdraw_complaint(file: CaseFile, command: WithdrawComplaint) -> list[CaseEvent]:
    """Return the withdrawal. It is possible while something is proposed: nothing is decided yet."""
    return [ComplaintWithdrawn(file.instant(command.at))]
