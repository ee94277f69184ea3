"""The read models' tables, written in the transaction of the facts that they are made of."""

from typing import Final

from services.cases.decisiontables import DECISIONS, RECALL_ITEMS, RECALLS
from shared.kit.log.rows import Table

CASES: Final = Table(
    "cases",
    {
        "case_id": "text",
        "version": "integer",  # of the case's stream
        "clock_version": "integer",  # of the stream of what time did to it
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
        "ended_us": "integer",  # decided, withdrawn, merged or refused
        "provisional": "integer",  # 1 while a deadline that is still open rests on an estimate
        "breached": "text",  # deadlines that are on record as passed with their work undone, parted by blanks
        "breached_from_us": "integer",  # a deadline is breached from here on, unless its work is done before
        "next_due": "text",  # the platform's next deadline, by name
        "next_due_us": "integer",
        "appeal_closes_us": "integer",  # a returned appeal comes to nothing from here on; 0 once one has
        "decision": "text",  # event id
        "decision_type": "text",
        "penalty": "text",  # event id of what counts in the ledger: the decision, or the regrade in its place
        "erased": "integer",  # 1 once the personal data is destroyed
    },
    key=("case_id",),
    indexes=(
        ("next_due_us",),
        ("state", "next_due_us"),
        ("respondent", "next_due_us"),
        ("officer", "next_due_us"),
        ("provisional", "next_due_us"),
        ("breached_from_us",),
    ),
)

INCIDENTS: Final = Table(
    "incidents",
    {
        "case_id": "text",
        "number": "integer",  # from 1, as filed
        "complainant": "text",
        "respondent": "text",
        "trade": "text",
        "channel": "text",
        "from_us": "integer",
        "until_us": "integer",  # null: a moment
        "ends_us": "integer",  # inclusive, also of a moment
        "penalised": "integer",  # 1 while the case that judges it gives a penalty
        "judged_in": "text",  # the case itself, or the one that it was merged into
    },
    key=("case_id", "number"),
    indexes=(("complainant", "respondent", "trade"),),
)

PENDING: Final = Table(
    "pending_deadlines",  # those that are neither met in time nor recorded as passed: the clock's work list
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
        "digest": "text",  # of the row's other columns: no event tells of it
    },
    key=("case_id", "evidence_id"),
    indexes=(("expires_us",),),
    later=("digest",),
)

IMPORTED: Final = Table(
    "imported",  # how far the past of a seller is imported
    {
        "seller": "text",
        "version": "integer",  # of the stream of its imported penalties
        "through_us": "integer",  # effective instant of the last one
        "import_id": "text",  # of the last one
    },
    key=("seller",),
)

ERASING: Final = Table(
    "erasing",  # cases whose erasure is recorded, and whose personal data is still to be destroyed
    {"case_id": "text"},
    key=("case_id",),
)

WORLD: Final = Table(
    "world",  # the versioned data on which what is stored rests, by name
    {"name": "text", "digest": "text"},
    key=("name",),
)

OPEN: Final = "open"  # the stored state of what the clock calls filed, evidence_open or under_review
FOREVER_US: Final = 2**62  # stands for "never": later than any instant that can be written down

TABLES: Final = (
    CASES,
    INCIDENTS,
    PENDING,
    ANNOUNCEMENTS,
    DECISIONS,
    RECALLS,
    RECALL_ITEMS,
    ERASING,
    WORLD,
    IMPORTED,
)
