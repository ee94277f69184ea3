"""What `python -m services.ledger bundle` does: asks a running ledger for a seller's bundle, and puts it in a file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from services.ledger.bundles.making import MAX_BYTES
from shared.kit.asking import Asking, FeedBroken, FeedUnavailable
from shared.kit.fields import parse_instant
from shared.kit.placing import place

WAIT_S: Final = 50  # beyond what an answer takes otherwise: a long history is proven event by event


class NoBundle(Exception):
    """The ledger has not made the bundle; the message says why, in a line."""


def fetch(base_url: str, token_file: Path, seller: str, file: Path, as_of: Sequence[str], **clocks: Any) -> str:
    """Write the bundle of a seller, and return what was written; `clocks` are the other parameters of the route.

    Raises:
        NoBundle: a clock is no instant, or the ledger cannot be asked, or refuses.
        OSError: the file cannot be written.
    """
    known_at = clocks.get("known_at")
    _demand_instants("--as-of", as_of)
    _demand_instants("--known-at", [] if known_at is None else [str(known_at)])
    asked = {name: value for name, value in {"as_of": list(as_of), **clocks}.items() if value not in (None, [])}
    with Asking(base_url, token_file) as ledger:
        try:
            _, raw = ledger.get(
                f"/audit/bundles/{quote(seller, safe='')}", asked, "application/json", MAX_BYTES, WAIT_S
            )
        except FeedUnavailable as failed:
            raise NoBundle(f"the ledger gives no bundle: {failed} {failed.code}".rstrip()) from None
        except FeedBroken as broken:
            raise NoBundle(f"the ledger gives no bundle: {broken}") from None
    place(file, raw, mode=0o644)
    return f"{file}: {len(raw)} bytes"


def _demand_instants(option: str, texts: Sequence[str]) -> None:
    for text in texts:
        try:
            parse_instant(text)
        except ValueError as error:
            raise NoBundle(f"{option}: {error}") from None
