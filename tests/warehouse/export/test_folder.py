"""The folder of an export: whole or not there, and never in the place of somebody else's files."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from warehouse.errors import ExportError
from warehouse.export.archive import Request, export_captions, export_documents, export_tables
from warehouse.export.folder import export_folder
from warehouse.export.selection import Selection
from warehouse.export.tables import CORE
from warehouse.settings import Settings


def names(folder: Path) -> set[str]:
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in names(folder)}


def write(target: Path, settings: Settings, *files: str) -> None:
    with export_folder(target, settings, {"shape": "test"}) as folder:
        for name in files:
            folder.write(name, name, 1)


def test_the_checksums_are_those_that_sha256sum_accepts(sample_lake: Settings, tmp_path: Path) -> None:
    target = tmp_path / "out"
    export_tables(sample_lake, Request(target))
    check = subprocess.run(
        [str(shutil.which("sha256sum")), "--check", "--strict", "SHA256SUMS"],
        cwd=target,
        capture_output=True,
        text=True,
        check=True,
    )
    checked = {line.removesuffix(": OK") for line in check.stdout.splitlines()}
    assert checked == names(target) - {"SHA256SUMS"}


def test_the_manifest_names_snapshot_version_and_every_file(sample_lake: Settings, tmp_path: Path) -> None:
    target = tmp_path / "out"
    done = export_tables(sample_lake, Request(target), ["core.podcasts", "core.turns"])
    manifest = json.loads((target / "manifest.json").read_text())
    assert manifest["snapshot"] == {"id": done.snapshot_id, "committed_at": done.committed_at.isoformat()}
    assert manifest["podlake_version"]
    listed = {file["path"]: file for file in manifest["files"]}
    assert listed.keys() == names(target) - {"manifest.json", "SHA256SUMS"}
    assert sum(file["rows"] for file in listed.values()) == done.n_rows
    assert all((target / name).stat().st_size == file["bytes"] for name, file in listed.items())


def test_the_same_snapshot_gives_the_same_bytes(sample_lake: Settings, tmp_path: Path) -> None:
    for name in ("one", "two"):
        export_tables(sample_lake, Request(tmp_path / name), [*CORE, "raw.documents", "mart.talk_time"])
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_an_export_replaces_an_earlier_one_whole(settings: Settings, tmp_path: Path) -> None:
    write(tmp_path / "out", settings, "a", "sub/b")
    write(tmp_path / "out", settings, "c")
    assert names(tmp_path / "out") == {"c", "manifest.json", "SHA256SUMS"}
    assert {path.name for path in tmp_path.iterdir()} == {"out"}


@pytest.mark.parametrize("stranger", ["notes.txt", "sub/notes.txt"])
@pytest.mark.parametrize("is_export", [False, True])
def test_a_folder_with_a_strangers_file_is_refused(
    settings: Settings, tmp_path: Path, stranger: str, is_export: bool
) -> None:
    target = tmp_path / "out"
    if is_export:
        write(target, settings, "a")
    (target / stranger).parent.mkdir(parents=True, exist_ok=True)
    (target / stranger).write_text("mine")
    before = contents(target)
    with pytest.raises(ExportError, match="which no export put there"):
        write(target, settings, "b")
    assert contents(target) == before


def test_a_strangers_folder_called_as_the_one_in_the_making_is_left_alone(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "out.part").mkdir()
    (tmp_path / "out.part" / "mine").touch()
    with pytest.raises(ExportError, match=r"out\.part"):
        write(tmp_path / "out", settings, "a")
    assert names(tmp_path) == {"out.part/mine"}


def test_a_file_and_a_place_inside_the_lake_are_refused(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ExportError, match="no folder"):
        write(tmp_path / "file", settings, "a")
    with pytest.raises(ExportError, match="inside the lake"):
        write(settings.lake / "data" / "out", settings, "a")


def test_what_fails_leaves_nothing(settings: Settings, tmp_path: Path) -> None:
    def fail() -> None:
        with export_folder(tmp_path / "out", settings, {}) as folder:
            folder.write("a", "half")
            assert names(tmp_path) > {"out.part/a"}
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_two_exports_cannot_write_one_folder(settings: Settings, tmp_path: Path) -> None:
    with export_folder(tmp_path / "out", settings, {}) as folder:
        folder.write("a", "a")
        with pytest.raises(ExportError, match="another export"):
            write(tmp_path / "out", settings, "b")
    assert names(tmp_path / "out") == {"a", "manifest.json", "SHA256SUMS"}


def test_an_unknown_podcast_is_refused_before_anything_is_written(
    sample_lake: Settings, tmp_path: Path
) -> None:
    with pytest.raises(ExportError, match=r"no podcast 'nope'.*small-museums"):
        export_documents(sample_lake, Request(tmp_path / "out", Selection(("nope",))))
    assert list(tmp_path.iterdir()) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from warehouse.export.archive import Request, export_captions
from warehouse.settings import load

def die(what, n_done, n_all):
    if n_done == 5:
        os.kill(os.getpid(), signal.SIGKILL)

export_captions(load(lake=sys.argv[1]), Request(Path(sys.argv[2]), told=die), "vtt")
"""


def test_a_killed_export_leaves_the_target_as_it_was_and_the_next_one_goes_through(
    sample_lake: Settings, tmp_path: Path
) -> None:
    target = tmp_path / "out"
    export_documents(sample_lake, Request(target))
    before = contents(target)
    command = [sys.executable, "-c", KILLED, str(sample_lake.lake), str(target)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert contents(target) == before
    assert len(list((tmp_path / "out.part").rglob("*.vtt"))) == 4  # of five, one has estimated times
    export_captions(sample_lake, Request(target), "vtt")
    assert len(list(target.rglob("*.vtt"))) == 10
    assert {path.name for path in tmp_path.iterdir()} == {"out"}
