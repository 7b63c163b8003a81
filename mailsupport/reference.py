"""docs/settings.md, made from what the code reads: no variable is forgotten, no limit is told wrong."""

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
FILE: Final = HERE.parent / "docs" / "settings.md"

INTRODUCTION: Final = """# Settings
Every setting that differs between places is an environment variable, read in `mailsupport/settings.py` by the
typed readers of `mailsupport/env.py`. A wrong value stops the start with one line and exit code 1; an empty
one counts as none. This file is made by `manage.py settings_reference`, from the code.
"""

WORDS: Final[dict[str, dict[str, str]]] = tomllib.loads((HERE / "settings.toml").read_text(encoding="utf-8"))
"""What a variable brings about; `default` where the code's own says too little."""

TESTS: Final = """
## Only for tests
- `TEST_DATABASE_URL`: a PostgreSQL login that may create databases, for the second round of `make test`.
- `CI`: `true` fails where a browser or PostgreSQL is missing instead of leaving out its tests.
"""

_KINDS: Final = {
    "boolean": "True or False",
    "choice": "one of {choices}",
    "database": "URL",
    "integer": "whole number from {low} to {high}",
    "mail": "URL",
    "networks": "addresses or networks, comma-separated",
    "path": "path",
    "site_url": "`http://` or `https://` and a host, without a path",
    "text": "text",
    "token": "20 or more characters of ASCII",
}


@dataclass(frozen=True)
class Variable:
    """A variable that the code reads: its reader in env.py, and the values given to the reader."""

    name: str
    reader: str
    values: tuple[object, ...]
    limits: dict[str, object]


def variables() -> list[Variable]:
    """What settings.py reads, in its order, then what env.py reads by itself."""
    found: dict[str, Variable] = {}
    for file in ("settings.py", "env.py"):
        for call in _calls(ast.parse((HERE / file).read_text(encoding="utf-8"))):
            variable = _variable(call)
            if variable:
                found.setdefault(variable.name, variable)
    return list(found.values())


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return iter(sorted(calls, key=lambda call: (call.lineno, call.col_offset)))


def _variable(call: ast.Call) -> Variable | None:
    reader = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    first = call.args[0] if call.args else None
    if reader not in _KINDS or not isinstance(first, ast.Constant) or not isinstance(first.value, str):
        return None
    values = tuple(_constant(value) for value in call.args[1:])
    return Variable(first.value, reader, values, {str(k.arg): _constant(k.value) for k in call.keywords})


def _constant(node: ast.expr) -> object:
    return node.value if isinstance(node, ast.Constant) else None


def _kind(variable: Variable) -> str:
    choices = ", ".join(f"`{value}`" for value in variable.values)
    return _KINDS[variable.reader].format(choices=choices, **variable.limits)


def _default(variable: Variable) -> str:
    told = WORDS[variable.name].get("default")
    if told:
        return told
    own = variable.values[0] if variable.values else variable.limits.get("default", False)
    return f"`{own}`"


def page() -> str:
    """The whole of docs/settings.md. Raises KeyError for a variable without words."""
    parts = [INTRODUCTION]
    for variable in variables():
        facts = f"{_kind(variable)}; default: {_default(variable)}"
        parts.append(f"\n## `{variable.name}`\n*{facts}*\n\n{WORDS[variable.name]['words']}\n")
    return "".join([*parts, TESTS])
