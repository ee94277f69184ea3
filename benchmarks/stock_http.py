"""The peer of an HTTP answer: FastAPI over a stock repository, tokens checked and remembered as we do it.

`STOCK_LEDGER` in the environment is the peer's ledger file, `STOCK_JWKS` the key set.
"""

import os
from pathlib import Path

from fastapi import Depends, FastAPI
from pydantic import BaseModel

from benchmarks.stock import StockLedger, environment
from shared.kit.auth import open_verifier, require
from shared.kit.localkeys import AUDIENCE, ISSUER
from shared.kit.problem import Problem, answer

ledger = StockLedger(environment(Path(os.environ["STOCK_LEDGER"])))
app = FastAPI()
app.add_exception_handler(Problem, answer)
app.state.verifier = open_verifier(os.environ["STOCK_JWKS"], issuer=ISSUER, audience=AUDIENCE)


class Points(BaseModel):
    """What the peer knows of a seller."""

    seller: str
    points: int


@app.get("/sellers/{seller}/standing", dependencies=[Depends(require("standing:read"))])
def standing(seller: str) -> Points:
    """Replay the account's aggregate and return its points."""
    return Points(seller=seller, points=ledger.points(seller))
