"""What the commands share: their options, settings, exit codes and how they print JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from warehouse.settings import Settings

_Command = TypeVar("_Command", bound=Callable[..., Any])

CHECKS_FAILED = 1

_SNAPSHOT = re.compile(r"[0-9]{1,18}")
"""What DuckLake can have as a snapshot's id: a BIGINT."""

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class Duration(click.ParamType[timedelta, Any]):
    """A time span such as 90s, 15m, 6h or 7d."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Read a number and its unit."""
        found = re.fullmatch(r"([1-9]\d*)([smhd])", value)
        if not found:
            self.fail(f"{value!r} is no duration, such as 90s, 15m, 6h or 7d", param, ctx)
        try:
            span = timedelta(**{_UNITS[found[2]]: int(found[1])})
            datetime.now(UTC) + span
        except (OverflowError, ValueError):  # of 4,301 digits Python makes no number
            self.fail(f"{value!r} is longer than calendars reach", param, ctx)
        return span


def lake_option(command: _Command) -> _Command:
    """Let a command be told which lake it works on."""
    return click.option("--lake", metavar="PATH", help="The lake [PODLAKE_LAKE; default: ./lake].")(command)


def json_option(command: _Command) -> _Command:
    """Let a command print JSON."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")(command)


def settings_of(lake: str | None, **flags: object) -> Settings:
    """Load the settings; a lake named after the command wins over one named before it, or before its group."""
    from warehouse.settings import load

    context: click.Context | None = click.get_current_context()
    while context and not lake:
        lake, context = context.params.get("lake"), context.parent
    return load(lake=lake, **flags)


def print_json(value: object) -> None:
    """Print a value as JSON on standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def moment_of(at: str | None) -> int | datetime | None:
    """Read a snapshot's id or a time; one without zone is UTC."""
    if at is None or _SNAPSHOT.fullmatch(at):
        return int(at) if at else None
    try:
        found = datetime.fromisoformat(at)
    except ValueError as error:
        remedy = "give a snapshot's id, or a time such as 2026-01-31 or 2026-01-31T12:00"
        raise click.BadParameter(f"{at!r} is neither; {remedy}", param_hint="--at") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)
