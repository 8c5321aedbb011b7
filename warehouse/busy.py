"""Find out whether anybody is at work on a lake."""

from __future__ import annotations

from warehouse.errors import LakeLockedError
from warehouse.locks import is_held
from warehouse.settings import Settings


def leave_if_busy(settings: Settings) -> None:
    """Let a run that shall not wait leave a lake on which another one is at work.

    Somebody is at work who publishes now, or whose run has a staging folder, which is locked while the run lives.

    Raises:
        LakeLockedError: Somebody is at work, and ``when_locked`` is ``leave``.
    """
    if settings.when_locked == "wait":
        return
    folder = settings.lake.resolve()
    staged = folder / "staging"
    held = [
        path for path in (folder / "lock", *(staged.iterdir() if staged.is_dir() else ())) if is_held(path)
    ]
    if held:
        raise LakeLockedError(
            f"another run is at work on the lake ({held[-1].name})",
            where=str(folder),
            remedy="It was left alone; set when_locked to wait to take turns with it.",
        )
