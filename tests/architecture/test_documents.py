"""The documents name only what exists, and the glossary knows every word of the domain."""

import ast
import re
from pathlib import Path

import pytest

from tests.support.tree import ROOT, read, tracked

LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
CODE = re.compile(r"`([^`\s]+)`")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
HAN = re.compile(r"[\u4e00-\u9fff]+")
WRITTEN = tracked("*.md")


@pytest.mark.parametrize("document", WRITTEN, ids=str)
def test_links_of_a_document_resolve(document: Path) -> None:
    """Relative links lead to files of the tree."""
    targets = [
        target for target in LINK.findall(read(document)) if "://" not in target and not target.startswith("mailto:")
    ]
    assert [target for target in targets if not (ROOT / document.parent / target).exists()] == []


@pytest.mark.parametrize("document", WRITTEN, ids=str)
def test_rows_of_a_table_have_as_many_cells_as_its_head(document: Path) -> None:
    """What stands in a further cell is lost to a reader; code fences hold no tables."""
    text = FENCE.sub("", read(document))
    tables = [block.splitlines() for block in re.findall(r"(?:^\|.*\n?)+", text, re.MULTILINE)]
    assert [row for head, *rows in tables for row in rows if cells(row) != cells(head)] == []


def cells(row: str) -> int:
    """Return how many cells a row of a table has; a bar behind a backslash ends none."""
    return len(re.findall(r"(?<!\\)\|", row)) - 1


@pytest.mark.parametrize("document", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_paths_named_in_a_document_exist(document: str) -> None:
    """A code span that looks like a path of this tree is one; files under var/ are made by running."""
    tops = {path.parts[0] for path in tracked() if len(path.parts) > 1}
    named = {span.rstrip("/") for span in CODE.findall(read(document)) if "/" in span and span.split("/")[0] in tops}
    assert named, f"{document} names no path"
    assert {path for path in named if not any(ROOT.glob(path))} == set()


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "docs/operations.md", "docs/performance.md"])
def test_commands_named_in_a_document_exist(document: str) -> None:
    """`make x` in a document is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    named = set(re.findall(r"^make ([a-z-]+)", "\n".join(commands(read(document))), re.MULTILINE))
    assert named
    assert named <= targets


def commands(text: str) -> list[str]:
    """Return the code of a Markdown text: fenced lines and code spans."""
    fences = re.findall(r"^```[a-z]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [*fences, *re.findall(r"`([^`\n]+)`", text)]


def test_the_glossary_knows_every_term_of_the_code() -> None:
    """A Chinese term in a docstring of the services or of what is shared has its row in the glossary."""
    glossary = set(HAN.findall(read("docs/glossary.md")))
    used = {
        term: str(path)
        for path in tracked("services/*.py", "shared/*.py")
        for node in ast.walk(ast.parse(read(path)))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        for term in HAN.findall(ast.get_docstring(node) or "")
    }
    assert used
    assert {term: path for term, path in used.items() if not any(term in known for known in glossary)} == {}


def test_the_glossary_knows_every_state_and_measure() -> None:
    """Standing names and measures, as rulebooks and answers spell them, are explained."""
    glossary = read("docs/glossary.md")
    words = ["good", "watch", "restricted", "shop_closed", "sealed"]
    words += ["shop_hidden", "listing_restricted", "delist_all", "account_sealed", "public_warning"]
    assert [word for word in words if f"`{word}`" not in glossary] == []


def test_decision_records_are_numbered_without_a_hole() -> None:
    """docs/adr holds 0001, 0002, …; each says context, decision and consequences."""
    records = tracked("docs/adr/*.md")
    assert [int(path.name[:4]) for path in records] == list(range(1, len(records) + 1))
    wanted = ("## Context", "## Decision", "## Consequences")
    assert {
        str(path): missing for path in records if (missing := [head for head in wanted if head not in read(path)])
    } == {}
