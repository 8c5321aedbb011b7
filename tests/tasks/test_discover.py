from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tasks.discover import discover
from tasks.document import Document, read
from tasks.sources import size_of
from tests.remembered import Remembered
from warehouse.errors import SourceError
from warehouse.settings import Settings, load


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(lake=tmp_path / "lake")


def write(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_name(path.name + ".vtt").write_text(text)
    return folder


def found(settings: Settings, *sources: Path | str, ledger: Remembered | None = None) -> list[Document]:
    ledger = ledger or Remembered()
    return list(discover(sources, settings, ledger, ledger.count))


def paths(documents: Sequence[Document]) -> list[str]:
    return [f"{document.podcast}/{document.path}" for document in documents]


def test_files_of_nested_folders_come_sorted_and_leftovers_stay_out(
    tmp_path: Path, settings: Settings
) -> None:
    root = write(tmp_path / "in", b__2="x", b__1="y", a__deep__3="z")
    write(root, **{".git__4": "no", "b__._5": "no"})
    assert paths(found(settings, root)) == ["a/deep/3.vtt", "b/1.vtt", "b/2.vtt"]


def test_trailing_slash_relative_and_home_paths_are_the_same_source(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write(tmp_path / "in", talk__1="x")
    monkeypatch.chdir(root)
    monkeypatch.setenv("HOME", str(tmp_path))
    expected = found(settings, root)
    assert [found(settings, source) for source in (f"{root}/", ".", "talk/..", "~/in")] == [expected] * 4


def test_a_file_under_two_sources_is_listed_once(tmp_path: Path, settings: Settings) -> None:
    root = write(tmp_path / "in", talk__1="x", talk__2="y")
    (tmp_path / "alias").symlink_to(root / "talk")
    documents = found(settings, root / "talk" / "1.vtt", root, root, root / "talk", tmp_path / "alias")
    assert paths(documents) == ["talk/1.vtt", "talk/2.vtt"]


def test_a_single_file_has_the_identity_it_has_in_its_folder(tmp_path: Path, settings: Settings) -> None:
    root = write(tmp_path / "talk", **{"1": "x"})
    assert found(settings, root / "1.vtt") == found(settings, root)


def test_the_lake_below_the_source_is_not_a_source(tmp_path: Path) -> None:
    root = write(tmp_path / "in", talk__1="x", lake__data__2="no")
    assert paths(found(load(lake=root / "lake"), root)) == ["talk/1.vtt"]
    with pytest.raises(SourceError, match="lake itself"):
        found(load(lake=root), root)


def test_symlink_loops_end_and_real_folders_win_over_links(tmp_path: Path, settings: Settings) -> None:
    root = write(tmp_path / "in", talk__1="x")
    outside = write(tmp_path / "outside", **{"2": "y"})
    (root / "a_link").symlink_to(root / "talk")
    (root / "talk" / "up").symlink_to(root)
    (root / "b_link").symlink_to(outside)
    (outside / "back").symlink_to(root)
    assert paths(found(settings, root)) == ["talk/1.vtt", "b_link/2.vtt"]


def test_a_missing_source_says_what_to_do_before_anything_is_listed(
    tmp_path: Path, settings: Settings
) -> None:
    with pytest.raises(SourceError, match=r"nowhere.*Give a folder"):
        discover([tmp_path / "nowhere"], settings)


def test_fifos_are_never_opened(tmp_path: Path, settings: Settings) -> None:
    root = write(tmp_path / "in", talk__1="x")
    os.mkfifo(root / "talk" / "0.vtt")
    fifo, _ = found(settings, root)
    assert fifo.problem == ("unreadable", "it is a pipe, a socket or a device, and was not opened")
    with pytest.raises(SourceError, match="neither a file nor a folder"):
        found(settings, root / "talk" / "0.vtt")


def test_what_cannot_be_read_is_reported_once(tmp_path: Path, settings: Settings) -> None:
    root = write(tmp_path / "talk", **{"1": "x"})
    (root / "2.vtt").symlink_to("nowhere")
    (root / "3.vtt").symlink_to("3.vtt")
    documents = found(settings, root)
    assert [document.problem and document.problem[0] for document in documents] == [
        None,
        "unreadable",
        "unreadable",
    ]
    assert found(settings, root, ledger=Remembered(documents)) == []


def test_a_large_document_is_named_with_its_size_and_the_setting(tmp_path: Path) -> None:
    root = write(tmp_path / "talk", **{"1": "x" * 1001})
    (document,) = found(load(lake=tmp_path / "lake", max_document_bytes=1000), root)
    assert document.problem is not None
    assert document.problem[0] == "too-large"
    assert "1,001" in document.problem[1]
    assert "max_document_bytes (1,000)" in document.problem[1]


def test_only_new_and_changed_documents_come_and_the_others_are_counted(
    tmp_path: Path, settings: Settings
) -> None:
    root = write(tmp_path / "talk", **{"1": "x", "2": "y", "3": "z"})
    first = found(settings, root)
    write(root, **{"2": "changed", "4": "new"})
    (root / "3.vtt").touch()
    ledger = Remembered(first)
    assert paths(found(settings, root, ledger=ledger)) == ["talk/2.vtt", "talk/4.vtt"]
    assert ledger.unchanged == 2


def test_unchanged_files_are_not_even_opened(tmp_path: Path, settings: Settings) -> None:
    root = write(tmp_path / "talk", **{"1": "x"})
    (document,) = found(settings, root)
    ledger = Remembered([replace(document, sha256="a digest that reading would tell to be wrong")])
    assert found(settings, root, ledger=ledger) == []


def test_ten_thousand_files_are_listed_lazily(tmp_path: Path, settings: Settings) -> None:
    root = tmp_path / "talk"
    root.mkdir()
    for number in range(10_000):
        (root / f"{number}.txt").touch()
    ledger = Remembered()
    documents = discover([root], settings, ledger, ledger.count)
    next(documents)
    assert sum(ledger.asked) < 1000
    assert 1 + sum(1 for _ in documents) == sum(ledger.asked) == 10_000
    assert max(ledger.asked) <= 1000


def test_a_zip_of_a_folder_gives_the_ids_of_the_folder(tmp_path: Path, settings: Settings) -> None:
    root = write(tmp_path / "in", talk__vtt__1="x", other__2="y", Café__ü="z")
    plain, topped = tmp_path / "a" / "in.zip", tmp_path / "b" / "in.zip"
    for path, base in ((plain, root), (topped, tmp_path)):
        path.parent.mkdir()
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(root.rglob("*.vtt")):
                archive.write(file, file.relative_to(base))
    expected = sorted((document.document_id, document.sha256) for document in found(settings, root))
    for path in (plain, topped):
        assert (
            sorted((document.document_id, document.sha256) for document in found(settings, path)) == expected
        )


def test_an_archive_in_a_folder_stands_for_a_folder_of_its_name(tmp_path: Path, settings: Settings) -> None:
    root = write(tmp_path / "in", talk__1="x")
    expected = [document.episode_id for document in found(settings, root)]
    shutil.make_archive(str(root / "talk"), "gztar", root / "talk")
    shutil.rmtree(root / "talk")
    (document,) = found(settings, root)
    assert [document.episode_id] == expected
    assert document.uri.endswith("/in/talk.tar.gz!/1.vtt")
    assert read(document) == (document, b"x")


def test_read_gives_the_bytes_that_the_digest_was_taken_of(tmp_path: Path, settings: Settings) -> None:
    name = "1 100% ü#?!"
    root = write(tmp_path / "talk", **{name: "x"})
    (document,) = found(settings, root)
    assert read(document) == (document, b"x")


@pytest.mark.parametrize("change", ["rewritten", "grown", "gone"])
def test_a_file_changed_under_the_run_is_left_to_the_next_run(
    tmp_path: Path, settings: Settings, change: str
) -> None:
    root = write(tmp_path / "talk", **{"1": "x"})
    (document,) = found(settings, root)
    path = root / "1.vtt"
    if change == "gone":
        path.unlink()
    else:
        path.write_text("y" if change == "rewritten" else "x" * 1000)
    changed, data = read(document)
    assert data == b""
    assert changed.problem is not None
    assert changed.problem[0] == "changed"
    path.write_text("x")
    assert paths(found(settings, root, ledger=Remembered([changed]))) == ["talk/1.vtt"]


def test_size_is_the_sum_of_the_files(tmp_path: Path, settings: Settings) -> None:
    root = write(tmp_path / "in", a__1="xx", b__2="yyy")
    assert size_of([root, root / "a"], settings.lake) == 5
