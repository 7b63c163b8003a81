"""Statements put together once, for the few that a crowd asks for.

Django puts every statement together anew, and that takes several times as long as a small database needs to
answer it (docs/bench.md, filing). Here a statement is put together, by Django's own compiler where it reads,
when it is first wanted; afterwards only its values change. No signals: the house has none (DESIGN.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache, wraps
from itertools import count
from typing import Any, Final, NamedTuple, ParamSpec, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections, models

Row = TypeVar("Row", bound=models.Model)
Asked = ParamSpec("Asked")


def insert(*rows: models.Model) -> None:
    """Store new rows of one model (at least one) with one statement, and set their keys.

    As `Model.save` and `bulk_create` do, but without signals; a generated column is read when asked for.
    """
    here = connections[DEFAULT_DB_ALIAS]
    sql, fields = _insert(type(rows[0]), len(rows), here.vendor)
    values = [field.get_db_prep_save(field.pre_save(row, add=True), here) for row in rows for field in fields]
    with here.cursor() as cursor:
        cursor.execute(sql, values)
        keys = [key for (key,) in cursor.fetchall()]
    for row, key in zip(rows, keys, strict=True):
        row.pk = key
        row._state.adding, row._state.db = False, here.alias


def update(row: models.Model, *names: str) -> None:
    """Store these fields of a row, as `Model.save(update_fields=names)` does; without signals.

    Raises KeyError for a name that is no field.
    """
    here = connections[DEFAULT_DB_ALIAS]
    sql, fields = _update(type(row), names, here.vendor)
    values = [field.get_db_prep_save(field.pre_save(row, add=False), here) for field in fields]
    with here.cursor() as cursor:
        cursor.execute(sql, [*values, row.pk])


def prepared(question: Callable[Asked, models.QuerySet[Row]]) -> Callable[Asked, list[Row]]:
    """The rows of the question, its statement kept for every shape of its arguments.

    Arguments are texts, whole numbers, moments or lists of these (a list of another length is another
    shape), each compared as it is: no `contains`, no None. No select_related. Raises ValueError for a
    question that does something else with an argument, TypeError for an argument of another type.
    """
    statements: dict[Any, _Reading] = {}

    @wraps(question)
    def rows(*args: Asked.args, **kwargs: Asked.kwargs) -> list[Row]:
        given = [*args, *kwargs.values()]
        shape = (connection.vendor, len(args), *kwargs, *map(_shape, given))
        if shape not in statements:
            marks = _marks(given)
            names = dict(zip(kwargs, marks[len(args) :], strict=True))
            statements[shape] = _reading(question(*marks[: len(args)], **names), _flat(marks))
        return _read(statements[shape], _flat(given))

    return rows


class _Reading(NamedTuple):
    """A statement that reads. `places` has for every placeholder the number of its value, or None, and what
    stands there else."""

    model: type[models.Model]
    sql: str
    places: Sequence[tuple[int | None, Any]]
    names: Sequence[str]
    converters: Mapping[int, tuple[list[Callable[..., Any]], Any]]


def _reading(queryset: models.QuerySet[Any], marks: Sequence[Any]) -> _Reading:
    compiler = queryset.query.get_compiler(connection=connection)
    sql, params = compiler.as_sql()
    numbers = {_adapted(mark): number for number, mark in enumerate(marks)}
    places = [(numbers.get(param), param) for param in params]
    if {number for number, _ in places} - {None} != set(numbers.values()):
        raise ValueError(f"{queryset.model.__name__}: an argument is not compared as it is")
    if compiler.klass_info is None or compiler.klass_info.get("related_klass_infos"):
        raise ValueError(f"{queryset.model.__name__}: only whole rows of one model")
    columns = [column for column, _sql, _alias in compiler.select or []]
    # Converters are those of this thread's connection; they read its time zone, which all share.
    names = [column.target.attname for column in columns]
    return _Reading(queryset.model, sql, places, names, compiler.get_converters(columns))


def _read(reading: _Reading, given: Sequence[Any]) -> list[Any]:
    here = connections[DEFAULT_DB_ALIAS]
    values = [constant if number is None else _adapted(given[number]) for number, constant in reading.places]
    with here.cursor() as cursor:
        cursor.execute(reading.sql, values)
        found = [list(row) for row in cursor.fetchall()]
    for row in found:
        for number, (steps, column) in reading.converters.items():
            for step in steps:
                row[number] = step(row[number], column, here)
    return [reading.model.from_db(here.alias, reading.names, row) for row in found]


_SINGLE: Final = (str, int, datetime)


def _shape(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return (len(value), *map(_shape, value))
    kind = type(value)
    if kind not in _SINGLE:
        raise TypeError(f"{kind.__name__} cannot be an argument of a kept statement")
    return kind


_FAR: Final = 2_147_000_000
"""Marks begin here: near the end of the smallest kind of key, and far from any constant of a question."""


def _marks(given: Sequence[Any]) -> list[Any]:
    """For every argument one of its shape, each value of it unlike any other."""
    numbers = count()

    def mark(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [mark(one) for one in value]
        number = next(numbers)
        if isinstance(value, datetime):
            return datetime(9000, 1, 1, microsecond=number, tzinfo=UTC)
        return f"\x01{number}" if isinstance(value, str) else _FAR + number

    return [mark(value) for value in given]


def _flat(values: Sequence[Any]) -> list[Any]:
    return [one for value in values for one in (value if isinstance(value, list | tuple) else [value])]


def _adapted(value: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


Fields = list[models.Field[Any, Any]]


@lru_cache(maxsize=256)
def _insert(model: type[models.Model], rows: int, _vendor: str) -> tuple[str, Fields]:
    fields = [
        field for field in model._meta.local_concrete_fields if not (field.generated or field.primary_key)
    ]
    columns = ", ".join(map(_column, fields))
    values = ", ".join(["(" + ", ".join(["%s"] * len(fields)) + ")"] * rows)
    key = _column(model._meta.pk)
    sql = f"INSERT INTO {_table(model)} ({columns}) VALUES {values} RETURNING {key}"  # noqa: S608 # our names
    return sql, fields


@lru_cache(maxsize=64)
def _update(model: type[models.Model], names: tuple[str, ...], _vendor: str) -> tuple[str, Fields]:
    known = {field.name: field for field in model._meta.local_concrete_fields}
    fields = [known[name] for name in names]
    changes = ", ".join(f"{_column(field)} = %s" for field in fields)
    return f"UPDATE {_table(model)} SET {changes} WHERE {_column(model._meta.pk)} = %s", fields  # noqa: S608 # our names


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _column(field: models.Field[Any, Any]) -> str:
    return connection.ops.quote_name(str(field.column))
