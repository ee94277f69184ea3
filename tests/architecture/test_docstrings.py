"""Every module and every public name says what it is for."""

import ast
from collections.abc import Iterable, Iterator

from tests.support.tree import read, tracked

Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def bare(nodes: Iterable[ast.stmt]) -> Iterator[str]:
    """Yield the names of public functions and classes among `nodes` that have no docstring."""
    for node in nodes:
        if not isinstance(node, Documented) or node.name.startswith("_"):
            continue
        if ast.get_docstring(node) is None and not sets(node):
            yield node.name


def sets(node: Documented) -> bool:
    """Return whether this is the setter of a property, which its getter documents."""
    return any(isinstance(by, ast.Attribute) and by.attr == "setter" for by in node.decorator_list)


def undocumented(source: str) -> Iterator[str]:
    """Yield the public names without a docstring: the module, its functions and classes, methods of root classes.

    A method of a class with bases may rest on the docstring of what it overrides.
    """
    module = ast.parse(source)
    if module.body and ast.get_docstring(module) is None:
        yield "the module"
    yield from bare(module.body)
    for node in module.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and not node.bases:
            yield from (f"{node.name}.{name}" for name in bare(node.body))


def test_every_public_name_says_what_it_is_for() -> None:
    """In the services, what is shared, the tools and the benchmarks."""
    files = tracked("services/*.py", "shared/*.py", "tools/*.py", "benchmarks/*.py", "tests/support/*.py")
    assert files
    assert {str(path): found for path in files if (found := list(undocumented(read(path))))} == {}


def test_a_missing_docstring_is_seen() -> None:
    """The check above can fail."""
    methods = "    def b(self): ...\n    def _c(self): ...\n"
    source = f'class A:\n    """Doc."""\n{methods}def d(): ...\nclass E(A):\n{methods}'
    assert list(undocumented(source)) == ["the module", "d", "E", "A.b"]
