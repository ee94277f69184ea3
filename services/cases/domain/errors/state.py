"""The refusals that the state of the case gives, whoever asks."""

from collections.abc import Mapping
from datetime import datetime

from services.cases.domain.errors.wording import instant
from shared.kit.decider import Detail, Refusal


def not_filed() -> Refusal:
    """There is no such complaint yet."""
    return Refusal("not_filed", "The complaint would have to be filed first.")


def already_filed() -> Refusal:
    """The case id is taken."""
    return Refusal("already_filed", "A complaint is filed once; another one needs a case of its own.")


def already_decided(winner: Mapping[str, Detail]) -> Refusal:
    """Somebody had the last word already; `winner` is that fact: id, type, position, recorded_at."""
    told = "Nothing would have to have ended the matter before; the winner is the fact that did, and stands."
    return Refusal("already_decided", told, {"winner": winner})


def complaint_withdrawn(withdrawn_at: datetime) -> Refusal:
    """The complainant took the complaint back."""
    return Refusal(
        "complaint_withdrawn",
        "The complaint would have to stand; it was withdrawn.",
        {"withdrawn_at": instant(withdrawn_at)},
    )


def undecided() -> Refusal:
    """There is no decision to give notice of, to appeal against or to revoke."""
    return Refusal("undecided", "The case would have to be decided first.")


def proposal_pending(proposal: str, proposer: str) -> Refusal:
    """While something is proposed, nothing else is decided."""
    return Refusal(
        "proposal_pending",
        "What is proposed would have to be confirmed, declined or withdrawn first.",
        {"proposal": proposal, "proposer": proposer},
    )


def nothing_proposed() -> Refusal:
    """There is no proposal to answer or to take back."""
    return Refusal("nothing_proposed", "Something would have to be proposed first.")


def rulebook_unavailable(rulebook_id: str, digest: str) -> Refusal:
    """The version that the complaint is pinned to is not among those this service holds."""
    return Refusal(
        "rulebook_unavailable",
        "The rulebook version that the complaint is pinned to would have to be loaded, with the same digest.",
        {"rulebook": rulebook_id, "digest": digest},
    )
