from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from tests.benchmarks import synthetic
from tests.benchmarks.synthetic import FORMATS, LARGEST, Format, episodes, write

TIME = r"\d\d:\d\d:\d\d"


def digest(n_bytes: int, seed: int) -> str:
    archive = hashlib.sha256()
    for path, data in episodes(n_bytes, seed, FORMATS):
        archive.update(path.encode() + b"\0" + data)
    return archive.hexdigest()


def sole(name: Format) -> str:
    """Return one episode of about 30 KB in this format."""
    (_, data), *_ = episodes(30_000, 0, (name,))
    return data.decode()


def test_the_same_seed_writes_the_same_bytes_on_every_machine() -> None:
    assert digest(600_000, seed=0) == "0a9af669a23f0404a0438afe07355f851db6f64eb262e83ee5a9d23e3838f58e"


def test_another_seed_writes_other_bytes() -> None:
    assert digest(100_000, seed=0) != digest(100_000, seed=1)


@pytest.mark.parametrize("n_bytes", [1, 50_000, 2_000_000])
def test_an_archive_is_as_large_as_asked_and_by_less_than_one_episode_larger(
    tmp_path: Path, n_bytes: int
) -> None:
    write(tmp_path, n_bytes)
    size = sum(file.stat().st_size for file in tmp_path.rglob("*.*"))
    assert n_bytes <= size < n_bytes + LARGEST


def test_each_format_has_two_podcasts_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, 4_000_000)
    podcasts = sorted(folder.name.split("-", 2)[2] for folder in tmp_path.iterdir())
    assert podcasts == sorted([*FORMATS, *FORMATS])


def test_webvtt_is_a_header_and_cues_with_a_voice() -> None:
    header, note, *cues = sole("webvtt").strip().split("\n\n")
    assert (header, note) == ("WEBVTT", "NOTE synthetic")
    cue = re.compile(rf"{TIME}\.\d{{3}} --> {TIME}\.\d{{3}}\n<v [^>]+>[^\n<]+")
    assert all(cue.fullmatch(block) for block in cues)


def test_srt_is_numbered_cues_with_a_label_on_each_change_of_speaker() -> None:
    cues = sole("srt").strip().split("\n\n")
    cue = re.compile(rf"(\d+)\n{TIME},\d{{3}} --> {TIME},\d{{3}}\n[^\n]+")
    numbers = [int(match[1]) for block in cues if (match := cue.fullmatch(block))]
    assert numbers == list(range(1, len(cues) + 1))
    assert len(re.findall(r"^[^:\n]+: ", sole("srt"), re.MULTILINE)) < len(cues)


def test_timed_text_is_lines_that_start_with_a_time() -> None:
    lines = sole("timed-text").strip().split("\n\n")
    assert all(re.fullmatch(rf"{TIME} [^\n]+", line) for line in lines)
    assert lines == sorted(lines, key=lambda line: line[:8])


def test_whisper_json_has_segments_in_order_that_join_to_its_text() -> None:
    whisper = json.loads(sole("whisper-json"))
    segments = whisper["segments"]
    assert "".join(segment["text"] for segment in segments) == whisper["text"]
    assert all(before["end"] <= after["start"] for before, after in pairwise(segments))


def test_podcast_json_has_a_speaker_and_a_body_in_every_segment() -> None:
    podcast = json.loads(sole("podcast-json"))
    assert podcast["version"] == "1.0.0"
    assert all({*segment} == {"speaker", "startTime", "endTime", "body"} for segment in podcast["segments"])


def test_markdown_has_front_matter_and_a_label_on_each_paragraph() -> None:
    _, front, body = sole("markdown").split("---\n")
    assert re.match(r'title: "[^"]+"\ndate: \d{4}-\d\d-\d\d\nguests: \[.+\]\n', front)
    assert all(re.match(r"\*\*[^*:]+:\*\* \w", line) for line in body.strip().split("\n\n"))


def test_text_is_a_line_for_each_turn_with_a_mark_at_its_end() -> None:
    assert all(line[-1] in ".?!" for line in sole("text").strip().split("\n\n"))


def test_some_episodes_are_captions_on_one_line_without_punctuation() -> None:
    texts = [data.decode() for _, data in episodes(2_000_000, 0, ("text",))]
    captions = [text for text in texts if text.count("\n") == 1]
    assert 0 < len(captions) < len(texts) / 3
    assert all(text.islower() and "?" not in text for text in captions)


def test_it_runs_as_a_command(tmp_path: Path) -> None:
    command = [sys.executable, synthetic.__file__, str(tmp_path), "--megabytes", "0.1", "--formats", "srt"]
    subprocess.run(command, check=True)
    assert {file.suffix for file in tmp_path.rglob("*.*")} == {".srt"}
