"""What segmenting promises, on real archives: no word is changed, dropped or moved, whatever shares the batch.

They lie beside the checkout as ``shared/archives``; without them these tests are skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tasks.clean import collapse_rolling, take_sounds
from tasks.parse import parse, sniff
from tasks.parse.frontmatter import read_front_matter
from tasks.parse.pieces import FILL
from tasks.segment import boundary
from tasks.transform import Source, Tables, transform
from tests.tasks.episodes import source

ARCHIVES = Path(__file__).parents[3] / "shared" / "archives"
UNPUNCTUATED = ("seed", "autonompost", "huberman", "harmontown", "seenunseen", "yoshi", "fmt-videogrep")
BATCH_BYTES = 4_000_000
ONE_IN = 20
"""CI takes one file in so many."""

pytestmark = pytest.mark.skipif(not ARCHIVES.is_dir(), reason="the real archives are not beside the checkout")


@cache
def files() -> tuple[Path, ...]:
    return tuple(
        sorted(path for path in ARCHIVES.rglob("*") if path.is_file() and path.name != "MANIFEST.tsv")
    )


def read(path: Path) -> Source:
    return source(path.read_bytes(), path.relative_to(ARCHIVES).as_posix())


def batched(paths: tuple[Path, ...]) -> Iterator[list[Source]]:
    group: list[Source] = []
    for path in paths:
        group.append(read(path))
        if sum(one.document.n_bytes for one in group) > BATCH_BYTES:
            yield group
            group = []
    yield group


def shown(documents: pl.DataFrame) -> dict[str, str]:
    """Return each document as its cleaned pieces show it: what is not speech is blank."""
    readable = documents.filter(pl.col("status") == "published").with_row_index("doc")
    body = [read_front_matter(text).body_char for text in readable["text"]]
    pieces = parse(readable.select("doc", "format", "text", body_char=pl.Series(body, dtype=pl.Int32)))
    captions = readable.filter(pl.col("format").is_in(sniff.CAPTIONS))["doc"]
    pieces, _ = take_sounds(collapse_rolling(pieces, captions))
    found = {}
    for (doc,), speech in pieces.filter(~pl.col("heading")).group_by("doc", maintain_order=True):
        row = readable.row(int(str(doc)), named=True)
        parts, end = [], 0
        for start, text in speech.select("start_char", "text").rows():
            parts += [" " * (start - end), text]
            end = start + len(text)
        text = "".join(parts)
        assert_only_masked(row["text"], text)
        found[row["document_id"]] = text
    return found


def assert_only_masked(written: str, masked: str) -> None:
    """Check that letters and digits stand where they stood; an entity or escape may show another character."""
    before, after = (np.array(list(text), dtype="U1") for text in (written[: len(masked)], masked))
    astray = (before != after) & (after != FILL) & (after != " ") & ~np.isin(before, ["&", "\\"])
    assert not astray.any(), (written[np.argmax(astray) :][:40], masked[np.argmax(astray) :][:40])


def heard(text: str) -> list[str]:
    """Return words without masks, case and the marks that may have been restored behind them.

    Chinese sentences end without a space, and their texts are cut there.
    """
    spaced = re.sub("([\u3002\uff1f\uff01]+)", r"\1 ", text.replace(FILL, ""))
    return [word.lower().rstrip(".,?") for word in spaced.split()]


def assert_words_kept(tables: Tables) -> None:
    masked = shown(tables["raw.documents"])
    for name in ("core.sentences", "core.turns"):
        for (transcript,), rows in tables[name].group_by("transcript_id", maintain_order=True):
            said = masked[str(transcript)]
            kept = heard(" ".join(rows["text"]))
            assert kept == heard(said), (transcript, name)
            assert len(kept) == rows["n_words"].sum(), (transcript, name)
            for start, end, text in rows.select("start_char", "end_char", "text").rows():
                assert heard(said[start:end]) == heard(text), (transcript, name, start)
    assert set(tables["core.transcripts"]["transcript_id"]) == set(masked)


def assert_nested(tables: Tables) -> None:
    """Check that spans ascend and share nothing, and that turns and segments begin and end with sentences."""
    sentences, turns, segments = (tables[f"core.{name}"] for name in ("sentences", "turns", "segments"))
    follows = pl.col("start_char") >= pl.col("end_char").shift().over("transcript_id")
    for rows in (sentences, turns, segments):
        assert rows.select((pl.col("start_char") < pl.col("end_char")).all()).item()
        assert rows.filter(~follows).is_empty()
    gathered = sentences.group_by("transcript_id", "turn", maintain_order=True).agg(
        pl.col("start_char").first(), pl.col("end_char").last(), pl.col("n_words").sum(), pl.col("text")
    )
    gathered = gathered.with_columns(pl.col("text").list.join(" "))
    assert_frame_equal(gathered, turns.select(gathered.columns))
    for end in ("start_char", "end_char"):
        assert segments.join(sentences, on=["transcript_id", end], how="anti").is_empty()


def assert_told(tables: Tables) -> None:
    """Check probabilities, times and their error, and what says how a row was made."""
    about = tables["core.transcripts"].select("transcript_id", "has_times", "has_speakers", "model")
    is_estimated = pl.col("error_s").is_not_null()
    for name, share in (("sentences", "p_end"), ("turns", "p_start"), ("segments", "score")):
        rows = tables[f"core.{name}"].join(about, on="transcript_id")
        assert rows[share].is_between(0, 1).all(), name  # which NaN is not
        assert rows.select(pl.col("start_s", "end_s", "error_s").is_finite().all()).row(0) == (True,) * 3, (
            name
        )
        given = rows.filter(~is_estimated)
        assert given["has_times"].all(), name
        assert rows.filter(is_estimated)["start_s", "end_s"].null_count().row(0) == (0, 0), name
        assert rows.filter(pl.col("method") == boundary.VERSION)["model"].null_count() == 0, name
    turns = tables["core.turns"]
    named = turns.drop_nulls(["speaker_label", "speaker"])["transcript_id"].unique()
    assert set(named) == set(about.filter("has_speakers")["transcript_id"])


def assert_kept(paths: tuple[Path, ...]) -> None:
    for sources in batched(paths):
        tables = transform(sources)
        assert_words_kept(tables)
        assert_nested(tables)
        assert_told(tables)


def test_a_sample_of_the_archives_keeps_every_word() -> None:
    assert_kept(files()[::ONE_IN])


@pytest.mark.slow
def test_all_archives_keep_every_word() -> None:
    assert_kept(files())


def assert_alike_apart(sources: list[Source]) -> None:
    together, back = transform(sources), transform(sources[::-1])
    apart = [transform([one]) for one in sources]
    ids = [one.document.document_id for one in sources]
    for name, frame in together.items():
        assert_frame_equal(frame, pl.concat([tables[name] for tables in apart]), check_exact=True)
        key = "document_id" if name == "raw.documents" else "transcript_id"
        rank = pl.col(key).replace_strict(ids, range(len(ids)), return_dtype=pl.Int32)
        assert_frame_equal(frame, back[name].sort(rank, maintain_order=True), check_exact=True)


def test_neither_batch_nor_order_changes_a_row_of_unpunctuated_archives() -> None:
    by_size = sorted(files(), key=lambda path: path.stat().st_size)
    bare = [
        [path for path in by_size if path.relative_to(ARCHIVES).parts[0] == name] for name in UNPUNCTUATED
    ]
    assert_alike_apart([read(path) for small in bare for path in small[:3]])


@pytest.mark.slow
def test_neither_batch_nor_order_changes_a_row_of_any_archive() -> None:
    for sources in batched(files()):
        assert_alike_apart(sources)
