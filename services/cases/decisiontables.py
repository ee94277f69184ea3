"""The table of decisions and the tables of recalls, written in the transaction of the facts that they are made of."""

from typing import Final

from shared.kit.log.rows import Table

DECISIONS: Final = Table(
    "decisions",
    {
        "decision": "text",  # event id
        "case_id": "text",
        "position": "integer",
        "respondent": "text",
        "outcome": "text",  # upheld or dismissed
        "track": "text",  # ordinary or severe; null: dismissed
        "rulebook": "text",  # id of the version that it was decided by
        "ground": "text",  # of a dismissal
        "grade": "text",  # of a violation
        "officer": "text",  # who decided, or proposed it
        "confirmed_by": "text",  # the second officer, where there was one
        "detector": "text",  # which automated detector brought the complaint, if one did
        "filed_us": "integer",
        "decided_us": "integer",  # recorded time
        "counts": "text",  # event id of what counts in the ledger now: this decision or its regrade; null: nothing
        "appealed": "integer",  # 1 once it was appealed against, or the dismissal contested
        "fate": "text",  # stands, rejected, lapsed, reversed, regraded, revoked or overturned
        "fate_us": "integer",  # since when; null: stands
        "recall": "text",  # which recall revoked it
    },
    key=("decision",),
    indexes=(
        ("decided_us",),
        ("rulebook", "decided_us"),
        ("officer", "decided_us"),
        ("confirmed_by", "decided_us"),
        ("detector", "decided_us"),
        ("counts",),
    ),
)

RECALLS: Final = Table(
    "recalls",
    {
        "recall_id": "text",
        "version": "integer",  # of the recall's stream
        "position": "integer",  # of the proposal
        "state": "text",
        "proposed_by": "text",
        "proposed_us": "integer",
        "answered_by": "text",  # who confirmed, declined or took it back
        "answered_us": "integer",
        "answer_digest": "text",  # of the answer's reason
        "selected": "integer",
        "revoked": "integer",
        "passed_over": "integer",
        "settled": "integer",  # revoked and passed over
        "completed_us": "integer",
    },
    key=("recall_id",),
    indexes=(("proposed_us",), ("state", "proposed_us")),
)

RECALL_ITEMS: Final = Table(
    "recall_items",
    {
        "recall_id": "text",
        "number": "integer",  # from 1, in the order in which the decisions were made
        "decision": "text",
        "case_id": "text",
        "outcome": "text",  # pending, revoked or passed_over
        "event": "text",  # id of the fact that settled it: the revocation, or that it was passed over
        "position": "integer",
        "settled_us": "integer",
        "code": "text",  # of what was passed over: why
        "winner": "text",  # of what was passed over: the fact that came first
    },
    key=("recall_id", "number"),
    indexes=(("recall_id", "outcome", "number"),),
)
