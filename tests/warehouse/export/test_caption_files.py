"""A file of captions for each episode: where it lies, and that it never lies elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.landing import land
from warehouse.export.archive import Request, export_captions
from warehouse.export.caption_files import place_of
from warehouse.export.selected import find_transcript
from warehouse.export.subtitles import Form, rendered
from warehouse.settings import Settings


def facts(path: str | None, folder: str | None = "Show", **others: Any) -> dict[str, Any]:
    usual = {"podcast": "The Show", "title": "An Episode", "uri": "file:///x", "transcript_id": "t1"}
    return {**usual, "folder": folder, "path": path, **others}


@pytest.mark.parametrize("form", ["vtt", "json"])
def test_each_file_is_what_one_transcript_alone_gives(
    sample_lake: Settings, reader: Any, tmp_path: Path, form: Form
) -> None:
    done = export_captions(sample_lake, Request(tmp_path / "out"), form, estimated=True)
    files = sorted(file for file in (tmp_path / "out").glob(f"*/**/*.{form}"))
    assert len(files) == done.n_files == 13
    for file in files:
        key = file.relative_to(tmp_path / "out").with_suffix("").as_posix()
        alone = "".join(rendered(reader, find_transcript(reader, key), form, estimated=True))
        assert file.read_bytes().decode() == alone


@pytest.mark.parametrize(
    ("found", "place"),
    [
        (facts("2024/12.en.vtt"), "Show/2024/12.en"),
        (facts(None, None), "The Show/An Episode"),
        (facts("../../etc/passwd.txt"), "Show/-/-/etc/passwd"),
        (facts("/etc/passwd.txt"), "Show/-/etc/passwd"),
        (facts('a:b*c?"<|>\n.vtt', ".."), "-/a-b-c-"),
        (facts("ü" * 200 + ".vtt"), "Show/" + "ü" * 75),
        (facts("transcript.vtt", uri="https://example.org/9/transcript.vtt"), "Show/An Episode"),
        (facts("Ep.VTT/part.srt"), "Show/Ep-VTT/part"),
        (facts("ep.srt/part.vtt"), "Show/ep.srt/part"),
        (facts("x.vtt", uri="https://example.org/x.vtt", title="A/B. C"), "Show/A-B. C"),
    ],
)
def test_a_place_is_safe_and_below_its_podcast(found: dict[str, Any], place: str) -> None:
    assert place_of(found, "vtt", set()) == place


def test_two_transcripts_never_share_a_place() -> None:
    taken: set[str] = set()
    assert place_of(facts("Ep.vtt"), "vtt", taken) == "Show/Ep"
    assert place_of(facts("ep.srt", transcript_id="t2"), "vtt", taken) == "Show/ep-t2"


@pytest.mark.parametrize("paths", [("ep.srt", "ep.vtt/part.srt"), ("part.srt", "part.vtt/ep.srt")])
def test_a_folder_may_be_called_like_the_captions_of_an_episode(
    settings: Settings, tmp_path: Path, paths: tuple[str, str]
) -> None:
    said = b"1\n00:00:01,000 --> 00:00:02,000\nHello there.\n"
    land(settings, {f"lifts/{path}": said for path in paths})
    export_captions(settings, Request(tmp_path / "out"), "vtt")
    found = {file.relative_to(tmp_path / "out").as_posix() for file in (tmp_path / "out").rglob("*.vtt")}
    assert found == {f"lifts/{path.replace('.vtt/', '-vtt/').replace('.srt', '.vtt')}" for path in paths}
