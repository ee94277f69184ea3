"""The reference is compiled once for each process of tests."""

from collections.abc import Iterator

import pytest

from tests.support.reference import Reference, missing


@pytest.fixture(scope="session")
def go(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reference]:
    """Go's note and tlog; a machine without Go passes these tests over, CI installs it."""
    if why := missing():
        pytest.skip(why)
    reference = Reference(tmp_path_factory.mktemp("reference"))
    yield reference
    reference.close()
