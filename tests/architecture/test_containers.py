"""The containers as they are described: no root, nothing writable but the data, one base, secrets in files alone."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # its stubs are a package of their own

from tests.support.tree import ROOT, read

FILES = ["compose.yaml", "compose.sqlite.yaml"]
COMPOSED: dict[str, dict[str, Any]] = {file: yaml.safe_load(read(file)) for file in FILES}
SERVICES = [(file, name) for file, composed in COMPOSED.items() for name in sorted(composed["services"])]
OURS = [(file, name) for file, name in SERVICES if name in ("cases", "ledger", "follower")]
DOCKERFILES = ["services/cases/Dockerfile", "services/ledger/Dockerfile"]


def tool(name: str) -> str:
    """Return the path of a program of the environment that runs the tests."""
    return str(Path(sys.executable).with_name(name))


@pytest.mark.parametrize(("file", "name"), SERVICES)
def test_a_container_can_write_to_its_own_volume_only(file: str, name: str) -> None:
    """Read-only file system, no capability, no way to more rights; at most one named volume is writable.

    The follower is the ledger, and signs for the same log.
    """
    composed = COMPOSED[file]
    service = composed["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    writable = {volume.split(":")[0] for volume in service["volumes"] if not volume.endswith(":ro")}
    assert writable <= {{"follower": "ledger"}.get(name, name)}
    assert writable <= composed["volumes"].keys()


@pytest.mark.parametrize(("file", "name"), OURS)
def test_a_service_listens_on_the_host_alone_and_is_asked_whether_it_is_ready(file: str, name: str) -> None:
    """Ports are published on loopback; nothing waits for another one's start, and whoever ends is started again."""
    service = COMPOSED[file]["services"][name]
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
    assert "/health/ready" in service["healthcheck"]["test"][-1]
    assert "depends_on" not in service
    assert service["restart"] == "unless-stopped"
    assert service.get("cap_add") is None


@pytest.mark.parametrize("file", FILES)
def test_no_secret_stands_in_the_environment(file: str) -> None:
    """Passwords and tokens are files: an address names where its password is."""
    for service in COMPOSED[file]["services"].values():
        for name, value in service.get("environment", {}).items():
            assert "PASSWORD" not in name or name.endswith("_FILE")
            assert "TOKEN" not in name or name.endswith("_FILE")
            assert not re.search(r"://[^/@]*:[^/@]*@", str(value)), name


@pytest.mark.parametrize("file", FILES)
def test_another_start_never_takes_a_token_away(file: str, tmp_path: Path) -> None:
    """Who follows reads its token at any time: where none can be minted, the one there was stays as it is."""
    (*_, script) = COMPOSED[file]["services"]["keys"]["command"]
    tokens = re.findall(r"/keys/(\w+\.token)", script)
    assert set(tokens) == {"follower.token", "cases.token"}
    for token in tokens:
        (tmp_path / token).write_text("the one there was")
    (tmp_path / "python").write_text("#!/bin/sh\nprintf half\nexit 1\n")
    (tmp_path / "python").chmod(0o755)
    command = ["sh", "-c", script.replace("/keys", str(tmp_path))]
    started = subprocess.run(command, env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, check=False, timeout=60)
    assert started.returncode == 1
    assert {(tmp_path / token).read_text() for token in tokens} == {"the one there was"}


@pytest.mark.parametrize("file", FILES)
def test_the_description_is_one_that_compose_takes(file: str) -> None:
    asked = [tool("docker-compose"), "-f", file, "config", "--quiet"]
    checked = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize("path", DOCKERFILES)
def test_an_image_is_described_as_it_should_be(path: str) -> None:
    checked = subprocess.run(
        [tool("hadolint"), path], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert (checked.returncode, checked.stdout) == (0, "")


@pytest.mark.parametrize("path", DOCKERFILES)
def test_an_image_runs_as_nobody_special_on_the_pinned_base(path: str) -> None:
    """One base image with its tag, packages by hash, another user than root, the form of CMD that gets signals."""
    text = read(path)
    assert {base.split()[0] for base in re.findall(r"^FROM (.+)$", text, re.MULTILINE)} == {
        "docker.io/library/python:3.11-slim-bookworm"
    }
    assert "--require-hashes" in text
    assert re.findall(r"^USER (.+)$", text, re.MULTILINE) == ["10001"]
    assert re.findall(r"^CMD (.+)$", text, re.MULTILINE)[-1].startswith("[")
