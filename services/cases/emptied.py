"""Does not let a service start over read models from which somebody took the rows: it would answer as if never used."""

from services.cases.publication import case_stream, imported_stream
from services.cases.tables import CASES, IMPORTED
from shared.kit.log.model import EventLog, LogUnavailable


def refuse_emptied(log: EventLog) -> None:
    """Return if what the log's first event is about has a row. Rows are made anew all together, so that one will do.

    Raises:
        LogUnavailable: it has none; or the log cannot be read.
    """
    for event in log.read(0, 1).events:
        for table, prefix in ((CASES, case_stream("")), (IMPORTED, imported_stream(""))):
            if event.stream.startswith(prefix) and log.get(table, event.stream.removeprefix(prefix)) is None:
                raise LogUnavailable("the rows of the read models are missing: `rebuild` would have to make them anew")
