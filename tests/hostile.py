"""Write the files that no one should have to ingest, and say how each must end.

``make_hostile`` returns file names (relative to the folder, as ``os.fsdecode`` spells them; a member of an
archive as ``archive.zip/member``) with ``published`` or the reason code of the quarantine.
"""

from __future__ import annotations

import io
import json
import os
import random
import tarfile
import zipfile
from pathlib import Path

MEGABYTE = 1 << 20
PUBLISHED = "published"

SENTENCE = "The goat is on the roof. Who let it up? "
CUES = (
    "00:00:00.000 --> 00:00:02.000\nThe goat is on the roof.\n\n"
    "00:00:02.000 --> 00:00:04.000\nWho let it up?\n"
)
VTT = "WEBVTT\n\n" + CUES
WHISPER = json.dumps(
    {
        "text": " The goat is on the roof.",
        "segments": [
            {
                "id": 0,
                "seek": 0,
                "start": 0.0,
                "end": 2.0,
                "text": " The goat is on the roof.",
                "no_speech_prob": 0.1,
            }
        ],
        "language": "en",
    }
)
HTML = "<!DOCTYPE html>\n<html><head><title>404</title></head><body><p>Not found.</p></body></html>\n"
RTTM = "SPEAKER roof 1 0.430 2.110 <NA> <NA> spk00 <NA> <NA>\n"


def make_hostile(
    folder: Path, *, line_bytes: int = 200 * MEGABYTE, max_document_bytes: int = 64 * MEGABYTE
) -> dict[str, str]:
    """Write the hostile set into ``folder`` and return how each file must end.

    Args:
        folder: Where to write; made if it does not exist.
        line_bytes: Size of the file that is one line.
        max_document_bytes: The limit that the run will have; a longer line is ``too-large``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    makers = (
        _nothing_in_it,
        _not_text,
        _broken_json,
        _strange_text,
        _wrong_names,
        _enormous,
        _archives,
        _odd_files,
    )
    expected = {name: ending for make in makers for name, ending in make(folder).items()}
    return expected | _one_line(folder, line_bytes, max_document_bytes)


def _write(folder: Path, files: dict[str, tuple[str | bytes, str]]) -> dict[str, str]:
    """Write contents under their names and return the names with their endings."""
    for name, (content, _) in files.items():
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return {name: ending for name, (_, ending) in files.items()}


def _nothing_in_it(folder: Path) -> dict[str, str]:
    return _write(
        folder,
        {
            "zero-bytes.vtt": ("", "empty"),
            "whitespace.txt": (" \n\t\r\n\u00a0\n" * 50, "empty"),
            "only-a-bom.srt": ("\ufeff", "empty"),
        },
    )


def _not_text(folder: Path) -> dict[str, str]:
    noise = random.Random(0).randbytes(50_000)  # noqa: S311 -- noise, not a secret
    return _write(
        folder,
        {
            "noise.txt": (noise, "binary"),
            "nuls.txt": (bytes(10_000), "binary"),
            "song.mp3": (
                b"ID3\x04\x00\x00\x00\x00\x00\x23TSSE\x00\x00\x00\x0f\x00\x00\x03" + noise,
                "binary",
            ),
            "cover.png": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01\x00" + noise, "binary"),
            "picture.vtt": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01\x00" + noise, "binary"),
        },
    )


def _broken_json(folder: Path) -> dict[str, str]:
    surrogate = WHISPER.replace("The goat", r"The \ud800 goat")
    return _write(
        folder,
        {
            "truncated.json": (WHISPER[: len(WHISPER) * 2 // 3], "invalid"),
            "nested.json": ("[" * 10_000 + "]" * 10_000, "invalid"),
            "nested-segments.json": ('{"segments": ' * 10_000 + "1" + "}" * 10_000, "invalid"),
            "lone-surrogate.json": (surrogate, PUBLISHED),
            "of-another-shape.json": ('{"menu": ["soup", "bread"]}', "unsupported"),
            "segments-of-numbers.json": (
                '{"text": "soup", "segments": [1, 2, null], "language": 7}',
                "unsupported",
            ),
        },
    )


def _strange_text(folder: Path) -> dict[str, str]:
    bad_times = "WEBVTT\n\n99:99:99.999 --> 99:99:99.999\nWhen is this?\n\n" + CUES.replace(
        "00:00:04.000", "00:00:01.000"
    )
    return _write(
        folder,
        {
            "invalid-times.vtt": (bad_times, PUBLISHED),
            "crlf.vtt": (VTT.replace("\n", "\r\n"), PUBLISHED),
            "cr-only.vtt": (VTT.replace("\n", "\r"), PUBLISHED),
            "utf-16-le.vtt": (("\ufeff" + VTT).encode("utf-16-le"), PUBLISHED),
            "utf-16-be.vtt": (("\ufeff" + VTT).encode("utf-16-be"), PUBLISHED),
            "nul-inside.txt": (SENTENCE.replace("roof", "ro\0of") * 5, PUBLISHED),
            "not-utf-8.txt": ((SENTENCE + "Café, naïve? ").encode("cp1252") * 5, PUBLISHED),
        },
    )


def _wrong_names(folder: Path) -> dict[str, str]:
    return _write(
        folder,
        {
            "a-vtt.json": (VTT, PUBLISHED),
            "a-json.vtt": (WHISPER, PUBLISHED),
            "a-vtt-without-extension": (VTT, PUBLISHED),
            "a-page.vtt": (HTML, "unsupported"),
            "an-rttm.txt": (RTTM * 20, "unsupported"),
        },
    )


def _enormous(folder: Path) -> dict[str, str]:
    """Write what is valid but far larger, in one respect, than any real transcript."""
    speakers = "".join(f"{_cue(n)}<v Speaker {n}>Word number {n}.\n\n" for n in range(10_000))
    words = "".join(f"{_cue(n)}word\n\n" for n in range(100_000))
    return _write(
        folder,
        {
            "ten-thousand-speakers.vtt": ("WEBVTT\n\n" + speakers, PUBLISHED),
            "one-word-cues.vtt": ("WEBVTT\n\n" + words, PUBLISHED),
            "yaml-bomb.md": (_yaml_bomb(), PUBLISHED),
        },
    )


def _cue(second: int) -> str:
    start, end = (f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}.000" for s in (second, second + 1))
    return f"{start} --> {end}\n"


def _yaml_bomb() -> str:
    """Return front matter of 1 MB whose ten lines of aliases stand for ten billion words."""
    levels = ["a0: &a0 [" + ", ".join(["goat"] * 10) + "]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    padding = "description: " + "goat " * (MEGABYTE // 5)
    front = "\n".join(["title: The bomb", *levels, "guests: *a9", padding])
    return f"---\n{front}\n---\n\n**Ada:** The goat is on the roof.\n\n**Ben:** Who let it up?\n"


def _archives(folder: Path) -> dict[str, str]:
    with zipfile.ZipFile(folder / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("bomb.txt", b"goat " * (4 * MEGABYTE))
    with zipfile.ZipFile(folder / "escape.zip", "w") as archive:
        for name in ("good.vtt", "../above.vtt", "/tmp/absolute.vtt", "C:\\drive.vtt"):  # noqa: S108 -- never unpacked
            archive.writestr(name, VTT)
    with tarfile.open(folder / "flight.tar.gz", "w:gz") as tar:
        for name in ("good.vtt", "../above.vtt", "/tmp/absolute.vtt"):  # noqa: S108 -- never unpacked
            _add(tar, tarfile.TarInfo(name), VTT.encode())
        link = tarfile.TarInfo("link.vtt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/hostname"
        _add(tar, link, b"")
    whole = (folder / "flight.tar.gz").read_bytes()
    members = ("../above.vtt", "/tmp/absolute.vtt")  # noqa: S108 -- never unpacked
    return {
        "bomb.zip": "archive-bomb",
        "escape.zip/good.vtt": PUBLISHED,
        **{f"escape.zip/{name}": "unsafe-path" for name in (*members, "C:/drive.vtt")},
        "flight.tar.gz/good.vtt": PUBLISHED,
        **{f"flight.tar.gz/{name}": "unsafe-path" for name in members},
        "flight.tar.gz/link.vtt": "archive-link",
        **_write(
            folder,
            {
                "broken.zip": (b"PK\x03\x04" + bytes(range(256)) * 4, "bad-archive"),
                "cut.tar.gz": (whole[: len(whole) // 2], "bad-archive"),
            },
        ),
    }


def _add(tar: tarfile.TarFile, member: tarfile.TarInfo, data: bytes) -> None:
    member.size = len(data)
    tar.addfile(member, io.BytesIO(data))


def _odd_files(folder: Path) -> dict[str, str]:
    """Write what only a file system can hold: links, a pipe, names that are no text, a deep path."""
    (folder / "dangling.vtt").symlink_to(folder / "nowhere.vtt")
    loop = folder / "loop"
    loop.mkdir()
    (loop / "again").symlink_to(loop, target_is_directory=True)
    os.mkfifo(folder / "pipe.vtt")
    odd_name = os.fsdecode(b"new\nline-\xff.vtt")
    deep = "/".join(["deep", *["d"] * 199, "deep.vtt"])
    (folder / deep).parent.mkdir(parents=True)
    endings = _write(
        folder,
        {
            "loop/once.vtt": (VTT, PUBLISHED),
            odd_name: (VTT, PUBLISHED),
            deep: (VTT, PUBLISHED),
            "no-read-right.vtt": (VTT, PUBLISHED if os.geteuid() == 0 else "unreadable"),  # root may read all
        },
    )
    (folder / "no-read-right.vtt").chmod(0)
    return endings | {"dangling.vtt": "unreadable", "pipe.vtt": "unreadable"}


def _one_line(folder: Path, line_bytes: int, max_document_bytes: int) -> dict[str, str]:
    with (folder / "one-line.txt").open("wb") as file:
        chunk = (SENTENCE * (MEGABYTE // len(SENTENCE))).encode()
        written = 0
        while written < line_bytes:
            written += file.write(chunk[: line_bytes - written])
    return {"one-line.txt": "too-large" if line_bytes > max_document_bytes else PUBLISHED}
