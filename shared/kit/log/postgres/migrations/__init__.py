"""The steps from an empty schema to the tables of this version, as files of SQL that do not change once released."""

from pathlib import Path
from typing import Final

FILES: Final = tuple(sorted(Path(__file__).parent.glob("[0-9]*.sql")))
VERSION: Final = len(FILES)
