"""Rows of imported pasts, made again from the last event of each seller's stream."""

from collections.abc import Iterator
from typing import Final

import msgspec

from services.cases.domain.events import PastPenaltyImported
from services.cases.imports.importrow import imported_row
from services.cases.publication import imported_stream
from services.cases.remaking.made import UNREADABLE, Made, Rows
from services.cases.remaking.streams import names
from services.cases.tables import IMPORTED
from shared.kit.cloudevent import decode
from shared.kit.log.instant import to_us
from shared.kit.log.rows import Put
from shared.kit.verifying.merging import grouped
from shared.kit.verifying.raw import RawEvent, RawLog

_decoder: Final = msgspec.json.Decoder(PastPenaltyImported)


def every_past(raw: RawLog) -> Iterator[Made]:
    """Yield the imported past of every seller that has one, in order of seller (sorted by bytes)."""
    for some in grouped(names(raw, imported_stream(""))):
        last = {event.stream: event for event in raw.of_streams([imported_stream(seller) for seller, _ in some])}
        yield from (_made(seller, last[imported_stream(seller)]) for seller, _ in some)


def _made(seller: str, last: RawEvent) -> Made:
    rows = Rows()
    try:
        told = _decoder.decode(decode(last.state).data)
        row = imported_row(seller, last.version, to_us(told.effective_at), told.import_id)
    except UNREADABLE:
        return Made(seller, last.position, sound=False)
    rows.change([Put(IMPORTED, row)])
    return Made(seller, last.position, rows.by_table)
