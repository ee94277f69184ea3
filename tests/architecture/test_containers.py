"""The containers as they are described: no root, nothing writable but the data, one base."""

import re
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # its stubs are a package of their own

from tests.support.tree import read

COMPOSE: dict[str, Any] = yaml.safe_load(read("compose.yaml"))
DOCKERFILES = ["services/cases/Dockerfile", "services/ledger/Dockerfile"]


@pytest.mark.parametrize("name", sorted(COMPOSE["services"]))
def test_a_container_can_write_to_its_volumes_only(name: str) -> None:
    """Read-only file system, no capability, no way to more rights; only named volumes are writable."""
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    writable = {volume.split(":")[0] for volume in service["volumes"] if not volume.endswith(":ro")}
    assert writable == {name}
    assert writable <= COMPOSE["volumes"].keys()


@pytest.mark.parametrize("name", ["cases", "ledger"])
def test_a_service_listens_on_the_host_alone_and_is_asked_whether_it_is_ready(name: str) -> None:
    """Ports are published on loopback; nothing waits for another one's start."""
    service = COMPOSE["services"][name]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert "/health/ready" in service["healthcheck"]["test"][-1]
    assert "depends_on" not in service


@pytest.mark.parametrize("path", DOCKERFILES)
def test_an_image_runs_as_nobody_special_on_the_pinned_base(path: str) -> None:
    """One base image with its tag, packages by hash, another user than root, the form of CMD that gets signals."""
    text = read(path)
    assert {base.split()[0] for base in re.findall(r"^FROM (.+)$", text, re.MULTILINE)} == {
        "docker.io/library/python:3.11-slim-bookworm"
    }
    assert "--require-hashes" in text
    assert re.findall(r"^USER (.+)$", text, re.MULTILINE) == ["demerit"]
    assert re.findall(r"^CMD (.+)$", text, re.MULTILINE)[-1].startswith("[")
