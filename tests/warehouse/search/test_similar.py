"""Passages that are alike, and the vectors that tell."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import duckdb
import numpy as np
import pytest

from tests.lakes import count, snapshots
from tests.warehouse.search.speech import Episode, land, remove
from warehouse.errors import LakeError, QueryError, SettingsError
from warehouse.lake import connect
from warehouse.search import embed_passages, similar
from warehouse.search.model import WIDTH, embedder
from warehouse.settings import Settings

needs_model = pytest.mark.skipif(not find_spec("wordllama"), reason="the extra 'similar' is not installed")

BREAD = Episode(
    "bread",
    [("Ann", "We bake sourdough loaves in a hot oven.")] * 20
    + [("Ann", "Flour, water, salt and yeast.")] * 20,
    audio_url="https://example.org/bread.mp3",
)
MONEY = Episode("money", [("Bo", "The bank raised its interest rates again to fight inflation.")] * 5)
SILENT = Episode("silent", [])


@pytest.fixture
def lake(settings: Settings, new_lake: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    shutil.copytree(new_lake, settings.lake)
    with closing(connect(settings, read_only=False)) as connection:
        land(connection, settings, BREAD, MONEY, SILENT)
        yield connection


@needs_model
class TestVectors:
    def test_passages_take_whole_sentences_without_gap(
        self, lake: duckdb.DuckDBPyConnection, settings: Settings
    ) -> None:
        lake.execute("UPDATE core.sentences SET n_words = 7")
        n_passages = embed_passages(settings)
        passages = "SELECT passage, start_sentence, end_sentence FROM core.vectors WHERE transcript_id = 'bread.vtt' ORDER BY 1"
        assert lake.execute(passages).fetchall() == [(0, 0, 15), (1, 15, 29), (2, 29, 40)]
        assert n_passages == count(lake, "core.vectors") == 4
        lengths = lake.execute(
            "SELECT len(vector), list_inner_product(vector, vector) FROM core.vectors"
        ).fetchall()
        assert all(width == WIDTH and abs(length - 1) < 1e-5 for width, length in lengths)

    def test_only_what_is_new_is_made_and_what_is_gone_is_forgotten(
        self, lake: duckdb.DuckDBPyConnection, settings: Settings
    ) -> None:
        assert embed_passages(settings) == 2
        before = snapshots(lake)
        assert embed_passages(settings) == 0
        assert snapshots(lake) == before
        land(lake, settings, replace(MONEY, said=[("Bo", "A cat sat on the mat.")], version="2"))
        assert embed_passages(settings) == 1
        lake.execute("UPDATE core.episodes SET title = 'New'")
        remove(lake, BREAD)
        assert embed_passages(settings) == 0
        assert lake.execute("SELECT DISTINCT transcript_id FROM core.vectors").fetchall() == [("money.vtt",)]
        lake.execute("UPDATE core.vectors SET model = 'older'")
        assert embed_passages(settings) == 1
        assert count(lake, "core.vectors") == 1


@needs_model
class TestSimilar:
    def test_a_passage_about_the_same_comes_first_unless_it_changed_since(
        self, lake: duckdb.DuckDBPyConnection, settings: Settings
    ) -> None:
        embed_passages(settings)
        for text, episode in (("making pastry dough", "bread"), ("central banks and prices", "money")):
            best, other = similar(settings, text).passages
            assert (best.episode_id, best.score > other.score + 0.1) == (episode, True)
        best, _ = similar(settings, "making pastry dough").passages
        assert (best.start_sentence, best.start_s, best.link) == (0, 5.5, "https://example.org/bread.mp3#t=5")
        assert best.text.startswith("We bake sourdough loaves in a hot oven. We bake")
        land(lake, settings, replace(BREAD, version="2"))
        found = similar(settings, "making pastry dough")
        assert ([one.episode_id for one in found.passages], found.n_missing) == (["money"], 1)

    def test_without_vectors_it_says_how_to_make_them(
        self, lake: duckdb.DuckDBPyConnection, settings: Settings
    ) -> None:
        with pytest.raises(LakeError, match="podlake search --vectors"):
            similar(settings, "making pastry dough")
        assert count(lake, "core.vectors") == 0

    @pytest.mark.parametrize("text", ["", "bread " * 1000])
    def test_a_text_that_is_none_is_refused(self, settings: Settings, text: str) -> None:
        with pytest.raises(QueryError):
            similar(settings, text)

    def test_texts_of_any_characters_get_vectors(self) -> None:
        vectors = embedder().embed(["", "\x00", "模型", "💡", "a" * 10_000])
        assert np.isfinite(vectors).all()
        assert vectors.any(axis=1).tolist() == [False, True, True, True, True]


def test_without_the_extra_it_says_what_to_install(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder.cache_clear()
    monkeypatch.setitem(sys.modules, "wordllama", None)  # as where it is not installed
    with pytest.raises(SettingsError, match=r"podlake\[similar\]"):
        similar(settings, "making pastry dough")
