"""What the stand-alone verifier answers with `--json`."""

from pydantic import BaseModel, ConfigDict, Field


class Verified(BaseModel):
    """Whether a file holds, and if not, where; exit status 0 where it does, 1 where it does not."""

    model_config = ConfigDict(extra="forbid")

    verified: bool
    shown: str | None = Field(description="What it shows, in one line; null: it is not verified")
    wrong: list[str] = Field(max_length=25, description="What is wrong, each with its place; none where it is verified")
    unchecked: list[str] = Field(description="What could not be checked because it is said to be missing")
