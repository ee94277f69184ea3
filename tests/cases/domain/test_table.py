"""The whole decision table: what each command says in each state, by its code, "" where it makes facts.

For each state: the code that every command gets, and the commands that get another one, or are accepted.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from typing import Final, get_args

import pytest

from services.cases.domain.commands import CaseCommand
from services.cases.domain.state import CaseState
from shared.kit.decider import Refusal
from tests.support.cases_afterwards import (
    appeal,
    contest,
    erase,
    lapse,
    lift,
    propose_revocation,
    recall,
    reject,
    resume,
    revoke,
    send_back,
    stay,
    take_revocation_back,
)
from tests.support.cases_states import OTHER, STATES
from tests.support.cases_story import (
    assess,
    confirm,
    defend,
    dismiss,
    extend,
    file,
    hour,
    merge,
    notify,
    override,
    propose,
    recuse,
    refuse,
    rule,
    start,
    submit,
    take_back,
    tell,
    uphold,
    waive,
    withdraw,
)

NOW: Final = 70.0

COMMANDS: Final[Mapping[str, CaseCommand]] = {
    "file": file(),
    "notify": notify(),
    "defend": defend(),
    "submit": submit("e-new"),
    "waive": waive(),
    "withdraw": withdraw(),
    "start": start("officer-3"),
    "recuse": recuse("officer-3"),
    "assess": assess("frequent_contact", "number_attributable", officer="officer-3"),
    "rule": rule("e-late"),
    "extend": extend(),
    "merge": merge(),
    "refuse": refuse(),
    "dismiss": dismiss("evidence_insufficient"),
    "uphold": uphold(),
    "propose": propose(),
    "override": override(),
    "confirm": confirm(),
    "take_back": take_back(),
    "tell": tell(NOW),
    "appeal": appeal(),
    "contest": contest(),
    "return": send_back(),
    "resume": resume(),
    "lapse": lapse(),
    "reject": reject(),
    "stay": stay(),
    "lift": lift(),
    "revoke": propose_revocation(),
    "confirm_revocation": revoke(),
    "withdraw_revocation": take_revocation_back(),
    "recall": recall("event-6"),
    "erase": erase(),
}
RULINGS: Final = ("dismiss", "uphold", "propose", "override")
APPEALS: Final = ("appeal", "contest", "return", "resume", "lapse", "reject", "stay", "lift")
REVOCATIONS: Final = ("revoke", "confirm_revocation", "withdraw_revocation", "recall")
OK: Final = ""


def each(code: str, *names: str) -> dict[str, str]:
    """The same code for several commands."""
    return dict.fromkeys(names, code)


HANDLING: Final = each(OK, "defend", "submit", "withdraw", "start", "recuse", "extend")
COUNTING: Final = {
    "file": "already_filed",
    "tell": "decision_already_notified",
    "revoke": OK,
    **each("nothing_proposed", "confirm_revocation", "withdraw_revocation"),
    "recall": OK,
}
PENDING: Final = {**COUNTING, "submit": OK, **each("appeal_used", "appeal", "contest"), "erase": "legal_hold"}
RETURNED: Final = {
    **PENDING,
    **each("appeal_returned", "return", "reject"),
    "resume": OK,
    "lapse": "appeal_not_lapsed",
    "lift": "not_stayed",
    "stay": OK,
}
HELD: Final = {
    **PENDING,
    **each(OK, "return", "reject", "stay"),
    "resume": "appeal_not_returned",
    "lapse": "appeal_not_lapsed",
    "lift": "not_stayed",
}
NO_DECISION: Final = {"file": "already_filed", **each("undecided", "tell", *APPEALS, *REVOCATIONS), "erase": OK}

TABLE: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "unfiled": ("not_filed", {"file": OK}),
    "filed": (
        "undecided",
        {
            **HANDLING,
            "file": "already_filed",
            **each(OK, "notify", "waive", "refuse", "dismiss"),
            **each("unknown_evidence", "assess", "rule"),
            "merge": OK,
            **each("evidence_due", "uphold", "propose", "override"),
            **each("nothing_proposed", "confirm", "take_back"),
            "erase": "legal_hold",
        },
    ),
    "heard": (
        "undecided",
        {
            **HANDLING,
            "file": "already_filed",
            "notify": "already_notified",
            **each(OK, "waive", "assess", "merge", "refuse", "uphold"),
            "rule": "evidence_not_late",
            "dismiss": "ground_closed",
            "propose": "outcome_closed",
            "override": "outcome_closed",
            **each("nothing_proposed", "confirm", "take_back"),
            "erase": "legal_hold",
        },
    ),
    **{
        proposed: (
            "undecided",
            {
                **HANDLING,
                "file": "already_filed",
                "notify": "already_notified",
                **each(OK, "waive", "assess", "confirm", "take_back"),
                "rule": "unknown_evidence",
                **each("proposal_pending", "merge", *RULINGS),
                "refuse": "handling_started",
                "erase": "legal_hold",
            },
        )
        for proposed in ("severe_proposed", "override_proposed")
    },
    "upheld": (
        "already_decided",
        {
            **COUNTING,
            **each("not_appealed", *APPEALS),
            **each(OK, "tell", "appeal"),
            "contest": "appeal_not_open_to",
            "erase": "legal_hold",
        },
    ),
    "notified": (
        "already_decided",
        {**COUNTING, **each("not_appealed", *APPEALS), "appeal": OK, "contest": "appeal_not_open_to", "erase": OK},
    ),
    "revocation_proposed": (
        "already_decided",
        {
            **COUNTING,
            **each("not_appealed", *APPEALS),
            **each(OK, "appeal", "confirm_revocation", "withdraw_revocation"),
            "contest": "appeal_not_open_to",
            "revoke": "revocation_pending",
            "erase": "legal_hold",
        },
    ),
    "dismissed": (
        "already_decided",
        {
            "file": "already_filed",
            **each("not_appealed", *APPEALS),
            **each(OK, "tell", "contest"),
            "appeal": "appeal_not_open_to",
            **each("not_upheld", *REVOCATIONS),
            "erase": "legal_hold",
        },
    ),
    "appealed": ("already_decided", HELD),
    "stayed": ("already_decided", {**HELD, "stay": "already_stayed", "lift": OK}),
    "returned": ("already_decided", RETURNED),
    "contested": ("already_decided", {**HELD, **each("not_upheld", "stay", "lift", *REVOCATIONS)}),
    "contest_returned": (
        "already_decided",
        {**RETURNED, "resume": "not_appellant", **each("not_upheld", "stay", "lift", *REVOCATIONS)},
    ),
    "upheld_final": ("already_decided", {**COUNTING, "erase": OK}),
    "dismissed_final": (
        "already_decided",
        {"file": "already_filed", "tell": "decision_already_notified", **each("not_upheld", *REVOCATIONS), "erase": OK},
    ),
    "regraded": ("already_decided", {**COUNTING, "recall": "another_decision", "erase": OK}),
    "reversed": ("already_decided", {"file": "already_filed", "tell": "decision_already_notified", "erase": OK}),
    "revoked": ("already_decided", {"file": "already_filed", "erase": OK}),
    "withdrawn": ("complaint_withdrawn", NO_DECISION),
    "merged": ("complaint_merged", {**NO_DECISION, "erase": "legal_hold"}),
    "refused": ("complaint_refused", NO_DECISION),
    "erased": ("personal_data_erased", {"file": "already_filed", "recall": OK}),
    "erased_withdrawn": ("personal_data_erased", {"file": "already_filed", "recall": "undecided"}),
}


@pytest.mark.parametrize(("state", "name"), list(product(STATES, COMMANDS)))
def test_each_command_says_in_each_state_what_the_table_says(state: str, name: str) -> None:
    code, others = TABLE[state]
    command = COMMANDS[name]
    if name not in ("erase", "file"):
        command = replace(command, at=hour(NOW))
    said = STATES[state].among(OTHER).when(command).said
    assert (said.code if isinstance(said, Refusal) else OK) == others.get(name, code)


def test_the_table_has_every_state_and_every_command() -> None:
    assert set(TABLE) == set(STATES)
    assert {type(case.state) for case in STATES.values()} == set(get_args(CaseState))
    assert {type(command) for command in COMMANDS.values()} == set(get_args(CaseCommand))
    assert all(set(others) <= set(COMMANDS) for _, others in TABLE.values())
