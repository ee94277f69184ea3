"""Who may import whom: import-linter's contracts, and domains that depend on nothing but values."""

import subprocess
import sys
from pathlib import Path

import grimp
import pytest

from tests.support.tree import ROOT

OWN = ("services.cases", "services.ledger", "shared.contracts", "shared.kit", "shared.rulebook")
VALUES = {"shared.rulebook", "shared.rulebook.model", "shared.kit", "shared.kit.decider"}
EFFECTS = {
    "asyncio",
    "concurrent",
    "http",
    "io",
    "logging",
    "multiprocessing",
    "os",
    "pathlib",
    "random",
    "secrets",
    "shutil",
    "socket",
    "sqlite3",
    "subprocess",
    "tempfile",
    "threading",
    "time",
    "urllib",
}


def impurities(graph: grimp.ImportGraph, domain: str) -> set[str]:
    """Return what a domain package reaches, through however many imports, that is neither a value nor pure."""
    service = domain.rpartition(".")[0]
    reached = graph.find_upstream_modules(domain, as_package=True)
    own = {module for module in reached if module in (service, domain) or module.startswith(f"{domain}.")}
    return {
        module
        for module in reached - own - VALUES
        if module.partition(".")[0] not in sys.stdlib_module_names or module.partition(".")[0] in EFFECTS
    }


def test_the_import_contracts_are_kept() -> None:
    """Independence of the services, a kit without domain words, layers: as pyproject.toml states them."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    linted = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert linted.returncode == 0, linted.stdout + linted.stderr


@pytest.mark.parametrize("domain", ["services.cases.domain", "services.ledger.domain"])
def test_a_domain_reaches_only_values_and_pure_modules(domain: str) -> None:
    """No clock, database, HTTP or third party, not even through another module."""
    graph = grimp.build_graph(*OWN, include_external_packages=True, cache_dir=None)
    assert impurities(graph, domain) == set()


def test_an_impurity_is_found_behind_another_import() -> None:
    """The check above can fail: a domain that reaches sqlite3 and pydantic through its neighbour is told so."""
    graph = grimp.ImportGraph()
    for importer, imported in [
        ("services.x.domain.case", "services.x.domain.helper"),
        ("services.x.domain.helper", "services.x.store"),
        ("services.x.store", "sqlite3"),
        ("services.x.store", "pydantic"),
        ("services.x.domain.case", "dataclasses"),
    ]:
        graph.add_import(importer=importer, imported=imported)
    graph.add_module("services.x.domain")
    assert impurities(graph, "services.x.domain") == {"services.x.store", "sqlite3", "pydantic"}
