"""A statement of the hot path: compiled once, then run on the driver itself.

SQLAlchemy writes the SQL and its types turn values in and out; what is left out is its execution machinery, which costs
several times what SQLite needs for the statement (decision 0045). Statements are constant: values are bound by name.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Dialect, Executable
from sqlalchemy.exc import DBAPIError

from bot.storage.database import Transaction

Turn = Callable[[Any], Any]
Values = Mapping[str, Any]


class Prepared:
    """One statement, or the same one in two dialects."""

    def __init__(
        self, statement: Executable, postgresql: Executable | None = None, *, columns: Sequence[str] | None = None
    ) -> None:
        """`columns`: of an insert without values of its own, those that are given."""
        self._statements = {"sqlite": statement, "postgresql": statement if postgresql is None else postgresql}
        self._columns = columns
        self._compiled: dict[Dialect, _Compiled] = {}

    def rows(self, tx: Transaction, values: Values) -> list[tuple[Any, ...]]:
        """Every row."""
        compiled = self._of(tx)
        return compiled.read(compiled.run(tx, values).fetchall())

    def row(self, tx: Transaction, values: Values) -> tuple[Any, ...] | None:
        """The one row; None when there is none."""
        rows = self.rows(tx, values)
        assert len(rows) <= 1
        return rows[0] if rows else None

    def one(self, tx: Transaction, values: Values) -> tuple[Any, ...]:
        """The one row there always is."""
        (row,) = self.rows(tx, values)
        return row

    def change(self, tx: Transaction, values: Values) -> int:
        """Run what changes rows; how many."""
        changed: int = self._of(tx).run(tx, values).rowcount
        return changed

    def change_each(self, tx: Transaction, many: Iterable[Values]) -> None:
        """Run it once for each."""
        self._of(tx).run_each(tx, many)

    def _of(self, tx: Transaction) -> "_Compiled":
        dialect = tx.dialect
        found = self._compiled.get(dialect)
        if found is None:
            found = self._compiled[dialect] = _Compiled(self._statements[dialect.name], dialect, self._columns)
        return found


class _Compiled:
    """A statement as one engine's driver takes it."""

    __slots__ = ("_dialect", "_given", "_own", "_results", "_sql")

    def __init__(self, statement: Any, dialect: Dialect, columns: Sequence[str] | None) -> None:
        # PostgreSQL takes $1, $2 as they are; names would be looked for in the text again and again
        speaks = dialect if dialect.positional else cast("type[Any]", type(dialect))(paramstyle="numeric_dollar")
        compiled = statement.compile(dialect=speaks, column_keys=columns)
        self._sql, self._dialect = str(compiled), dialect
        given: dict[str, Turn | None] = {}
        own: dict[str, Any] = {}
        for bound, name in compiled.bind_names.items():
            turn = bound.type.dialect_impl(dialect).bind_processor(dialect)
            if bound.required:
                given[name] = turn
            else:
                value = compiled.params[name]
                own[name] = turn(value) if turn else value
        names: list[str] = compiled.positiontup or []
        self._own = [own.get(name) for name in names]  # values that stand in the statement itself, room for the others
        self._given = [(place, name, given[name]) for place, name in enumerate(names) if name in given]
        described: Any = getattr(statement, "returning_column_descriptions", None)
        described = described or getattr(statement, "column_descriptions", ())
        turns = [each["type"].dialect_impl(dialect).result_processor(dialect, None) for each in described]
        self._results: list[tuple[int, Turn]] = [(place, turn) for place, turn in enumerate(turns) if turn]

    def run(self, tx: Transaction, values: Values) -> Any:
        """The driver's cursor."""
        return self._execute(tx, tx.runner.execute, self._bound(values), many=False)

    def run_each(self, tx: Transaction, values: Iterable[Values]) -> None:
        """Once for each, in one round trip."""
        self._execute(tx, tx.runner.executemany, [self._bound(each) for each in values], many=True)

    def _bound(self, values: Values) -> tuple[Any, ...]:
        """The values in their order, as the driver takes them."""
        row = self._own.copy()
        for place, name, turn in self._given:
            value = values[name]
            row[place] = value if turn is None else turn(value)
        return tuple(row)

    def _execute(self, tx: Transaction, execute: Any, bound: Any, *, many: bool) -> Any:
        dispatch = tx.dispatch  # whoever listens to statements hears these too
        if dispatch.before_cursor_execute:
            for listener in dispatch.before_cursor_execute:
                listener(tx.connection, None, self._sql, bound, None, many)
        try:
            cursor = execute(self._sql, bound)
        except self._dialect.loaded_dbapi.Error as error:
            raise self._told(tx, error) from None
        if dispatch.after_cursor_execute:
            for listener in dispatch.after_cursor_execute:
                listener(tx.connection, None, self._sql, bound, None, many)
        return cursor

    def _told(self, tx: Transaction, error: Any) -> Exception:
        """What SQLAlchemy would raise."""
        gone = self._dialect.is_disconnect(error, tx.driver, None)
        if gone:
            tx.connection.invalidate()
        told: Exception = DBAPIError.instance(
            None,
            None,
            error,
            self._dialect.loaded_dbapi.Error,
            hide_parameters=True,
            connection_invalidated=gone,
            dialect=self._dialect,
        )
        return told

    def read(self, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """The rows as the program sees them."""
        if not self._results:
            return rows
        found = []
        for row in rows:
            turned = list(row)
            for place, turn in self._results:
                turned[place] = turn(turned[place])
            found.append(tuple(turned))
        return found
