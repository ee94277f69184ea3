"""One specimen of every fact of the cases service, with every optional part filled in once and left out once."""

from datetime import UTC, datetime
from typing import Final

from services.cases.domain import events as e
from services.cases.publication import Fact
from shared.rulebook.model import Deadline, Ref, Sanction

AT: Final = datetime(2026, 3, 2, 2, 0, 0, 123456, tzinfo=UTC)
LATER: Final = datetime(2026, 3, 9, 16, 0, tzinfo=UTC)
DIGEST: Final = "ab" * 32
RULEBOOK: Final = Ref("TB-2012", "cd" * 32)
CALENDAR: Final = Ref("CN-2026", "ef" * 32)
DUE: Final = Deadline(LATER, provisional=True, calendars=(CALENDAR,))
FINDINGS: Final = e.Findings("abuse", "other", True, False, ("insult", "threat"), True)
SILENT: Final = e.Findings()
DECISION: Final = "01a20a0b-6a0d-72bc-890e-5bc69604c17c"
HIDDEN: Final = Sanction(168, ("shop_hidden",))

SAMPLES: Final[dict[str, Fact]] = {
    "complaint_filed": e.ComplaintFiled(
        "b-1",
        "s-1",
        e.Trade("t-1", AT),
        ("phone", "post"),
        (e.Incident("phone", AT, LATER), e.Incident("post", AT)),
        AT,
        DUE,
        DUE,
        RULEBOOK,
        DIGEST,
        (DIGEST,),
    ),
    "respondent_notified": e.RespondentNotified(AT, Deadline(LATER, provisional=False)),
    "defence_submitted": e.DefenceSubmitted("number_not_mine", AT, "in_time", DIGEST),
    "evidence_submitted": e.EvidenceSubmitted("e-1", "respondent", "call_list", "text/csv", 7, DIGEST, AT, "late"),
    "evidence_window_waived": e.EvidenceWindowWaived(AT),
    "handling_started": e.HandlingStarted("o-1", AT),
    "officer_recused": e.OfficerRecused("o-1", DIGEST),
    "evidence_assessed": e.EvidenceAssessed("e-1", "o-1", "verified", ("frequent_contact",)),
    "complaint_withdrawn": e.ComplaintWithdrawn(AT),
    "complaint_dismissed": e.ComplaintDismissed(
        "o-1", "abuse_not_harassment", FINDINGS, "civility_report", DIGEST, RULEBOOK
    ),
    "severe_violation_proposed": e.SevereViolationProposed("o-1", "grave", FINDINGS, DIGEST),
    "override_proposed": e.OverrideProposed("o-1", "general", FINDINGS, DIGEST),
    "proposal_declined": e.ProposalDeclined("o-2", DIGEST),
    "proposal_withdrawn": e.ProposalWithdrawn("o-1"),
    "ordinary_violation_upheld": e.OrdinaryViolationUpheld(
        "o-1", "general", 0, ("insult",), FINDINGS, (HIDDEN,), RULEBOOK, (CALENDAR,), DIGEST, "o-2"
    ),
    "severe_violation_upheld": e.SevereViolationUpheld("o-1", "o-2", "grave", 48, (), SILENT, (), RULEBOOK, (), DIGEST),
    "decision_notified": e.DecisionNotified(AT, LATER),
    "deadline_breached": e.DeadlineBreached("resolution", LATER, provisional=True),
    "late_evidence_admitted": e.LateEvidenceAdmitted("e-1", "o-1", DIGEST),
    "late_evidence_excluded": e.LateEvidenceExcluded("e-1", "o-1", DIGEST),
    "deadline_extended": e.DeadlineExtended("resolution", DUE, "supervisor", "v-1", DIGEST),
    "complaint_merged": e.ComplaintMerged("01a20a0b-690e-745e-a361-cf6a252e7b46", None, ""),
    "complaint_refused": e.ComplaintRefused("o-1", "belongs_elsewhere", "after_sales_dispute", DIGEST),
    "appeal_filed": e.AppealFiled(DECISION, AT, DIGEST),
    "dismissal_contested": e.DismissalContested(DECISION, AT, DIGEST),
    "appeal_returned": e.AppealReturned("r-1", AT, LATER, DIGEST),
    "appeal_resumed": e.AppealResumed(AT, DIGEST),
    "appeal_lapsed": e.AppealLapsed(DECISION, LATER),
    "appeal_rejected": e.AppealRejected(DECISION, "r-1", DIGEST),
    "decision_reversed": e.DecisionReversed(DECISION, "r-1", DIGEST),
    "decision_regraded": e.DecisionRegraded(
        DECISION, "r-1", "ordinary", "general", 0, (HIDDEN,), RULEBOOK, (CALENDAR,), AT, DIGEST
    ),
    "dismissal_overturned": e.DismissalOverturned(DECISION, "r-1", AT, DUE, DIGEST),
    "sanction_stayed": e.SanctionStayed(DECISION, "r-1", DIGEST),
    "stay_lifted": e.StayLifted(DECISION, "appeal_rejected", None, ""),
    "revocation_proposed": e.RevocationProposed(DECISION, "v-1", DIGEST),
    "revocation_declined": e.RevocationDeclined("v-2", DIGEST),
    "revocation_withdrawn": e.RevocationWithdrawn("v-1"),
    "decision_revoked": e.DecisionRevoked(DECISION, "v-1", "v-2", "01a20a0b-690e-745e-a361-cf6a252e7b47", DIGEST),
    "personal_data_erased": e.PersonalDataErased("a-1", LATER),
    "deadlines_recomputed": e.DeadlinesRecomputed(
        "calendar_published", (e.Recomputed("resolution", DUE, Deadline(LATER, provisional=False)),)
    ),
}
