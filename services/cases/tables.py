"""The read models' tables, written in the transaction of the facts that they are made of."""

from typing import Final

from shared.kit.log.rows import Table

CASES: Final = Table(
    "cases",
    {
        "case_id": "text",
        "version": "integer",  # of the case's stream
        "state": "text",  # by the facts alone; what the clock makes of it is said when it is read
        "notified": "integer",  # 1 once the respondent has notice of the complaint
        "review_from_us": "integer",  # an open case is under review from here on
        "respondent": "text",
        "complainant": "text",
        "officer": "text",  # who has the case in hand
        "filed_us": "integer",
        "first_handling_due_us": "integer",
        "first_handled_us": "integer",
        "evidence_due_us": "integer",
        "resolution_due_us": "integer",
        "ended_us": "integer",  # decided or withdrawn
        "provisional": "integer",  # 1 while a deadline that is still open rests on an estimate
        "next_due": "text",  # the platform's next deadline, by name
        "next_due_us": "integer",
        "decision": "text",  # event id
        "decision_type": "text",
    },
    key=("case_id",),
    indexes=(("next_due_us",), ("state", "next_due_us"), ("respondent", "next_due_us"), ("officer", "next_due_us")),
)

PENDING: Final = Table(
    "pending_deadlines",  # those that are neither met in time nor recorded as breached: the clock's work list
    {"case_id": "text", "deadline": "text", "due_us": "integer"},
    key=("case_id", "deadline"),
    indexes=(("due_us",),),
)

ANNOUNCEMENTS: Final = Table(
    "announcements",  # evidence whose content is still to come
    {
        "case_id": "text",
        "evidence_id": "text",
        "party": "text",
        "kind": "text",
        "media_type": "text",
        "size_bytes": "integer",
        "expires_us": "integer",
    },
    key=("case_id", "evidence_id"),
    indexes=(("expires_us",),),
)

OPEN: Final = "open"  # the stored state of what the clock calls filed, evidence_open or under_review
FOREVER_US: Final = 2**62  # stands for "never": later than any instant that can be written down

TABLES: Final = (CASES, PENDING, ANNOUNCEMENTS)
