"""One seller's file for an auditor, as it is written and as the stand-alone verifier reads it: `demerit-bundle/2`."""

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.standing import Standing

Position = Annotated[int, Field(ge=1, lt=2**63)]
Hash: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]{43}=$", description="SHA-256 in base64")]


class Whole(BaseModel):
    """An object with these keys and no other: another key is another form."""

    model_config = ConfigDict(extra="forbid")


class Pin(Whole):
    """A calendar of which the canonical form is not enclosed: its id, and the digest of that form."""

    id: str
    digest: str = Field(pattern="^[0-9a-f]{64}$", description="SHA-256 in hexadecimal digits")


class ProvenEvent(Whole):
    """An event of the seller at its position, with its proof of inclusion in the tree that the checkpoint signs."""

    position: Position
    event: str = Field(min_length=1, description="The stored bytes, exactly: canonical JSON, as a string")
    proof: list[Hash] = Field(max_length=63, description="From the leaf's sibling upwards")


class LogPart(Whole):
    """One log: its name, a signed note over its size and root, and the seller's events in order of position."""

    origin: str = Field(min_length=1)
    checkpoint: str = Field(description="A signed note of the form c2sp.org/tlog-checkpoint")
    events: list[ProvenEvent]


class EnclosedRulebook(Whole):
    """The timeline that the ledger folds by."""

    name: str
    versions: list[str] = Field(min_length=1, description="Canonical forms, of which events pin the SHA-256; rising")
    until: str | None = Field(description="When the last version ends; exclusive; null: it does not")


class StandingAsked(Whole):
    """One standing: by what was known through a cases position, and the answer, which names its clocks."""

    known_position: int = Field(ge=0, description="Inclusive")
    body: Standing


class Bundle(Whole):
    """Everything of one account: events of both logs with proofs, rules, standings; sealed as a whole.

    As a file it is canonical JSON (ASCII, keys in order, no blanks, whole numbers alone), and one newline at the end.
    """

    format: Literal["demerit-bundle/2"]
    seller: str
    folded: int = Field(ge=0, description="Cases position through which the ledger had folded; inclusive")
    cases: LogPart
    ledger: LogPart
    rulebook: EnclosedRulebook
    calendars: list[str] = Field(description="Canonical forms of the calendars that cases events pin")
    missing_calendars: list[Pin] = Field(description="Those of them that the ledger does not have, and did not enclose")
    standings: list[StandingAsked]
    seal: str = Field(
        description="A signed note by the ledger's log key: the format, the ledger's origin, and the SHA-256 (base64) "
        "of the canonical JSON without `seal`"
    )
