"""The CRUD peer over HTTP: FastAPI and SQLAlchemy as their manuals show them, tokens checked and remembered as we do.

`CRUD_URL` in the environment is the database, `CRUD_JWKS` the key set, `BODY_BYTES` how long a standing is, so that
both sides move as many bytes: `note` makes up for what the peer does not know.
"""

import os
from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, FastAPI, Query, Response
from pydantic import BaseModel
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from benchmarks import crud
from shared.kit.auth import open_verifier, require
from shared.kit.collecting import collect_seldom
from shared.kit.localkeys import AUDIENCE, ISSUER
from shared.kit.problem import Problem, answer

engine = create_engine(os.environ["CRUD_URL"], pool_size=40)  # a connection for each thread that FastAPI has
length = int(os.environ.get("BODY_BYTES", "0"))
app = FastAPI()
app.add_exception_handler(Problem, answer)
app.state.verifier = open_verifier(os.environ["CRUD_JWKS"], issuer=ISSUER, audience=AUDIENCE)


def session() -> Iterator[Session]:
    """Yield the session of one request."""
    with Session(engine) as opened:
        yield opened


Opened = Annotated[Session, Depends(session)]


class Total(BaseModel):
    """What the peer knows of a seller."""

    seller: str
    points: int
    entries: int
    note: str


class Row(BaseModel):
    """One decision of the feed: its columns, with `details` as the text that it is."""

    model_config = {"from_attributes": True}

    id: int
    seller: str
    case_id: str
    track: str
    grade: str
    points: int
    rulebook: str
    details: str


@app.get("/sellers/{seller}/standing", dependencies=[Depends(require("standing:read"))])
def standing(seller: str, opened: Opened) -> Total:
    """Add up the seller's rows."""
    points, entries = crud.total(opened, seller)
    known = Total(seller=seller, points=points, entries=entries, note="")
    return known.model_copy(update={"note": "x" * (length - len(known.model_dump_json()))})


@app.get("/feed", dependencies=[Depends(require("feed:read"))])
def feed(opened: Opened, after: int = 0, limit: Annotated[int, Query(le=1000)] = 100) -> Response:
    """Decisions after an id, one JSON object per line."""
    rows = (Row.model_validate(row).model_dump_json() + "\n" for row in crud.page(opened, after, limit))
    return Response("".join(rows), media_type="application/x-ndjson")


collect_seldom()  # as our services do
