from __future__ import annotations

import io
import os
import tarfile
import tracemalloc
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pytest

from tasks.discover import discover
from tasks.document import Document
from tests.remembered import Remembered
from warehouse.settings import Settings, load

EPISODES = {"talk/1.vtt": b"one", "talk/2.vtt": b"two", "talk/3.vtt": b"three"}
TAR_MODES: dict[str, Literal["w:", "w:gz", "w:bz2", "w:xz"]] = {
    "x.tar": "w:",
    "x.tar.gz": "w:gz",
    "x.tar.bz2": "w:bz2",
    "x.tar.xz": "w:xz",
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(lake=tmp_path / "lake")


def make_tar(
    path: Path, members: dict[str, bytes], mode: Literal["w:", "w:gz", "w:bz2", "w:xz"] = "w:gz"
) -> Path:
    with tarfile.open(path, mode) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def make_zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def found(settings: Settings, path: Path, known: Sequence[Document] = ()) -> list[Document]:
    return list(discover([path], settings, Remembered(known)))


def contents(documents: Sequence[Document]) -> dict[str, bytes | None]:
    return {f"{document.podcast}/{document.path}": document.content for document in documents}


def reasons(documents: Sequence[Document]) -> list[str | None]:
    return [document.problem[0] if document.problem else None for document in documents]


@pytest.mark.parametrize("name", TAR_MODES)
def test_tars_are_read_whatever_their_compression_and_name(
    tmp_path: Path, settings: Settings, name: str
) -> None:
    path = make_tar(tmp_path / name, EPISODES, TAR_MODES[name])
    assert contents(found(settings, path)) == EPISODES
    assert contents(found(settings, path.rename(tmp_path / "x.txt"))) == EPISODES


def test_a_tar_under_zstd_is_read(tmp_path: Path, settings: Settings) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    data = make_tar(tmp_path / "x.tar", EPISODES, "w:").read_bytes()
    path = tmp_path / "x.tar.zst"
    path.write_bytes(pyarrow.compress(data, "zstd", asbytes=True))
    assert contents(found(settings, path)) == EPISODES


def test_zips_are_read_and_leftovers_passed_over(tmp_path: Path, settings: Settings) -> None:
    leftovers = {"__MACOSX/talk/._1.vtt": b"", ".DS_Store": b"", "talk/._hidden": b""}
    path = make_zip(tmp_path / "x.zip", EPISODES | leftovers)
    assert contents(found(settings, path)) == EPISODES


def test_a_zip_without_the_utf8_flag_still_gives_utf8_names(tmp_path: Path, settings: Settings) -> None:
    path = make_zip(tmp_path / "x.zip", {"talk/b.vtt": b"x"})
    path.write_bytes(path.read_bytes().replace(b"b.vtt", "ü".encode() + b"vtt"))
    assert contents(found(settings, path)) == {"talk/üvtt": b"x"}


@pytest.mark.parametrize("suffix", ["zip", "tar.gz"])
def test_an_unchanged_archive_gives_nothing_and_a_changed_one_the_change(
    tmp_path: Path, settings: Settings, suffix: str
) -> None:
    make = make_zip if suffix == "zip" else make_tar
    path = tmp_path / f"x.{suffix}"
    first = found(settings, make(path, EPISODES))
    assert found(settings, path, first) == []
    make(path, {"talk/0.vtt": b"new"} | EPISODES | {"talk/2.vtt": b"changed"})
    assert contents(found(settings, path, first)) == {"talk/0.vtt": b"new", "talk/2.vtt": b"changed"}


def test_members_that_point_out_of_the_archive_are_held_back(tmp_path: Path, settings: Settings) -> None:
    names = ["../up.vtt", "/etc/passwd", "talk/../../x.vtt", "C:\\x.vtt", "..\\x.vtt"]
    members = dict.fromkeys(names, b"evil") | EPISODES
    for path in (make_zip(tmp_path / "x.zip", members), make_tar(tmp_path / "x.tar.gz", members)):
        documents = found(settings, path)
        held = [document for document in documents if document.problem]
        assert set(reasons(held)) == {"unsafe-path"}
        assert {document.content for document in held} == {None}
        assert len({document.document_id for document in documents}) == len(documents) == 8
        assert all("/" not in document.path for document in held)


@pytest.mark.parametrize(("setting", "value"), [("max_archive_bytes", 100_000), ("max_archive_ratio", 10)])
@pytest.mark.parametrize("suffix", ["zip", "tar.gz"])
def test_a_bomb_is_told_while_reading_and_the_rest_is_not_read(
    tmp_path: Path, setting: str, value: int, suffix: str
) -> None:
    settings = load(**{"lake": tmp_path / "lake", setting: value})
    members = {"talk/1.vtt": b"one", "talk/2.vtt": b"\0" * 3_000_000, "talk/3.vtt": b"three"}
    make = make_zip if suffix == "zip" else make_tar
    documents = found(settings, make(tmp_path / f"x.{suffix}", members))
    assert reasons(documents) == [None, "archive-bomb"]
    assert documents[1].problem is not None
    assert setting in documents[1].problem[1]
    assert documents[1].uri.endswith(f"x.{suffix}!/")


def test_a_zip_whose_header_lies_about_the_size_is_not_believed(tmp_path: Path, settings: Settings) -> None:
    path = make_zip(tmp_path / "x.zip", {"talk/1.vtt": b"a" * 5000, "talk/2.vtt": b"two"})
    path.write_bytes(path.read_bytes().replace((5000).to_bytes(4, "little"), (5).to_bytes(4, "little")))
    documents = found(settings, path)
    assert reasons(documents) == ["bad-archive", None]


@pytest.mark.parametrize("suffix", ["tar", "tar.gz", "tar.xz"])
def test_a_truncated_tar_gives_what_is_whole_and_says_so(
    tmp_path: Path, settings: Settings, suffix: str
) -> None:
    members = {"talk/1.vtt": b"one", "talk/2.vtt": os.urandom(3_000_000)}
    path = make_tar(tmp_path / f"x.{suffix}", members, TAR_MODES[f"x.{suffix}"])
    path.write_bytes(path.read_bytes()[:2_000_000])
    documents = found(settings, path)
    assert reasons(documents) == [None, "bad-archive"]
    assert found(settings, path, documents) == []


def test_a_damaged_header_inside_a_tar_is_no_silent_end(tmp_path: Path, settings: Settings) -> None:
    path = make_tar(tmp_path / "x.tar", EPISODES, "w:")
    path.write_bytes(path.read_bytes().replace(b"talk/2", b"walk/2"))
    assert reasons(found(settings, path)) == [None, "bad-archive"]


def header(kind: bytes, size: int) -> bytes:
    """Return a block of a tar that announces ``size`` bytes more about the next member."""
    info = tarfile.TarInfo("talk/2.vtt")
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT)


def sparse_header() -> bytes:
    """Return the header of a sparse file whose map goes on behind it."""
    block = bytearray(header(tarfile.GNUTYPE_SPARSE, 0))
    block[482] = 1
    block[148:156] = b"%06o\0 " % tarfile.calc_chksums(bytes(block))[0]  # type: ignore[attr-defined]
    return bytes(block)


_LONG = 6_000 * tarfile.BLOCKSIZE
_SPARSE_PAX = b"22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n".ljust(tarfile.BLOCKSIZE, b"\0")


@pytest.mark.parametrize(
    "about",
    [
        header(tarfile.GNUTYPE_LONGNAME, _LONG) + b"a" * _LONG,
        header(tarfile.GNUTYPE_LONGLINK, _LONG) + b"a" * _LONG,
        header(tarfile.XHDTYPE, _LONG) + f"{_LONG} comment=".encode().ljust(_LONG, b"a"),
        header(tarfile.XGLTYPE, _LONG) + f"{_LONG} comment=".encode().ljust(_LONG, b"a"),
        header(tarfile.SOLARIS_XHDTYPE, _LONG) + f"{_LONG} comment=".encode().ljust(_LONG, b"a"),
        header(tarfile.GNUTYPE_LONGNAME, 0) * 3_000,
        sparse_header() + (b"00000000001\0" * 42 + b"\1" * 8) * 6_000 + b"\0" * tarfile.BLOCKSIZE,
        header(tarfile.XHDTYPE, len(_SPARSE_PAX)) + _SPARSE_PAX + header(b"0", _LONG) + b"9999999\n" + b"1\n" * (_LONG // 2),
    ],
    ids=["name", "link", "pax", "global-pax", "solaris-pax", "names-of-names", "sparse", "pax-sparse"],
)  # fmt: skip
def test_what_a_tar_says_about_a_member_is_not_read_without_end(
    tmp_path: Path, settings: Settings, about: bytes
) -> None:
    member = make_tar(tmp_path / "y.tar", {"talk/2.vtt": os.urandom(100_000)}, "w:").read_bytes()
    first = make_tar(tmp_path / "x.tar", {"talk/1.vtt": b"one"}, "w:").read_bytes()[:1024]
    (tmp_path / "x.tar").write_bytes(first + about + member)
    tracemalloc.start()
    documents = found(settings, tmp_path / "x.tar")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert reasons(documents) == [None, "bad-archive"]
    assert peak < 6_000_000


@pytest.mark.parametrize(
    "about",
    [
        sparse_header() + b"not a map".ljust(tarfile.BLOCKSIZE),
        *(
            header(tarfile.XHDTYPE, tarfile.BLOCKSIZE) + extension.ljust(tarfile.BLOCKSIZE, b"\0")
            for extension in (b"0 a=b\n", b"9" * 30 + b" path=x\n", b"28 GNU.sparse.size=a lot\n")
        ),
    ],
    ids=["sparse", "zero", "too-large", "no-number"],
)
def test_nonsense_in_what_a_tar_says_about_a_member_is_no_silent_end(
    tmp_path: Path, settings: Settings, about: bytes
) -> None:
    path = make_tar(tmp_path / "x.tar", EPISODES, "w:")
    data = path.read_bytes()
    path.write_bytes(data[: 2 * tarfile.BLOCKSIZE] + about + data[2 * tarfile.BLOCKSIZE :])
    assert reasons(found(settings, path)) == [None, "bad-archive"]


@pytest.mark.parametrize(
    ("name", "data"), [("x.zip", b"PK\x03\x04 and nothing"), ("x.tar.gz", b"\x1f\x8b\x08 and nothing")]
)
def test_a_corrupt_archive_is_held_back(tmp_path: Path, settings: Settings, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    assert reasons(found(settings, tmp_path / name)) == ["bad-archive"]


def test_damage_to_one_member_of_a_zip_leaves_the_others(tmp_path: Path, settings: Settings) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for name, data in EPISODES.items():
            archive.writestr(name, data)
    path = tmp_path / "x.zip"
    path.write_bytes(path.read_bytes().replace(b"two", b"owt"))
    assert reasons(found(settings, path)) == [None, "bad-archive", None]


def test_encrypted_members_are_held_back(tmp_path: Path, settings: Settings) -> None:
    path = make_zip(tmp_path / "x.zip", {"talk/1.vtt": b"one"})
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert reasons(found(settings, path)) == ["encrypted"]


def test_links_in_archives_are_held_back_and_devices_passed_over(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "x.tar"
    with tarfile.open(path, "w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE):
            info = tarfile.TarInfo(f"talk/{kind.decode()}")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    assert reasons(found(settings, path)) == ["archive-link", "archive-link"]


def test_archives_in_archives_are_not_opened(tmp_path: Path, settings: Settings) -> None:
    inner = make_zip(tmp_path / "inner.zip", EPISODES).read_bytes()
    (document,) = found(settings, make_zip(tmp_path / "x.zip", {"talk/inner.txt": inner}))
    assert reasons([document]) == ["nested-archive"]
    assert document.content is None


def test_a_name_met_twice_is_read_once(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "x.tar"
    with tarfile.open(path, "w") as archive:
        for data in (b"one", b"two"):
            info = tarfile.TarInfo("talk/1.vtt")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    documents = found(settings, path)
    assert reasons(documents) == [None, "duplicate-member"]
    assert len({document.document_id for document in documents}) == 2


def test_a_member_above_the_limit_is_not_held(tmp_path: Path) -> None:
    settings = load(lake=tmp_path / "lake", max_document_bytes=10)
    (document,) = found(settings, make_tar(tmp_path / "x.tar.gz", {"talk/1.vtt": b"x" * 11}))
    assert reasons([document]) == ["too-large"]
    assert (document.content, document.n_bytes) == (None, 11)


@pytest.mark.parametrize("name", ["[Content_Types].xml", "mimetype"])
def test_a_document_that_is_a_zip_is_no_archive(tmp_path: Path, settings: Settings, name: str) -> None:
    path = make_zip(tmp_path / "x.docx", {name: b"<xml/>", "word/document.xml": b"<xml/>"})
    (document,) = found(settings, path)
    assert document.uri == path.as_uri()


def test_a_lone_compressed_file_is_no_archive(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "1.vtt.gz"
    path.write_bytes(make_tar(tmp_path / "x.tar.gz", EPISODES).read_bytes()[:15])
    (document,) = found(settings, path)
    assert document.uri == path.as_uri()
