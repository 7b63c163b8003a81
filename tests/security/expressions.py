"""Every regular expression of our own, found in the source, and texts made to keep each of them busy."""

from __future__ import annotations

import ast
import re
import string
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from re import _constants as op  # type: ignore[attr-defined] # the engine's own, not in the stubs
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("faq", "tickets", "mailsupport", "diagnosis")
FLAGS_AT = {"compile": 1, "sub": 4, "subn": 4, "split": 3}
FUNCTIONS = ("compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer")
ANCHORED = ("match", "fullmatch")
ALPHABET = (
    "a0 -.@_/,:;\n" + string.punctuation + string.ascii_letters + string.digits + "\t\r　あア漢ー、。「」！"
)
TAILS = ("", "\n\0 あ")
LONGEST = 12_288
STEPS = (16, 20, 24, 28, 32, 256, 1024, 4096, LONGEST)
MOST = 3.0
"""Times that twice the text may take: a linear one takes 2, a quadratic one 4."""
FLOOR = 0.004
"""Seconds of processor time under which nothing is compared: of LONGEST, a linear one needs less."""


@dataclass(frozen=True)
class Found:
    """An expression, where it stands, and how it is used: from the start, or from every place of a text."""

    where: str
    pattern: re.Pattern[Any]
    is_anchored: bool


def source_files() -> Iterator[Path]:
    """Ours, without migrations."""
    for room in ROOMS:
        yield from (path for path in sorted((ROOT / room).rglob("*.py")) if "migrations" not in path.parts)


def calls() -> Iterator[tuple[Path, ast.Call, str, str]]:
    """Every call that takes an expression: file, call, function, and the name that a compiled one gets."""
    for path in source_files():
        tree = ast.parse(path.read_text())
        named = {
            id(node.value): name.id
            for node in ast.walk(tree)
            for name in _targets(node)
            if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(name, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and (function := _function(node.func)):
                yield path, node, function, named.get(id(node), "")


def _targets(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return node.targets
    return [node.target] if isinstance(node, ast.AnnAssign) else []


def _function(called: ast.expr) -> str:
    if isinstance(called, ast.Name) and called.id == "RegexValidator":
        return "search"
    is_re = (
        isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "re"
    )
    return called.attr if is_re and called.attr in FUNCTIONS else ""  # type: ignore[attr-defined] # seen above


def expressions(built: dict[str, Any]) -> Iterator[Found]:
    """All of them; `built` gives those that are put together at run time, by file and source of the call.

    Raises KeyError for one that neither stands in the source nor in `built`.
    """
    for path, call, function, name in calls():
        where = f"{path.relative_to(ROOT)}:{call.lineno}"
        uses = _uses(name) if function == "compile" else {function}
        module = import_module(
            ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        )
        try:
            pattern = re.compile(_value(call.args[0], module), _flags(call, function, module))
        except NameError:
            for pattern in built[f"{path.relative_to(ROOT)} {ast.unparse(call.args[0])}"]():
                yield Found(where, pattern, is_anchored=False)
            continue
        yield Found(where, pattern, is_anchored=bool(uses) and uses <= set(ANCHORED))


def _value(node: ast.expr, module: Any) -> Any:
    return eval(compile(ast.Expression(node), "<source>", "eval"), dict(vars(module)))


def _flags(call: ast.Call, function: str, module: Any) -> int:
    given = [word.value for word in call.keywords if word.arg == "flags"]
    given += call.args[FLAGS_AT.get(function, 2) :][:1] if isinstance(call.func, ast.Attribute) else []
    return int(_value(given[0], module)) if given else 0


def _uses(name: str) -> set[str]:
    """The methods that are called on a name, anywhere in our source."""
    return set(re.findall(rf"\b{name}\.({'|'.join(FUNCTIONS)})\(", _all_source())) if name else set()


@cache
def _all_source() -> str:
    return "\n".join(path.read_text() for path in source_files())


def hostile(pattern: re.Pattern[Any]) -> Iterable[tuple[str, str, str]]:
    """Texts that keep it busy, as start, what is repeated, and an end that fits nothing."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    pairs = dict.fromkeys(_pumps(parser.parse(source, pattern.flags), ""))
    return [(before, pump, tail) for before, pump in pairs if pump for tail in TAILS]


def _pumps(items: Any, before: str) -> Iterator[tuple[str, str]]:
    """Each part repeated behind what leads to it, and both repeated together."""
    for item in items:
        kind, value = item
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            for pump in (_sample(value[2]), *_letters(value[2])):
                yield before, pump
                yield "", before + pump
            yield from _pumps(value[2], before)
        elif kind is op.BRANCH:
            for branch in value[1]:
                yield from _pumps(branch, before)
        elif kind is op.SUBPATTERN:
            yield from _pumps(value[-1], before)
        else:
            for letter in _letters([item]):
                yield "", before + letter
                yield "", letter
        before += _sample([item])


def repeats(pattern: re.Pattern[str]) -> Iterator[int]:
    """How often each part of it may be repeated at most."""
    return _repeats(parser.parse(pattern.pattern, pattern.flags))


def _repeats(items: Any) -> Iterator[int]:
    for kind, value in items:
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            yield int(value[1])
        parts = value[1] if kind is op.BRANCH else value[-1:] if isinstance(value, tuple) else ()
        for part in parts:
            if isinstance(part, parser.SubPattern):
                yield from _repeats(part)


def _sample(items: Any) -> str:
    """A short text that fits."""
    found = ""
    for kind, value in items:
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            found += _sample(value[2]) * max(1, value[0])
        elif kind is op.BRANCH:
            found += _sample(value[1][0])
        elif kind is op.SUBPATTERN:
            found += _sample(value[-1])
        else:
            found += next(iter(_letters([(kind, value)])), "")
    return found


def _letters(items: Any) -> list[str]:
    """Up to five unlike letters that the first of the items takes."""
    for kind, value in items:
        if kind is op.SUBPATTERN:
            return _letters(value[-1])
        if kind is op.BRANCH:
            return [letter for branch in value[1] for letter in _letters(branch)[:1]][:5]
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            return _letters(value[2])
        if kind is op.LITERAL:
            return [chr(value)]
        if kind in (op.NOT_LITERAL, op.ANY, op.IN):
            return [letter for letter in ALPHABET if _takes(kind, value, letter)][:5]
    return []


def _takes(kind: Any, value: Any, letter: str) -> bool:
    if kind is op.IN:
        is_negated = value[0][0] is op.NEGATE
        return any(_takes(each[0], each[1], letter) for each in value[is_negated:]) != is_negated
    if kind is op.RANGE:
        return bool(value[0] <= ord(letter) <= value[1])
    if kind is op.CATEGORY:
        kinds: dict[Any, Callable[[str], bool]] = {
            op.CATEGORY_DIGIT: str.isdigit, op.CATEGORY_SPACE: str.isspace,
            op.CATEGORY_WORD: lambda one: one.isalnum() or one == "_",
        }  # fmt: skip
        plain = op.__dict__[str(value).replace("_NOT_", "_")]
        return bool(kinds[plain](letter)) != (plain is not value)
    return (letter == chr(value)) == (kind is op.LITERAL) if kind is not op.ANY else letter != "\n"


def slowest(found: Found) -> tuple[float, str]:
    """How much longer the worst text takes when it is twice as long, and which one: 0 where none takes long.

    One that takes long already at 32 letters is exponential, and not asked any further: infinite.
    """
    worst = (0.0, "")
    for parts in hostile(found.pattern):
        ratio = _growth(found, parts)
        if ratio > MOST:
            # Somebody else's work on this machine may slow a moment: three times is no chance.
            ratio = min(ratio, _growth(found, parts), _growth(found, parts))
        worst = max(worst, (ratio, repr(parts)))
        if ratio > MOST:
            break
    return worst


def _growth(found: Found, parts: tuple[str, str, str]) -> float:
    for length in STEPS:
        spent = _seconds(found, parts, length)
        if spent > FLOOR and length <= 32:
            return float("inf")
        if spent > 10 * FLOOR or (spent > FLOOR and length == LONGEST):
            half = min(_seconds(found, parts, length // 2) for _ in range(3))
            return min(spent, _seconds(found, parts, length)) / max(half, 1e-6)
    return 0.0


def _seconds(found: Found, parts: tuple[str, str, str], length: int) -> float:
    before, pump, tail = parts
    text: Any = (before + pump * (1 + length // len(pump)))[:length] + tail
    text = text if isinstance(found.pattern.pattern, str) else text.encode()
    began = time.process_time()
    if found.is_anchored:
        found.pattern.match(text)
        found.pattern.fullmatch(text)
    else:
        for _ in found.pattern.finditer(text):
            pass
    return time.process_time() - began
