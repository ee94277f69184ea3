"""Tiles: the tree as files of 256 hashes, which never change once they are full.

Source: c2sp.org/tlog-tiles. A tile of level L holds nodes of tree level 8 L; a bundle holds the entries themselves.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shared.kit.audit.tree import MAX_SIZE, Nodes
from shared.kit.audit.wire import Malformed

HEIGHT: Final = 8  # levels of the tree in one tile
WIDTH: Final = 1 << HEIGHT
MAX_ENTRY_BYTES: Final = 0xFFFF  # its length is written in two bytes
MAX_LEVEL: Final = 7  # the highest with a node in a tree of MAX_SIZE; the format allows 63
MAX_INDEX: Final = MAX_SIZE >> HEIGHT
_PATH: Final = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<index>(?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile's level (None: a bundle of entries), its index within the level, and how many it holds, 1 to `WIDTH`."""

    level: int | None
    index: int
    width: int = WIDTH

    def path(self) -> str:
        """Return where the tile is served, below the log's prefix."""
        groups = [f"{self.index % 1000:03}"]
        rest = self.index // 1000
        while rest:
            groups.insert(0, f"x{rest % 1000:03}")
            rest //= 1000
        partial = f".p/{self.width}" if self.width < WIDTH else ""
        return f"tile/{'entries' if self.level is None else self.level}/{'/'.join(groups)}{partial}"

    def span(self) -> range:
        """Return the indices of what the tile holds: of leaves, or of nodes of tree level `HEIGHT` × `level`."""
        first = self.index * WIDTH
        return range(first, first + self.width)

    def is_in(self, size: int) -> bool:
        """Return whether a tree of `size` leaves has all that the tile holds."""
        return self.span().stop <= size >> HEIGHT * (self.level or 0)


def parse_path(path: str) -> Tile:
    """Return the tile of a path, as `Tile.path` writes it.

    Raises:
        Malformed: any other text, a level or index beyond every tree included.
    """
    found = _PATH.fullmatch(path)
    if found:
        level = None if found["level"] == "entries" else int(found["level"])
        index = int(found["index"].replace("x", "").replace("/", ""))
        tile = Tile(level, index, int(found["width"] or WIDTH))
        if (level or 0) <= MAX_LEVEL and index <= MAX_INDEX and tile.path() == path:
            return tile
    raise Malformed("a tile is tile/<level or entries>/<index in groups of three digits>[.p/<width 1 to 255>]")


def hash_tile(nodes: Nodes, tile: Tile) -> bytes:
    """Return the content of a tile of hashes, 32 bytes each.

    Raises:
        LookupError: the tree does not have all of them yet.
        ValueError: it is a bundle.
    """
    if tile.level is None:
        raise ValueError("a bundle holds entries, not hashes")
    return b"".join(nodes.read([(HEIGHT * tile.level, index) for index in tile.span()]))


def entry_bundle(entries: Sequence[bytes]) -> bytes:
    """Return the content of a bundle: every entry behind its length in two bytes, most significant first.

    Raises:
        ValueError: an entry is longer than `MAX_ENTRY_BYTES`, or there are not 1 to `WIDTH`.
    """
    if not 1 <= len(entries) <= WIDTH or any(len(entry) > MAX_ENTRY_BYTES for entry in entries):
        raise ValueError(f"a bundle holds 1 to {WIDTH} entries of at most {MAX_ENTRY_BYTES} bytes")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)
