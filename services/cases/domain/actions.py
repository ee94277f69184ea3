"""What each role may do next in a case, as the case answers it: as far as state and clock say, whoever it is.

What the content decides (a ground's condition, a recused officer) is left to the check-list and to the refusal.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias

from services.cases.domain.actions_afterwards import of_decided
from services.cases.domain.events import Party
from services.cases.domain.file import CaseFile
from services.cases.domain.findings import has_verified
from services.cases.domain.state import (
    CaseState,
    Merged,
    Open,
    OverrideProposed,
    Refused,
    SevereProposed,
    Undecided,
    Unfiled,
    Withdrawn,
)
from services.cases.domain.submissions import MAX_PIECES, MAX_STATEMENTS

Actions: TypeAlias = Mapping[str, tuple[str, ...]]


def next_actions(state: CaseState, now: datetime, *, contestable: bool = False) -> Actions:
    """Return the actions by role; a role with nothing to do is absent.

    Roles: complainant, intake, respondent, system, officer (any), proposer, second_officer (not the proposer),
    reviewer (who took no part), supervisor, second_supervisor (not the one who proposed), administrator.
    `contestable` says whether the case's rulebook lets a dismissal be contested.
    """
    match state:
        case Unfiled():
            return {"complainant": ("file_complaint",), "intake": ("file_complaint",)}
        case Open() | SevereProposed() | OverrideProposed():
            return _some(_undecided(state, now))
        case Withdrawn() | Merged() | Refused():
            return _some({"administrator": () if state.file.erased else ("erase_data",)})
        case _:
            return _some(of_decided(state, now, contestable=contestable))


def _some(actions: Actions) -> Actions:
    return {role: may for role, may in actions.items() if may}


def _undecided(state: Undecided, now: datetime) -> Actions:
    file = state.file
    notice = () if file.notified is not None else ("notify_respondent",)
    actions = {
        "complainant": (*_evidence(file, "complainant"), "withdraw_complaint"),
        "respondent": _respondent(file, now),
        "system": notice,
        "officer": (*notice, *_handling(file), *(_open(file, now) if isinstance(state, Open) else ())),
        "supervisor": ("extend_deadline",),
    }
    if not isinstance(state, Open):
        actions["proposer"] = ("withdraw_proposal",)
        actions["second_officer"] = (("confirm",) if _upholdable(file, now) else ()) + ("decline",)
    return actions


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
    late = any(piece.submitted.timeliness == "late" for piece in file.evidence)
    return (
        "start_handling",
        "recuse",
        *(("assess_evidence",) if file.evidence else ()),
        *(("rule_on_late_evidence",) if late else ()),
    )


def _open(file: CaseFile, now: datetime) -> tuple[str, ...]:
    refusing = () if file.first_handled_at is not None else ("refuse_complaint",)
    upholding = ("uphold_ordinary", "propose_severe", "propose_override") if _upholdable(file, now) else ()
    return ("merge_complaint", *refusing, "dismiss", *upholding)


def _upholdable(file: CaseFile, now: datetime) -> bool:
    return file.respondent_heard(now) and has_verified(file)
