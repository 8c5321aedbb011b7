"""What training reads and how it makes it noisier; PyTorch itself is not needed for it."""

from __future__ import annotations

import tarfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from tasks.segment.boundary.corpus import HELD_OUT_SHOWS, part_of, read_corpus
from tasks.segment.boundary.noise import IGNORED, UNKNOWN_CASE, Labelled, Noise


@pytest.fixture
def noise() -> Noise:
    return Noise(
        np.random.default_rng(1),
        np.linspace(0, 1, 100),
        np.array([97, 98], np.int32),
        np.full(100, 99, np.int32),
    )


def text(n_words: int) -> Labelled:
    """Words 1, 2, 3, ... up to 90, and a period with a turn behind each tenth."""
    ids = (np.arange(n_words) % 90 + 1).astype(np.int32)
    mark = np.where(ids % 10 == 0, 2, 0).astype(np.uint8)
    return Labelled(ids, mark, (mark > 0).astype(np.uint8), np.zeros(n_words, np.uint8))


def test_noise_moves_labels_along_with_their_words(noise: Noise) -> None:
    before, after = text(200_000), noise(text(200_000))
    assert abs(len(after.ids) - len(before.ids)) < 0.02 * len(before.ids)
    # A dropped word hands its mark on, unless the word before is dropped too; a doubled one does not double it.
    assert abs(int((after.mark > 0).sum()) - int((before.mark > 0).sum())) < 40
    assert ((after.mark > 0) == (after.turn > 0)).all()
    tenth = after.ids[after.mark > 0]
    assert (tenth % 10 == 0).mean() > 0.9


def test_noise_takes_most_of_the_text_and_leaves_the_rest(noise: Noise) -> None:
    changed = noise(text(200_000))
    assert 0.02 < (changed.ids == 99).mean() < 0.05
    assert 0.005 < (changed.capital == UNKNOWN_CASE).mean() < 0.02


def test_silence_between_documents_stays_silent(noise: Noise) -> None:
    words = text(50_000)
    words.ids[1000:1040] = 0
    for part in (words.mark, words.turn):
        part[1000:1040] = IGNORED
    changed = noise(words)
    assert int((changed.mark == IGNORED).sum()) == 40
    assert (changed.ids[changed.mark == IGNORED] == 0).all()


def test_whole_shows_are_held_out() -> None:
    assert {part_of(show, "1") for show in HELD_OUT_SHOWS} == {"test"}
    parts = [part_of("talk", str(number)) for number in range(2000)]
    assert 0.01 < parts.count("development") / 2000 < 0.03
    assert parts.count("test") == 0


def test_an_archive_is_read_episode_by_episode(tmp_path: Path) -> None:
    archive = tmp_path / "shows.tar.xz"
    with tarfile.open(archive, "w:xz") as tar:
        for name, said in (
            ("b/2.md", "Yes. I am."),
            ("a/1.md", "Is it you?"),
            ("afk/1.md", "No, it is not."),
        ):
            data = f"**Ann:** {said}\n\n**Bo:** All right then.\n".encode()
            about = tarfile.TarInfo(f"shows/{name}")
            about.size = len(data)
            tar.addfile(about, BytesIO(data))
    words = read_corpus(archive)
    assert words.select("show", "episode").unique(maintain_order=True).rows() == [
        ("a", "1"),
        ("afk", "1"),
        ("b", "2"),
    ]
    assert words.filter(show="a")["word"].to_list() == ["is", "it", "you", "all", "right", "then"]
    assert words.filter(show="a")["turn"].to_list() == [False, False, False, True, False, False]
    assert set(words.filter(show="afk")["part"]) == {"test"}
