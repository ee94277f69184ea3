"""The body with which a simulation is asked for, its limits and an example that runs."""

from pydantic import Field

from services.ledger.simulating.asking import MAX_INSTANTS, MAX_RULEBOOK, MAX_SELLERS
from shared.kit.fields import Body, Flag, Identifier, Instant, examples
from shared.rulebook.loader import DATA


class SimulationAsked(Body):
    """A candidate rulebook and the period whose decisions it redecides."""

    model_config = examples(
        {
            "rulebook": (DATA / "seed.toml").read_text("utf-8"),
            "from": "2025-01-01T00:00:00+08:00",
            "until": "2026-01-01T00:00:00+08:00",
            "suppose": "TB-2012",
            "as_of": ["2026-01-01T00:00:00+08:00"],
        }
    )

    rulebook: str = Field(
        min_length=1,
        max_length=MAX_RULEBOOK,
        pattern=r"^[^\x00]*$",
        description="The text of the candidate's file (TOML), all its versions",
    )
    from_: Instant = Field(alias="from", description="Decisions that count from here on; inclusive")
    until: Instant = Field(description="Exclusive")
    suppose: Identifier | None = Field(
        None,
        description="The candidate's version that is supposed to be in force from `from` on. "
        "Default: the last one that the current rulebook lacks",
    )
    as_dated: Flag = Field(default=False, description="Suppose no version: each holds when the candidate says")
    as_of: list[Instant] = Field(
        [], max_length=MAX_INSTANTS, description="When standings are compared. Default: at `until`, or now if earlier"
    )
    sellers: list[Identifier] | None = Field(
        None, min_length=1, max_length=MAX_SELLERS, description="Only these accounts"
    )
