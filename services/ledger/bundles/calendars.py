"""The calendars that a bundle can enclose: those that decisions may have pinned, superseded ones too."""

from pathlib import Path

from shared.rulebook.calendars import load_years
from shared.rulebook.loader import DATA
from shared.rulebook.model import Ref


def known_calendars(folder: Path | None) -> dict[Ref, str]:
    """Return the canonical form of every calendar in a folder, None: of those that come with the product.

    Raises:
        RulebookError: a file is no calendar, or two claim the same id.
    """
    return {year.ref: year.said for year, _ in load_years(DATA if folder is None else folder)}
