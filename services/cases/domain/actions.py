"""What each role may do next in a case, as the case answers it: as far as state and clock say, whoever it is.

What the content decides (a ground's condition, a recused officer) is left to the check-list and to the refusal.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias, assert_never

from services.cases.domain.events import Party
from services.cases.domain.findings import has_verified
from services.cases.domain.state import (
    CaseFile,
    CaseState,
    Dismissed,
    Open,
    OverrideProposed,
    SevereProposed,
    Undecided,
    Unfiled,
    Upheld,
    Withdrawn,
)
from services.cases.domain.submissions import MAX_PIECES, MAX_STATEMENTS

Actions: TypeAlias = Mapping[str, tuple[str, ...]]


def next_actions(state: CaseState, now: datetime) -> Actions:
    """Return the actions by role; a role with nothing to do is absent.

    Roles: complainant, intake, respondent, system, officer (any), proposer, second_officer (not the proposer).
    """
    match state:
        case Unfiled():
            return {"complainant": ("file_complaint",), "intake": ("file_complaint",)}
        case Open() | SevereProposed() | OverrideProposed():
            return _undecided(state, now)
        case Upheld() | Dismissed():
            return {} if state.notified is not None else {"system": ("notify_decision",)}
        case Withdrawn():
            return {}
        case _:
            assert_never(state)


def _undecided(state: Undecided, now: datetime) -> Actions:
    file = state.file
    notice = () if file.notified is not None else ("notify_respondent",)
    actions = {
        "complainant": (*_evidence(file, "complainant"), "withdraw_complaint"),
        "respondent": _respondent(file, now),
        "system": notice,
        "officer": (*notice, *_handling(file), *(_rulings(file, now) if isinstance(state, Open) else ())),
    }
    if not isinstance(state, Open):
        actions["proposer"] = ("withdraw_proposal",)
        actions["second_officer"] = (("confirm",) if _upholdable(file, now) else ()) + ("decline",)
    return {role: may for role, may in actions.items() if may}


def _evidence(file: CaseFile, party: Party) -> tuple[str, ...]:
    given = sum(piece.submitted.party == party for piece in file.evidence)
    return ("submit_evidence",) if given < MAX_PIECES else ()


def _respondent(file: CaseFile, now: datetime) -> tuple[str, ...]:
    end = file.window_end("respondent")
    closed = file.waived_at is not None or (end is not None and end <= now)
    return (
        *(("submit_defence",) if len(file.defences) < MAX_STATEMENTS else ()),
        *_evidence(file, "respondent"),
        *(() if closed else ("waive_window",)),
    )


def _handling(file: CaseFile) -> tuple[str, ...]:
    return ("start_handling", "recuse", *(("assess_evidence",) if file.evidence else ()))


def _rulings(file: CaseFile, now: datetime) -> tuple[str, ...]:
    upholding = ("uphold_ordinary", "propose_severe", "propose_override") if _upholdable(file, now) else ()
    return ("dismiss", *upholding)


def _upholdable(file: CaseFile, now: datetime) -> bool:
    return file.respondent_heard(now) and has_verified(file)
