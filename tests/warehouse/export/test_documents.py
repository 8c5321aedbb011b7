"""Documents as lines of JSON and as a Hugging Face data set: read by other tools, equal to the lake."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
import yaml

from tests.landing import land
from tests.tasks.episodes import Cue, webvtt
from warehouse.export.archive import Request, export_dataset, export_documents
from warehouse.export.documents import document_lines, documents
from warehouse.export.folder import Folder
from warehouse.export.huggingface import SCHEMA, split_of, write_splits
from warehouse.export.parts import TextParts
from warehouse.export.selection import Selection
from warehouse.lake import connect
from warehouse.settings import Settings, load

LOAD = """
import json, sys
from datasets import load_dataset
for name, split in load_dataset(sys.argv[1]).items():
    for row in split:
        print(json.dumps([name, row], default=str))
"""


def spoken_turns(reader: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[Any, ...]]]:
    """Return what the lake says of each episode's current transcript: speaker, start, end and text of each turn."""
    rows = reader.execute(
        "SELECT turns.episode_id, speaker, start_s, end_s, text FROM core.turns JOIN core.transcripts USING (transcript_id)"
        " WHERE is_current ORDER BY transcript_id, turn"
    ).fetchall()
    found: dict[str, list[tuple[Any, ...]]] = {}
    for episode, *turn in rows:
        found.setdefault(episode, []).append(tuple(turn))
    return found


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A lake of 60 short episodes."""
    settings = load(lake=tmp_path_factory.mktemp("many") / "lake")
    said = ("Welcome", "to", "the", "show.", "Here", "we", "go.")
    cues = [Cue(0, 2000, "Mara", said), Cue(2000, 4000, "Tobias", said)]
    land(settings, {f"Show/{number}.vtt": webvtt(cues).encode() for number in range(60)})
    return settings


@pytest.fixture
def read_many(many: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with closing(connect(many)) as lake:
        yield lake


def test_a_line_of_a_document_is_what_one_speaker_says(reader: duckdb.DuckDBPyConnection) -> None:
    expected = spoken_turns(reader)
    lines = [json.loads(line) for line in document_lines(reader)]
    assert {one["id"] for one in lines} == expected.keys()
    for one in lines:
        turns = one["metadata"]["turns"]
        found = [
            (turn["speaker"], turn["start_s"], turn["end_s"], text)
            for turn, text in zip(turns, one["text"].split("\n"), strict=True)
        ]
        assert found == expected[one["id"]]


def test_a_turn_of_any_length_is_whole(settings: Settings) -> None:
    text = "é, and so on; " * 2000
    land(settings, {"Show/long.txt": text.encode()})
    with closing(connect(settings)) as now:
        (turn,) = [text for (*_, text) in spoken_turns(now).popitem()[1]]
        (line,) = document_lines(now)
    assert len(turn) > 20_000
    assert json.loads(line)["text"] == turn


def test_a_document_has_the_fields_of_text_corpus_tools(reader: duckdb.DuckDBPyConnection) -> None:
    lines = [json.loads(line) for line in document_lines(reader, Selection(("the-slow-elevator",), (2024,)))]
    one = lines[0]
    assert list(one) == ["id", "text", "source", "added", "created", "metadata"]
    assert one["source"] == "the-slow-elevator"
    assert one["created"] == "2024-03-05T00:00:00.000Z"
    assert datetime.fromisoformat(one["added"]).tzinfo is not None
    about = one["metadata"]
    assert about["speakers"] == ["Mara Quill", "Tobias Fenn", "Dev Okonjo"]
    assert (about["format"], about["language"], about["is_punctuated"]) == ("webvtt", "en", True)
    assert (about["restored_by"], about["times_are_estimates"]) == (None, False)
    assert about["n_words"] == len(one["text"].split())


@pytest.mark.parametrize("compression", ["none", "gz", "zst"])
def test_polars_and_duckdb_read_the_lines(
    sample_lake: Settings, reader: duckdb.DuckDBPyConnection, tmp_path: Path, compression: Any
) -> None:
    for name in ("one", "two"):
        export_documents(sample_lake, Request(tmp_path / name), compression)
    (file,) = (tmp_path / "one" / "documents").glob("part-*")
    assert file.read_bytes() == (tmp_path / "two" / "documents" / file.name).read_bytes()
    expected = {id_: "\n".join(turn[3] for turn in turns) for id_, turns in spoken_turns(reader).items()}
    assert dict(pl.read_ndjson(file).select("id", "text").rows()) == expected
    assert dict(duckdb.sql(f"SELECT id, text FROM read_json('{file}')").fetchall()) == expected


def test_datasets_loads_every_split_as_the_lake_has_it(many: Settings, tmp_path: Path) -> None:
    target = tmp_path / "out"
    export_dataset(many, Request(target))
    environment = os.environ | {
        "HF_HOME": str(tmp_path / "home"),
        "HF_HUB_OFFLINE": "1",
        "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }
    loaded = subprocess.run(
        [sys.executable, "-c", LOAD, str(target)], capture_output=True, text=True, check=True, env=environment
    )
    rows = [json.loads(line) for line in loaded.stdout.splitlines()]
    assert {split for split, _ in rows} == {"train", "validation", "test"}
    assert all(split == split_of(row["id"]) for split, row in rows)
    with closing(connect(many)) as lake:
        expected = spoken_turns(lake)
        words = dict(
            lake.execute("SELECT episode_id, n_words FROM core.transcripts WHERE is_current").fetchall()
        )
    assert {
        row["id"]: [(turn["speaker"], turn["start_s"], turn["end_s"], turn["text"]) for turn in row["turns"]]
        for _, row in rows
    } == expected
    assert {row["id"]: row["n_words"] for _, row in rows} == words
    assert all(row["text"].split("\n") == [turn["text"] for turn in row["turns"]] for _, row in rows)


def test_the_card_says_what_the_folder_holds(many: Settings, tmp_path: Path) -> None:
    export_dataset(many, Request(tmp_path / "out"))
    _, head, body = (tmp_path / "out" / "README.md").read_text().split("---\n", 2)
    about = yaml.safe_load(head)
    assert about["size_categories"] == ["n<1K"]
    assert about["language"] == ["en"]
    assert about["license"] == "unknown"
    (config,) = about["configs"]
    for file in config["data_files"]:
        n_rows = pl.scan_parquet(tmp_path / "out" / file["path"]).select(pl.len()).collect().item()
        assert f"| {file['split']} | {n_rows} |" in body
    assert all(f"`{name}`" in body for name in SCHEMA.names)


def test_an_episode_is_in_the_same_split_everywhere() -> None:
    assert [split_of(f"episode-{n}") for n in (0, 1, 9)] == ["train", "validation", "test"]
    share = sum(split_of(str(n)) == "train" for n in range(2000)) / 2000
    assert share == pytest.approx(0.9, abs=0.02)


def test_a_full_file_is_followed_by_another(read_many: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    text, rows = Folder(tmp_path / "text"), Folder(tmp_path / "rows")
    with TextParts(text, "documents", file_bytes=2000) as parts:
        for line in document_lines(read_many):
            parts.write(line)
    names = [one.path for one in text.files]
    assert len(names) > 2
    assert names == [f"documents-{n:05}-of-{len(names):05}.jsonl" for n in range(len(names))]
    assert sum(one.n_rows or 0 for one in text.files) == 60
    assert all(one.n_bytes < 4000 for one in text.files)
    write_splits(rows, documents(read_many), file_bytes=1)
    assert sum(one.n_rows or 0 for one in rows.files) == 60


def test_a_lake_without_transcripts_gives_empty_files_that_can_be_read(
    lake: duckdb.DuckDBPyConnection, settings: Settings, tmp_path: Path
) -> None:
    lake.close()
    assert export_documents(settings, Request(tmp_path / "lines")).n_rows == 0
    assert export_dataset(settings, Request(tmp_path / "rows")).n_rows == 0
    assert pl.read_parquet(tmp_path / "rows" / "data" / "*.parquet").columns == SCHEMA.names
