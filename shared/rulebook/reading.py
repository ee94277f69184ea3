"""Reads a TOML file into a schema, or says what is wrong with it."""

import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from shared.rulebook.problems import Problem, RulebookError, from_schema
from shared.rulebook.schema import Part

P = TypeVar("P", bound=Part)


def read(file: Path, shape: type[P]) -> P:
    """Return the file's content in its shape; nothing is converted but the words that stand for "none".

    Raises:
        RulebookError: the file cannot be read, is not TOML in UTF-8, or is not of this shape.
    """
    try:
        text = file.read_text("utf-8")
    except OSError as error:
        raise RulebookError(str(file), [Problem("", f"must be readable: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise RulebookError(str(file), [Problem("", "must be text in UTF-8")]) from error
    return parse(text, str(file), shape)


def parse(text: str, name: str, shape: type[P]) -> P:
    """Return what a text, called `name` in messages, says in its shape.

    Raises:
        RulebookError: as for `read`.
    """
    try:
        return shape.model_validate(tomllib.loads(text))
    except ValidationError as error:
        raise RulebookError(name, from_schema(error)) from error
    except (ValueError, RecursionError) as error:  # not TOML, or of numbers and depths that no reader takes
        raise RulebookError(name, [Problem("", f"must be TOML: {error}")]) from error
