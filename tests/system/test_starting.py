"""An operator who gets something wrong is told in one line what would have to be right."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shared.kit.log.instant import utc_now
from shared.kit.log.sqlite import open_sqlite_log
from shared.kit.starting import CANNOT_START


def start(service: str, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Try to start a service with these settings; return how it ended."""
    environment = {**os.environ, f"{service.upper()}_DATA_DIR": str(folder), **settings}
    command = [sys.executable, "-m", f"services.{service}", "serve"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("service", ["cases", "ledger"])
def test_a_setting_that_is_not_sound_is_named(service: str, tmp_path: Path) -> None:
    ended = start(service, tmp_path, **{f"{service.upper()}_PORT": "abc"})
    assert ended.returncode == CANNOT_START
    assert f"cannot start: {service.upper()}_PORT: " in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("service", ["cases", "ledger"])
def test_a_folder_in_use_is_said_to_be(service: str, tmp_path: Path) -> None:
    log = open_sqlite_log(tmp_path / f"{service}.db", utc_now)
    try:
        ended = start(service, tmp_path)
    finally:
        log.close()
    assert ended.returncode == CANNOT_START
    assert "cannot start: " in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("service", ["cases", "ledger"])
def test_a_rulebook_that_does_not_exist_is_said_so(service: str, tmp_path: Path) -> None:
    ended = start(service, tmp_path, **{f"{service.upper()}_RULEBOOK": "nowhere"})
    assert ended.returncode == CANNOT_START
    assert "cannot start: " in ended.stderr
    assert "Traceback" not in ended.stderr
