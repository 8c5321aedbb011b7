from __future__ import annotations

from pathlib import Path

import pytest

from tasks.evaluate.times import ALL, evaluate_times
from warehouse.errors import SourceError
from warehouse.settings import Settings

SENTENCE = "Then we asked the oven whether loaf {n:02} was ready for the table."


def captions(folder: Path, name: str, seconds: float, cues: int = 40) -> Path:
    """Write captions of one sentence a cue, ``seconds`` apart."""
    lines = ["WEBVTT", ""]
    for n in range(cues):
        start, end = n * seconds, (n + 1) * seconds
        lines += [f"{_clock(start)} --> {_clock(end)}", SENTENCE.format(n=n), ""]
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("\n".join(lines))
    return folder


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60:02}:{seconds % 60:06.3f}"


def test_an_even_show_is_estimated_well_and_an_odd_pace_is_told(tmp_path: Path, settings: Settings) -> None:
    usual = captions(tmp_path / "usual", "1.vtt", 4.4)
    slow = captions(tmp_path / "slow", "1.vtt", 40.0)
    every, slow_row, usual_row = sorted(
        evaluate_times([usual, slow], settings).to_dicts(), key=lambda row: str(row["show"])
    )
    assert [row["show"] for row in (every, slow_row, usual_row)] == [ALL, "slow", "usual"]
    assert (every["n_transcripts"], every["n_sentences"]) == (2, 80)
    for row in (slow_row, usual_row):
        assert row["known_error_s"] == pytest.approx(0.0, abs=0.01)
        assert row["known_coverage"] == 1.0
    assert usual_row["unknown_coverage"] == 1.0
    assert slow_row["unknown_coverage"] < 0.2
    assert slow_row["unknown_error_s"] > 400
    assert every["known_interval_s"] > 10


def test_a_second_format_of_an_episode_does_not_count(tmp_path: Path, settings: Settings) -> None:
    show = captions(tmp_path / "show", "1.vtt", 4.0)
    once = evaluate_times([show], settings)
    (show / "1.srt").write_text(
        (show / "1.vtt").read_text().replace("WEBVTT\n\n", "").replace(".", ",").replace("table,", "table.")
    )
    assert evaluate_times([show], settings).equals(once)


def test_sources_without_times_are_refused(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "show").mkdir()
    (tmp_path / "show" / "1.txt").write_text(" ".join([SENTENCE] * 30))
    with pytest.raises(SourceError, match="no transcript here has times"):
        evaluate_times([tmp_path / "show"], settings)
