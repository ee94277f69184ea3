"""A process that erases a case and dies on the way: `python -m tests.support.erasing_process FOLDER CASE AT STEP`.

It is killed (SIGKILL, by itself) where the named step would begin.
"""

import os
import signal
import sys
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from services.cases.application import Cases
from services.cases.erasures import Erasures
from services.cases.evidence import EvidenceStore
from services.cases.vault import Vault
from tests.support.cases_service import HandClock
from tests.support.cases_writer import writer

BEFORE: Final[dict[str, tuple[object, str]]] = {
    "the fact": (Cases, "carry_out"),
    "key and texts": (Vault, "forget"),
    "content": (EvidenceStore, "forget"),
    "the last of the content": (Path, "rmdir"),
    "the write-ahead log": (Vault, "scrub"),
    "the row": (sys.modules["services.cases.erasures"], "removals"),
}
"""What would come next, by name, and what does it."""


def die(*_: Any, **__: Any) -> None:
    """End at once, without a chance to finish anything."""
    os.kill(os.getpid(), signal.SIGKILL)


def main(folder: Path, case: str, at: datetime, step: str) -> None:
    """Erase, and die before the step."""
    one = writer(folder, HandClock(at))
    target, name = BEFORE[step]
    with patch.object(target, name, die):
        Erasures(one.cases, one.store).erase(one.request(case))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], datetime.fromisoformat(sys.argv[3]), sys.argv[4])
