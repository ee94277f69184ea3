"""Every refusal has its HTTP status, once; no status stands there for a refusal that nobody gives."""

import ast
import inspect
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from services.cases import refusals
from services.cases.domain import errors
from services.cases.statuses import STATUS, STATUS_OF
from shared.kit.decider import Refusal

OF_CASES = [import_module(f"{errors.__name__}.{module.name}") for module in iter_modules(errors.__path__)]


def codes(module: ModuleType) -> set[str]:
    """Return the codes with which a module's functions make refusals."""
    tree = ast.parse(inspect.getsource(module))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    first = [node.args[0] for node in calls if isinstance(node.func, ast.Name) and node.func.id == "Refusal"]
    return {str(argument.value) for argument in first if isinstance(argument, ast.Constant)}


def test_the_table_is_complete_and_holds_nothing_else() -> None:
    given = codes(refusals).union(*(codes(module) for module in OF_CASES))
    assert set(STATUS_OF) == given


def test_a_refusals_function_is_named_like_its_code() -> None:
    made: set[str] = set().union(*(codes(module) for module in OF_CASES))
    assert set(errors.__all__) - {"STATE_CODES"} == made
    assert isinstance(refusals.case_not_found(), Refusal)
    assert all(hasattr(refusals, code) for code in codes(refusals))


def test_no_code_stands_twice() -> None:
    assert sum(len(named) for named in STATUS.values()) == len(STATUS_OF)
    assert all(400 <= status < 600 for status in STATUS)
