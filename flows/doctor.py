"""Check a set-up: versions, extensions, settings, the lake and its lock."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from importlib.metadata import version

from warehouse.contracts import TABLES
from warehouse.errors import PodlakeError
from warehouse.lake import EXTENSIONS, connect, extension_path, publishing
from warehouse.models import Mart, marts
from warehouse.settings import Settings
from warehouse.views import column_types

_PARTS = ("podlake", "prefect", "fastapi", "duckdb", "polars", "pyarrow", "great-expectations", "pandas")
_FEWEST_FREE_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class Check:
    """One finding about the set-up."""

    name: str
    passed: bool
    detail: str

    def as_dict(self) -> dict[str, object]:
        """Return the finding for JSON."""
        return asdict(self)


def checks(load_settings: Callable[[], Settings]) -> list[Check]:
    """Check everything that can be wrong before a run; a check that raises fails with what it raised."""
    found = [Check("python", True, platform.python_version()), _check("parts", _versions)]
    found.append(_check("extensions", _extensions))
    try:
        settings = load_settings()
    except PodlakeError as error:
        return [*found, Check("settings", False, str(error))]
    found.append(Check("settings", True, f"lake {settings.lake.resolve()}, runner {settings.runner}"))
    found.append(_check("disk", lambda: _disk(settings)))
    if not (settings.lake / "catalog.sqlite").exists():
        return [*found, Check("lake", True, "there is none yet; podlake ingest makes one")]
    return [*found, _check("lake", lambda: _lake(settings)), _check("lock", lambda: _lock(settings))]


def _check(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, True, look())
    except (PodlakeError, ImportError, OSError) as error:
        return Check(name, False, str(error))


def _versions() -> str:
    return ", ".join(f"{part} {version(part)}" for part in _PARTS)


def _extensions() -> str:
    missing = [name for name in EXTENSIONS if not extension_path(name).exists()]
    if missing:
        raise FileNotFoundError(f"no extension {', '.join(missing)} for this DuckDB; install podlake again")
    return f"{', '.join(EXTENSIONS)} come with their packages; nothing is downloaded"


def _disk(settings: Settings) -> str:
    folder = next(
        path for path in (settings.lake.resolve(), *settings.lake.resolve().parents) if path.exists()
    )
    free = shutil.disk_usage(folder).free
    if free < _FEWEST_FREE_BYTES:
        raise OSError(f"only {free / 1e9:.1f} GB are free at {folder}")
    return f"{free / 1e9:.0f} GB free"


def _lake(settings: Settings) -> str:
    with closing(connect(settings)) as lake:
        row = lake.execute("SELECT count(*) FROM raw.documents").fetchone()
    return f"readable, {row[0] if row else 0} document revisions"


def _lock(settings: Settings) -> str:
    with publishing(settings.model_copy(update={"lock_timeout_s": 0.0})):
        return "free"


def dictionary() -> list[dict[str, object]]:
    """Return the data dictionary: every table, mart and column with its type and meaning."""
    tables: list[dict[str, object]] = [
        {
            "table": table.full_name,
            "description": table.description,
            "key": list(table.key),
            "columns": [
                {
                    "name": column.name,
                    "type": column.sql_type,
                    "nullable": column.nullable,
                    "key": column.name in table.key,
                    "unit": column.unit,
                    "description": column.description,
                }
                for column in table.columns
            ],
        }
        for table in TABLES.values()
    ]
    types = column_types()
    return tables + [_mart_entry(one, types[name]) for name, one in marts().items()]


def _mart_entry(of: Mart, types: dict[str, str]) -> dict[str, object]:
    """Return a mart as the dictionary lists it; a view promises no column, so any but its grain may be null."""
    return {
        "table": of.name,
        "description": of.description,
        "key": list(of.grain),
        "columns": [
            {
                "name": column,
                "type": types[column],
                "nullable": column not in of.grain,
                "key": column in of.grain,
                "unit": "",
                "description": meaning,
            }
            for column, meaning in of.columns.items()
        ],
    }
