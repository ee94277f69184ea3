"""The tree as tiles, over HTTP: files that never change once they are full. Source: c2sp.org/tlog-tiles."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Response

from shared.kit.audit.tiles import WIDTH, Tile, entry_bundle, hash_tile, parse_path
from shared.kit.audit.wire import Malformed
from shared.kit.audit.witness import Witness
from shared.kit.auth import require
from shared.kit.identity import Principal
from shared.kit.log.model import EventLog
from shared.kit.problem import Problem, problems

OCTETS: Final = "application/octet-stream"
FOR_EVER: Final = "max-age=31536000, immutable"  # a tile of some width never changes
TILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The tile", "content": {OCTETS: {"schema": {"type": "string", "format": "binary"}}}},
    **problems(404),
}

Index = Annotated[
    str, Path(description="Number of the tile in groups of three digits, and .p/<width> where it is not full")
]


def add_tiles(routes: APIRouter, log: EventLog, witness: Witness) -> None:
    """Add the routes of tiles. Hashes tell nothing of what they are of; entries are the events themselves."""

    @routes.get("/tile/entries/{index:path}", response_class=Response, responses=TILE)
    def entries(index: Index, _: Annotated[Principal, Depends(require("audit:read"))]) -> Response:
        """Return a bundle of events, each behind its length in two bytes."""
        tile = _tile(log, f"tile/entries/{index}")
        span = tile.span()
        states = [stored.state for stored in log.read(span.start, tile.width).events]
        return _answer(entry_bundle(states), private=True)

    @routes.get("/tile/{level}/{index:path}", response_class=Response, responses=TILE)
    def hashes(level: Annotated[str, Path(description="Level of the tile")], index: Index) -> Response:
        """Return a tile of hashes, 32 bytes each."""
        return _answer(hash_tile(witness.nodes, _tile(log, f"tile/{level}/{index}")), private=False)


def _tile(log: EventLog, path: str) -> Tile:
    size = log.head().position
    try:
        tile = parse_path(path)
    except Malformed:
        tile = None
    if tile is None or not tile.is_in(size):
        detail = f"The path would have to name a tile of level, number and width (1 to {WIDTH}) that is filled so far."
        raise Problem(404, "tile_not_found", detail, facts={"size": size})
    return tile


def _answer(content: bytes, *, private: bool) -> Response:
    headers = {"Cache-Control": f"{'private' if private else 'public'}, {FOR_EVER}"}
    return Response(content, headers=headers, media_type=OCTETS)
