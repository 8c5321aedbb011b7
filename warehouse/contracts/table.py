"""What a table is: its columns with their types and meaning, and the DDL that follows from them."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

_SQL_TYPES: dict[pl.DataType, str] = {
    pl.String(): "VARCHAR",
    pl.List(pl.String()): "VARCHAR[]",
    pl.List(pl.Int32()): "INTEGER[]",
    pl.List(pl.Float32()): "FLOAT[]",
    pl.Boolean(): "BOOLEAN",
    pl.Int16(): "SMALLINT",
    pl.Int32(): "INTEGER",
    pl.Int64(): "BIGINT",
    pl.Float64(): "DOUBLE",
    pl.Datetime("us", "UTC"): "TIMESTAMP WITH TIME ZONE",
}

TEXT = pl.String()
TEXTS = pl.List(pl.String())
FLAG = pl.Boolean()
YEAR = pl.Int16()
COUNT = pl.Int32()
COUNTS = pl.List(pl.Int32())
VECTOR = pl.List(pl.Float32())
BYTES = pl.Int64()
SECONDS = pl.Float64()
SHARE = pl.Float64()
MOMENT = pl.Datetime("us", "UTC")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its polars type, whether it may be null, and what it means."""

    name: str
    dtype: pl.DataType
    description: str
    nullable: bool = False
    unit: str = ""

    @property
    def sql_type(self) -> str:
        """The type that DuckDB gives it."""
        return _SQL_TYPES[self.dtype]

    @property
    def sql(self) -> str:
        """The column's line in ``CREATE TABLE``."""
        return f'"{self.name}" {self.sql_type}{"" if self.nullable else " NOT NULL"}'


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its columns, the key that makes a row unique, and the table its rows hang on."""

    schema: str
    name: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    parent: str | None = None

    @property
    def full_name(self) -> str:
        """Schema and name, as SQL writes them."""
        return f"{self.schema}.{self.name}"

    @property
    def polars_schema(self) -> pl.Schema:
        """The schema that a frame of this table has, in column order."""
        return pl.Schema({column.name: column.dtype for column in self.columns})

    @property
    def ddl(self) -> str:
        """The ``CREATE TABLE`` statement (DuckLake knows no keys, so none is declared)."""
        columns = ", ".join(column.sql for column in self.columns)
        return f"CREATE TABLE {self.full_name} ({columns})"

    def empty(self) -> pl.DataFrame:
        """Return a frame of this table without rows."""
        return pl.DataFrame(schema=self.polars_schema)
