"""The routes under `/log`: checkpoints, proofs, receipts and keys of a log's audit tree, for whoever checks it.

Source of the text formats: c2sp.org/tlog-checkpoint, tlog-proof, signed-note.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from shared.kit.audit.proofs import MAX_POSITIONS, NotInTheLog, Proofs
from shared.kit.audit.tileroutes import add_tiles
from shared.kit.audit.wire import encode64
from shared.kit.audit.witness import Code, Unsigned, Witness
from shared.kit.auth import require
from shared.kit.fields import QueryNumber
from shared.kit.identity import Principal
from shared.kit.log.model import EventLog
from shared.kit.problem import Problem, problems
from shared.kit.route import router
from shared.kit.strict_json import MAX_INTEGER

TEXT: Final = "text/plain; charset=utf-8"
NO_STORE: Final = {"Cache-Control": "no-store"}
WOULD_HAVE_TO: Final[Mapping[Code, str]] = {
    "signing_refused": "The log would have to continue what was signed of it last, and its list of keys to be whole.",
    "not_primary": "The log would have to be read where it is written: this is a copy.",
    "signer_unavailable": "Who signs for the log would have to be within reach.",
}

Reader = Annotated[Principal, Depends(require("audit:read", "feed:read"))]
Position = Annotated[int, Field(ge=1, le=MAX_INTEGER)]
Hash = Annotated[str, Field(description="A hash in base64", examples=["47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="])]
Note = Annotated[str | None, Field(description="The checkpoint of this size; null where the last one is of another")]


class PositionProof(BaseModel):
    """That one event is in the tree: its leaf, and the hashes from the leaf's sibling upwards."""

    position: int = Field(ge=1)
    index: int = Field(ge=0, description="Of the leaf: the position less one")
    leaf_hash: Hash
    proof: list[Hash]


class InclusionProofs(BaseModel):
    """That events are in the tree of `size` leaves."""

    origin: str = Field(description="The log's name")
    size: int
    root: Hash
    proofs: list[PositionProof]
    checkpoint: Note


class ConsistencyProof(BaseModel):
    """That the tree of `to` leaves begins with the first `from`."""

    origin: str = Field(description="The log's name")
    since: int = Field(serialization_alias="from")
    to: int
    proof: list[Hash]
    checkpoint: Note


def log_router(log: EventLog, witness: Witness) -> APIRouter:
    """Return the routes of a log's audit tree. The checkpoint and tiles of hashes are open to everybody."""
    routes, proofs = router(prefix="/log", tags=["audit"]), Proofs(log, witness)

    @routes.get("/checkpoint", response_class=Response, responses=_text("A signed note", 503))
    def checkpoint() -> Response:
        """Return the signed checkpoint of all that is recorded."""
        with _refusing():
            return Response(witness.checkpoint().note, headers=NO_STORE, media_type=TEXT)

    @routes.get("/proof/inclusion", responses=problems(404, 503))
    def inclusion(
        _: Reader,
        position: Annotated[list[Position], Query(min_length=1, max_length=MAX_POSITIONS)],
        size: Annotated[QueryNumber | None, Query(ge=1, description="Leaves of the tree; default: all")] = None,
    ) -> InclusionProofs:
        """Prove that the events at these positions are in the tree."""
        with _refusing():
            found = proofs.included(position, size)
        return InclusionProofs(
            origin=log.id,
            size=found.size,
            root=encode64(found.root),
            proofs=[
                PositionProof(position=at, index=at - 1, leaf_hash=encode64(leaf), proof=list(map(encode64, proof)))
                for at, leaf, proof in zip(position, found.leaf_hashes, found.proofs, strict=True)
            ],
            checkpoint=_decoded(found.checkpoint),
        )

    @routes.get("/proof/consistency", responses=problems(404, 503))
    def consistency(
        _: Reader,
        since: Annotated[QueryNumber, Query(alias="from", description="Leaves of the earlier tree")],
        to: Annotated[QueryNumber | None, Query(description="Leaves of the later tree; default: all")] = None,
    ) -> ConsistencyProof:
        """Prove that the tree has only grown since it had `from` leaves."""
        with _refusing():
            found = proofs.continued(since, to)
        proof, note = list(map(encode64, found.proof)), _decoded(found.checkpoint)
        return ConsistencyProof(origin=log.id, since=since, to=found.to, proof=proof, checkpoint=note)

    @routes.get("/receipt", response_class=Response, responses=_text("A receipt of the event", 404, 503))
    def receipt(_: Reader, position: Annotated[QueryNumber, Query(ge=1)]) -> Response:
        """Return a receipt of the event at a position, to the checkpoint of now."""
        with _refusing():
            return Response(proofs.receipt(position), headers=NO_STORE, media_type=TEXT)

    @routes.get("/keys", response_class=Response, responses=_text("Verifier keys, one a line, oldest first", 503))
    def keys(_: Reader) -> Response:
        """Return every key that ever signed for the log. Trust them only where nobody could have changed them."""
        with _refusing():
            return Response("".join(f"{key}\n" for key in witness.known()), headers=NO_STORE, media_type=TEXT)

    add_tiles(routes, log, witness)
    return routes


def _text(description: str, *statuses: int) -> dict[int | str, dict[str, Any]]:
    content = {"text/plain": {"schema": {"type": "string"}}}
    return {200: {"description": description, "content": content}, **problems(*statuses)}


def _decoded(note: bytes | None) -> str | None:
    return None if note is None else note.decode()


@contextmanager
def _refusing() -> Iterator[None]:
    """Say over HTTP what cannot be proven, or not now."""
    try:
        yield
    except NotInTheLog as absent:
        detail = "The log would have to have grown so far: from `from` to `to`, and beyond each position."
        raise Problem(404, "not_in_the_log", detail, facts={"size": absent.size}) from None
    except Unsigned as refused:
        raise unsigned(refused) from None


def unsigned(refused: Unsigned) -> Problem:
    """Return the answer where nothing is signed now."""
    code = refused.trouble.code
    return Problem(503, code, WOULD_HAVE_TO[code], headers={"Retry-After": "1"})
