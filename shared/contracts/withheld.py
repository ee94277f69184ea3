"""Why one account of many does not answer, in the place of its answer."""

from pydantic import BaseModel, ConfigDict


class Withheld(BaseModel):
    """Why an account does not answer: the problem details that it would have been answered with alone."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    code: str
    detail: str
