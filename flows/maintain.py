"""The maintenance flow, for schedules; ``podlake maintain`` does the same without Prefect."""

from __future__ import annotations

from prefect import flow

from flows.names import run_name
from warehouse import maintenance
from warehouse.settings import load


@flow(name="maintain", flow_run_name=run_name, validate_parameters=False)
def maintain(settings: dict[str, object] | None = None) -> dict[str, object]:
    """Compact files, expire snapshots and delete what nothing needs.

    Args:
        settings: Settings by name, as plain JSON; those that are missing come from environment, file and defaults.

    Returns:
        What was done, as ``warehouse.maintenance.Upkeep`` tells it.

    Raises:
        LakeError: There is no lake, or a step was refused.
        LakeLockedError: A publisher held the lock for ``lock_timeout_s``.
    """
    return maintenance.maintain(load(**settings or {})).as_dict()
