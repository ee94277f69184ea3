"""What `python -m services.ledger rebuild` does: opens the log, whatever shape its read model has, and refills that."""

from contextlib import closing

from services.ledger.main import rulebook
from services.ledger.publication import Publication
from services.ledger.rebuilding import rebuild, refill
from services.ledger.settings import Settings
from services.ledger.tables import ACCOUNTS, DIGESTED, TABLES
from shared.kit.log.instant import utc_now
from shared.kit.log.sqlite.resetting import drop_tables
from shared.kit.storing import open_store


def rebuilt(settings: Settings) -> int:
    """Make the read model of the log that the settings name anew; return how many accounts it holds.

    Raises:
        RulebookError, LogUnavailable: see there.
    """
    timeline = rulebook(settings.rulebook)
    if settings.database_url is None and settings.log_file.exists():
        drop_tables(settings.log_file, (ACCOUNTS, DIGESTED))
    with closing(open_store(settings, settings.log_file, utc_now, TABLES)) as log:
        codec = Publication(timeline)
        return rebuild(log, codec, timeline) or refill(log, codec, timeline)
