"""A service is whole by itself: copied elsewhere with `shared/` alone, it starts and answers."""

import shutil
from pathlib import Path

import pytest

from tests.support.tree import ROOT
from tools.stack import ServiceName, Stack

PASSED_OVER = shutil.ignore_patterns("__pycache__")


@pytest.mark.parametrize("name", ["cases", "ledger"])
def test_a_service_starts_without_the_other_one(name: ServiceName, tmp_path: Path) -> None:
    """Nothing of the other service, of the tools or of the tests is there to be imported."""
    home = tmp_path / "home"
    shutil.copytree(ROOT / "services" / name, home / "services" / name, ignore=PASSED_OVER)
    shutil.copytree(ROOT / "shared", home / "shared", ignore=PASSED_OVER)
    stack = Stack(tmp_path / "var", root=home)
    try:
        stack.start(name)
        stack.wait_ready(name, path="/health/live")
    finally:
        stack.stop()
