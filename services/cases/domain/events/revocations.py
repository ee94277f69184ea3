"""Revocation ex officio (依职权撤销): two supervisors, on one case or on a recall of many. Source: domain rules §3."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RevocationProposed:
    """A supervisor proposes to revoke a decision ex officio (依职权撤销); it waits for a second supervisor."""

    decision: str
    supervisor: str
    reason_digest: str


@dataclass(frozen=True, slots=True)
class RevocationDeclined:
    """A second supervisor declined the revocation."""

    supervisor: str
    reason_digest: str


@dataclass(frozen=True, slots=True)
class RevocationWithdrawn:
    """The supervisor who proposed the revocation took it back."""

    supervisor: str


@dataclass(frozen=True, slots=True)
class DecisionRevoked:
    """Two supervisors revoke the decision: its points never counted. `recall` names the recall it is part of."""

    decision: str
    proposed_by: str
    confirmed_by: str
    recall: str | None
    reason_digest: str
