"""What an answer to a write says of each event that it recorded."""

from datetime import datetime

from pydantic import BaseModel, Field


class RecordedEvent(BaseModel):
    """One fact as the log has it, and what shows that it is there without asking anybody."""

    id: str = Field(description="Id of the event; a decision is named by it")
    type: str = Field(examples=["demerit.cases.complaint_filed.v1"])
    position: int = Field(ge=1, description="Position in the log")
    recorded_at: datetime
    receipt: str | None = Field(
        description="Proof that it is in the log's signed tree (c2sp.org/tlog-proof); null where nothing can be signed"
    )
