"""What `python -m services.ledger rebuild` does: opens the log, whatever shape its read model has, and refills that."""

from contextlib import closing

from services.ledger import waiting
from services.ledger.main import rulebook
from services.ledger.publication import Publication
from services.ledger.rebuilding import SEAT, Rebuilt, refill
from services.ledger.settings import Settings
from services.ledger.tables import ACCOUNTS, DIGESTED, NEXT, REBUILDS, TABLES
from shared.kit.electing import seat
from shared.kit.log.instant import utc_now
from shared.kit.log.model import LogUnavailable
from shared.kit.log.sqlite.resetting import drop_tables, misshapen
from shared.kit.storing import open_store


def rebuilt(settings: Settings) -> Rebuilt:
    """Make the read model of the log that the settings name anew; return what was done.

    Raises:
        RulebookError, LogUnavailable: see there; or another process rebuilds.
        DamagedEvent: see there; the rows are as they were.
    """
    timeline = rulebook(settings.rulebook)
    if settings.database_url is None and settings.log_file.exists():
        drop_tables(settings.log_file, misshapen(settings.log_file, (ACCOUNTS, NEXT, REBUILDS, DIGESTED)))
    chair = seat(settings, SEAT)
    with closing(open_store(settings, settings.log_file, utc_now, TABLES)) as log:
        if not chair.acquire():
            raise LogUnavailable("another process rebuilds: that would have to end first")
        try:
            waiting.complete(log)
            return refill(log, Publication(timeline), timeline)
        finally:
            chair.release()
