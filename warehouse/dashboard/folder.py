"""The folder of exported pages: an export replaces what an earlier one wrote, and nothing else.

<target>/.podlake-dashboard   lists the files of the export; all others are somebody else's, such as ``.git`` and ``CNAME``
"""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath

from warehouse.errors import TerminalError
from warehouse.export.folder import swap

_MARK = ".podlake-dashboard"


def check_target(target: Path) -> None:
    """Refuse a folder that holds something, and no export.

    Raises:
        TerminalError: It does.
    """
    if target.exists() and any(target.iterdir()) and not (target / _MARK).exists():
        raise TerminalError(
            "the folder holds something other than an export",
            where=str(target),
            remedy="Name an empty or a new folder.",
        )


def install(part: Path, target: Path) -> None:
    """Put finished pages in the place of those of an earlier export, by one rename where it holds nothing else.

    Raises:
        TerminalError: A file that no export wrote has the name of a page.
    """
    pages, there = _files(part), _files(target)
    earlier = _listed(target) & there
    _record(pages, part, part)
    if there - earlier:
        _merge(part, target, pages, earlier, there - earlier)
    else:
        swap(part, target)


def _merge(part: Path, target: Path, pages: set[str], earlier: set[str], strangers: set[str]) -> None:
    """Replace the pages one by one, around what else is there."""
    _check_free(pages, target, strangers)
    # After a kill both exports are listed, so that the next one finds what is left of them.
    _record(pages | earlier, part, target)
    for name in pages:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (part / name).replace(target / name)
    for name in earlier - pages:
        (target / name).unlink()
    _record(pages, part, target)


def _check_free(pages: set[str], target: Path, strangers: set[str]) -> None:
    for name in sorted(pages):
        above = map(str, PurePosixPath(name).parents)
        if name in strangers or (target / name).is_dir() or not strangers.isdisjoint(above):
            raise TerminalError(
                f"the folder holds a {name!r} that no export put there",
                where=str(target),
                remedy="Move it away, or name an empty or a new folder.",
            )


def _files(folder: Path) -> set[str]:
    """Return the files in a folder, but for the list of them."""
    files = (file for file in folder.rglob("*") if not file.is_dir() or file.is_symlink())
    return {file.relative_to(folder).as_posix() for file in files} - {_MARK}


def _listed(folder: Path) -> set[str]:
    """Return the files that an earlier export says it wrote; none where it does not."""
    try:
        return set(json.loads((folder / _MARK).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return set()


def _record(names: set[str], part: Path, target: Path) -> None:
    """List files, in one step."""
    draft = part / f"{_MARK}.part"
    draft.write_text(json.dumps(sorted(names), indent=0), encoding="utf-8")
    draft.replace(target / _MARK)
