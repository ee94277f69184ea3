"""What `python -m services.cases rebuild` does: makes the read models anew in one transaction, of whatever shape."""

from services.cases.rebuilding import rebuild
from services.cases.settings import Settings
from services.cases.tables import TABLES
from shared.kit.remaking import remaking


def rebuilt(settings: Settings, owner_url: str | None) -> str:
    """Make the read models of the log that the settings name anew; return in words what they hold.

    Raises:
        CannotRebuild, LogUnavailable: see there; nothing was changed.
    """
    with remaking(settings, settings.log_file, TABLES, owner_url) as store:
        made = rebuild(store)
    return f"{made.cases} cases, {made.recalls} recalls, {made.pasts} imported pasts made anew"
