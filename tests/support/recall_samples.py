"""One specimen of every fact of a recall, with every optional part filled in once and left out once."""

from typing import Final

from services.cases.domain.recall import events as r
from services.cases.domain.recall.events import RecallFact
from tests.support.cases_samples import AT, DECISION, DIGEST, LATER

CASE: Final = "01a20a0b-690e-745e-a361-cf6a252e7b46"
OTHER: Final = "01a20a0b-690e-745e-a361-cf6a252e7b47"

SAMPLES: Final[dict[str, RecallFact]] = {
    "recall_proposed": r.RecallProposed(
        "v-1", AT, r.Criteria("TB-2012", "o-1", None, AT, LATER, (DECISION,)), 41, 2, DIGEST
    ),
    "recall_selected": r.RecallSelected((r.Selected(DECISION, CASE), r.Selected(OTHER, CASE))),
    "recall_confirmed": r.RecallConfirmed("v-2", ""),
    "recall_declined": r.RecallDeclined("v-2", DIGEST),
    "recall_withdrawn": r.RecallWithdrawn("v-1"),
    "recall_passed_over": r.RecallPassedOver(DECISION, CASE, "already_decided", OTHER),
    "recall_completed": r.RecallCompleted(1, 1),
}
